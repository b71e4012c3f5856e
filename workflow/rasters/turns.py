"""Pictures made in a few threads that keep files open: those of one look come from few files, and close together.

More at once than there are processors take half as long again for all, as they wait for the interpreter's lock. A file
is opened once for what comes in one go, and its blocks are decoded once for all that they are in; after a moment
without work it is closed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

from workflow.rasters.ongrid import kept_open

__all__ = ["Turns", "in_turn"]

T = TypeVar("T")
Job = tuple[Callable[[], Any], Future[Any]]
_PATIENCE_S = 0.25
# how many files may be open at most, a thread
_JOBS_IN_A_ROW = 64


class Turns:
    """Threads that take what is to be done in turn, started when something is."""

    def __init__(self, threads: int) -> None:
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        self._missing = threads
        self._starting = Lock()

    def __call__(self, work: Callable[[], T]) -> T:
        """What `work` gives or raises, run in one of the threads; within it, `cut_on_grid` keeps files open."""
        with self._starting:
            while self._missing:
                Thread(target=self._work, name="pictures", daemon=True).start()
                self._missing -= 1
        done: Future[T] = Future()
        self._jobs.put((work, done))
        return done.result()

    def _work(self) -> None:
        job: Job | None = None
        while True:
            job = job or self._jobs.get()
            with kept_open():
                for _ in range(_JOBS_IN_A_ROW):
                    _run(*job)
                    job = self._next()
                    if job is None:
                        break

    def _next(self) -> Job | None:
        try:
            return self._jobs.get(timeout=_PATIENCE_S)
        except Empty:
            return None


def _run(work: Callable[[], Any], done: Future[Any]) -> None:
    try:
        done.set_result(work())
    except BaseException as error:  # noqa: BLE001  kept for whoever waits for the result
        done.set_exception(error)


in_turn = Turns(max(2, os.cpu_count() or 2))
"""The threads of this process."""
