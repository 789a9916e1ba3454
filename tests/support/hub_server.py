"""A small Hub on this machine: repositories made, committed to and read over HTTP, as huggingface_hub asks for it.

Only what a push and a pull need. Everything that it is asked stands in `Hub.asked`, with the token that came along.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

import yaml
from space_card import problems

WRITE = "hf_maywrite"
SHA = "c" * 40


class Hub:
    """Repositories as {kind/owner/name: {path: bytes}}."""

    def __init__(self) -> None:
        self.repos: dict[str, dict[str, bytes]] = {}
        self.private: dict[str, bool] = {}
        self.asked: list[tuple[str, str, str | None]] = []
        self.address = ""

    def files(self, name: str, kind: str = "models") -> dict[str, bytes]:
        return self.repos[f"{kind}/{name}"]


@contextmanager
def running() -> Iterator[Hub]:
    """A Hub that answers until the block ends."""
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            path = self._heard()
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if path == "/api/validate-yaml":
                return self._validate(json.loads(body))
            if self.headers.get("Authorization") != f"Bearer {WRITE}":
                return self._answer({"error": "no"}, 401)
            if path == "/api/repos/create":
                told = json.loads(body)
                kind, name = f"{told.get('type') or 'model'}s", f"{told.get('organization') or 'me'}/{told['name']}"
                hub.repos.setdefault(f"{kind}/{name}", {})
                hub.private[f"{kind}/{name}"] = told.get("private", told.get("visibility") == "private")
                return self._answer({"url": f"{hub.address}/{name}", "name": name})
            kind, owner, repo, verb = path.removeprefix("/api/").split("/")[:4]
            files = hub.repos[f"{kind}/{owner}/{repo}"]
            if verb == "preupload":
                modes = [{"path": f["path"], "uploadMode": "regular", "shouldIgnore": False} for f in json.loads(body)["files"]]
                return self._answer({"files": modes})
            assert verb == "commit", path
            for line in body.decode().splitlines():
                part = json.loads(line)
                if part["key"] == "deletedFile":
                    del files[part["value"]["path"]]
                if part["key"] == "file":
                    files[part["value"]["path"]] = base64.b64decode(part["value"]["content"])
            return self._answer({"commitUrl": f"{hub.address}/{owner}/{repo}/commit/{SHA}", "commitOid": SHA, "success": True})

        def do_GET(self) -> None:
            path = self._heard()
            if path.startswith("/api/"):
                kind, owner, repo = path.removeprefix("/api/").split("/")[:3]
                if (files := hub.repos.get(f"{kind}/{owner}/{repo}")) is None:
                    return self._answer({"error": "Repository not found"}, 404, {"X-Error-Code": "RepoNotFound"})
                if "/tree/" in path:
                    return self._answer([{"type": "file", "path": n, "size": len(c), "oid": _oid(c)} for n, c in files.items()])
                siblings = [{"rfilename": n, "size": len(c), "blobId": _oid(c)} for n, c in files.items()]
                return self._answer({"id": f"{owner}/{repo}", "sha": SHA, "siblings": siblings, "private": False, "tags": []})
            owner, repo, _, _, name = path.strip("/").split("/", 4)
            content = hub.repos.get(f"models/{owner}/{repo}", {}).get(unquote(name))
            if content is None:
                return self._answer({"error": "Entry not found"}, 404, {"X-Error-Code": "EntryNotFound"})
            self._send(content, 200, {"ETag": f'"{_oid(content)}"', "X-Repo-Commit": SHA, "Accept-Ranges": "bytes"})

        do_HEAD = do_GET

        def _validate(self, told: dict) -> None:
            """What the Hub refuses first: front matter that is no YAML, or a model-index that is none."""
            front = yaml.safe_load(told["content"].split("---")[1])
            if told.get("repoType") == "space":
                wrong = problems(front)
                return self._answer({"errors": [{"message": w} for w in wrong], "warnings": []}, 400 if wrong else 200)
            wrong = [] if isinstance(front, dict) and isinstance(front.get("tags"), list) else ["tags"]
            for model in front.get("model-index", []):
                if not model.get("name") or not all({"task", "dataset", "metrics"} <= r.keys() for r in model["results"]):
                    wrong.append("model-index")
            self._answer({"errors": [{"message": w} for w in wrong], "warnings": []}, 400 if wrong else 200)

        def _heard(self) -> str:
            path = urlsplit(self.path).path
            hub.asked.append((self.command, path, self.headers.get("Authorization")))
            return path

        def _answer(self, value: object, status: int = 200, headers: dict[str, str] | None = None) -> None:
            self._send(json.dumps(value).encode(), status, {"Content-Type": "application/json", **(headers or {})})

        def _send(self, content: bytes, status: int, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()


def _oid(content: bytes) -> str:
    return hashlib.sha1(content).hexdigest()
