"""Why a run failed, as a class of cause and the next thing to try: from its error, or from how its process ended.

It is stored. What has no values in it is stored in English, and is translated where it is shown.
"""

from __future__ import annotations

import errno
import signal

from ssti.platform.errors import SSTIError
from ssti.platform.language import later, tr

DISK = {
    "cause": "disk",
    "message": later("The disk is full."),
    "next": later(
        "Free some space, or set SSTI_HOME to another disk, and resume: it goes on from its last whole checkpoint."
    ),
}
MEMORY = {
    "cause": "memory",
    "message": later("There was not enough memory."),
    "next": later(
        "Take a smaller batch (training.batch_size) or shorter texts (training.max_length), or free some memory."
    ),
}
SEE_LOG = later("See log.txt in the run's folder; resume to try again.")
DISK_WORDS = ("no space left", "file write failed", "unexpected pos", "disk quota exceeded")
MEMORY_WORDS = (
    "out of memory", "can't allocate", "cannot allocate", "unable to allocate", "bad_alloc", "memoryerror",
    "failed to map segment", "mmap failed", "not enough memory", "os error 12", "[errno 12]", "can't start new thread",
    "pthread_create failed", "malloc of size", "memory allocation", "paging file is too small",
)  # fmt: skip
"""How the libraries say it: torch, numpy, glibc's loader, C++, safetensors (Rust), Arrow, OpenBLAS, Windows."""


def cause(error: BaseException) -> dict[str, str]:
    """A class of cause and the next thing to try, for an error that ended a run; its own causes are asked too."""
    chain = _chain(error)
    for one in chain:
        if isinstance(one, SSTIError):
            return {"cause": one.kind, "message": one.message, "next": one.next}
    for one in chain:
        if isinstance(one, OSError) and one.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            return DISK
        if isinstance(one, MemoryError) or isinstance(one, OSError) and one.errno == errno.ENOMEM:
            return MEMORY
    said = " ".join(f"{type(one).__name__}: {one}" for one in chain).lower()
    if any(words in said for words in DISK_WORDS):
        return DISK
    if any(words in said for words in MEMORY_WORDS):
        return MEMORY
    return {
        "cause": "program",
        "message": f"{type(error).__name__}: {error}"[:500],
        "next": SEE_LOG,
    }


def _chain(error: BaseException | None) -> list[BaseException]:
    """The error and what it came from: a library that cannot be loaded for want of memory is said to be missing."""
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return chain


def cause_of_death(code: int, last_words: str, memory_ran_out: bool) -> dict[str, str] | None:
    """The same for a process that ended without a word to its run: by its exit code and the end of its log.

    `code` is negative for a signal, or 128 more where the process ended itself at it. None where somebody killed it,
    which is no failure: the run can be resumed.
    """
    if memory_ran_out or any(words in last_words.lower() for words in MEMORY_WORDS):
        return MEMORY
    if code in (-getattr(signal, "SIGKILL", 9), -signal.SIGTERM, 128 + signal.SIGTERM):
        return None
    if code < 0:
        message = tr("Its process was ended by signal {number}, without a word.", number=-code)
    else:
        message = tr("Its process ended with exit code {number}, without a word.", number=code)
    return {"cause": "program", "message": message, "next": SEE_LOG}
