(() => {
  // A page without its server waits and says so; then it goes on where it was. Gradio's own way is to load the page anew,
  // which loses what was typed meanwhile. Around `fetch` before the other scripts: what they add is sent again too.
  const ssti = (window.ssti = window.ssti || {});
  if (ssti.reach) return;
  const AGAIN = 2000; // ms between two looks for the server
  const LINE = "connection"; // the id of what says it
  const fetched = window.fetch;
  const going = new Set(); // the names of the queued events whose end has not come
  let back = null; // while there is no connection, a promise that there is one

  const api = (path) => `${window.gradio_config.root}${window.gradio_config.api_prefix || ""}/${path}`;

  function say(words, button) {
    let line = document.getElementById(LINE);
    if (!words) return line?.remove();
    if (!line) {
      line = Object.assign(document.createElement("div"), { id: LINE });
      line.setAttribute("role", "alert");
      document.body.append(line);
    }
    line.replaceChildren(Object.assign(document.createElement("p"), { textContent: words }), ...(button ? [button] : []));
  }

  // Whether what answers now still understands this page: the same server, or one of the same program.
  async function same() {
    const { app_id: now } = await (await fetched(api("app_id"), { cache: "no-store" })).json();
    if (now === ssti.app) return true;
    const config = await (await fetched(`${window.gradio_config.root}/config`, { cache: "no-store" })).json();
    const one = JSON.stringify(config.dependencies) === JSON.stringify(window.gradio_config.dependencies);
    if (one) ssti.app = now;
    return one;
  }

  // Look for the server until it is there. Where it became another program, only a fresh page can go on: that is asked,
  // as it loses what was typed.
  ssti.reach = () =>
    (back ??= (async () => {
      ssti.app ??= window.gradio_config.app_id;
      say(tr("No connection to the server. What you typed stays here, and the page goes on by itself."));
      for (;;) {
        try {
          if (await same()) break;
          const button = Object.assign(document.createElement("button"), { type: "button", textContent: tr("Reload") });
          button.addEventListener("click", () => window.location.reload());
          say(tr("The server has another version of this page now. Copy what you typed, then reload."), button);
          await new Promise(() => {});
        } catch {
          await new Promise((again) => {
            const timer = setTimeout(again, AGAIN);
            window.addEventListener("online", () => (clearTimeout(timer), again()), { once: true });
          });
        }
      }
      say(null);
      back = null;
    })());

  const failed = () => tr("The connection broke before the answer came. Look whether it was done, then press again.");

  // The stream of queued events; where it breaks off, each of those that wait is told so.
  function whole(response) {
    const reader = response.body.getReader();
    const words = new TextDecoder();
    let last = "";
    const body = new ReadableStream({
      async pull(stream) {
        try {
          const { done, value } = await reader.read();
          if (done) return stream.close();
          const lines = (last + words.decode(value, { stream: true })).split("\n");
          last = lines.pop();
          for (const line of lines) {
            if (line.includes('"process_completed"')) going.delete(line.match(/"event_id": ?"(\w+)"/)?.[1]);
          }
          stream.enqueue(value);
        } catch {
          ssti.reach();
          const output = { error: failed(), visible: true, duration: 10 };
          const ends = [...going].map((event_id) => ({ msg: "process_completed", event_id, success: false, output }));
          going.clear();
          const said = [...ends, { msg: "close_stream", event_id: null }].map((one) => `data: ${JSON.stringify(one)}\n\n`);
          stream.enqueue(new TextEncoder().encode("\n\n" + said.join("")));
          stream.close();
        }
      },
      cancel: (why) => reader.cancel(why),
    });
    return new Response(body, { status: response.status, headers: response.headers });
  }

  const KINDS = ["/run/", "/queue/join", "/queue/data"];
  window.fetch = async (resource, options) => {
    const url = resource instanceof Request ? resource.url : String(resource);
    const kind = KINDS.find((one) => url.includes(one));
    if (!kind || !window.gradio_config) return fetched(resource, options);
    for (;;) {
      if (back || !navigator.onLine) await ssti.reach();
      try {
        const response = await fetched(resource instanceof Request ? resource.clone() : resource, options);
        if (kind === "/queue/data" && response.ok) return whole(response);
        if (kind === "/queue/join" && response.ok) going.add((await response.clone().json()).event_id);
        return response;
      } catch (error) {
        if (error.name === "AbortError") throw error;
        // What is answered at once may be asked twice. What starts work may have been heard: it is not said again.
        if (kind === "/queue/join") {
          ssti.reach();
          return new Response(JSON.stringify({ detail: failed() }), { status: 500 });
        }
        await ssti.reach();
      }
    }
  };
  window.addEventListener("offline", ssti.reach);
})();
