"""The warm server that workers are forked from: Python's own ``forkserver``, with PyMuPDF imported once."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from types import ModuleType

PRELOAD = ("nlp.reader", "nlp.assemble", "nlp.worker")
"""Imported once, in the server: PyMuPDF alone takes three seconds."""


def start_worker(target: Callable[..., None], *arguments: object) -> tuple[ForkServerProcess, Connection]:
    """Fork a worker that calls ``target(*arguments, out)`` and return it with the other end of ``out``."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOAD))
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(target, *arguments, theirs), daemon=True)
    with _hidden_main():
        process.start()
    theirs.close()
    return process, ours


def _work(target: Callable[..., None], *arguments: object) -> None:
    target(*arguments)
    # All is said: taking down an interpreter full of pages object by object would cost as much as reading some of them.
    os._exit(0)


@contextmanager
def _hidden_main() -> Iterator[None]:
    """Keep workers from importing the program that started them.

    ``multiprocessing`` makes every worker import the parent's main module, so that functions defined there can be
    unpickled. Ours are not: the import only costs (the command line, for each document), and in a script without a
    main guard it would run the script again.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
