"""Where work runs: in this thread, in threads, in processes or on a Dask cluster, behind
`concurrent.futures.Executor`.

Workers read pixels and calculate; only the caller writes to the record. Leaving the context cancels what has
not started and waits for what has, so an interrupted run leaves no half files.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from workflow.errors import InputRefused

__all__ = ["KINDS", "OpenExecutor", "SerialExecutor", "open_executor", "parse_executor"]

KINDS = ("serial", "threads", "processes", "dask")
_USE = "use serial, threads, threads:N, processes:N or dask:ADDRESS"
_CONNECT_S = 10
# how long a worker that was lost may take to come back
_WORKERS_S = 30
T = TypeVar("T")


class SerialExecutor(Executor):
    """Runs each call when it is submitted, in the caller's thread."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """A future that is done already; an interrupt goes straight through."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  kept for whoever asks for the result
            future.set_exception(error)
        return future


class _NoWorkers(Exception):
    """The scheduler is there, its workers are not."""


class _DaskExecutor(Executor):
    """Sends each call to a Dask cluster; Dask's own executor waits for ever when its scheduler is lost."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """A future of which only the result is asked."""
        return _DaskFuture(self._client, self._client.submit(fn, *args, pure=False, retries=2, **kwargs))


class _DaskFuture(Future[T]):
    """A future of Dask, which waits for ever when all workers are lost; this one asks whether any are there."""

    def __init__(self, client: Any, sent: Any) -> None:
        super().__init__()
        self._client, self._sent = client, sent

    def result(self, timeout: float | None = None) -> T:  # noqa: ARG002  as `Future` has it
        """What the call gave; `timeout` is not heeded.

        Raises
        ------
        _NoWorkers
            when none were there twice in a row, `_WORKERS_S` apart.
        """
        missed = False
        while True:
            wait = None if self._sent.status == "error" else _WORKERS_S
            try:
                made: T = self._sent.result(wait)
                return made
            except TimeoutError:
                if wait is None:  # the call's own
                    raise
                missed, before = not self._client.nthreads(), missed
                if missed and before:
                    raise _NoWorkers from None


class OpenExecutor:
    """An executor and how many calls it runs at a time."""

    def __init__(self, pool: Executor, workers: int) -> None:
        self.pool, self.workers = pool, workers


def parse_executor(text: str | None) -> tuple[str, int]:
    """Kind and number of workers of ``serial``, ``threads``, ``threads:4``, ``processes:2``; None: all cores.

    Of ``dask:ADDRESS`` the scheduler knows the number; here it is 1.

    Raises
    ------
    InputRefused
        when it is none of these.
    """
    cores = os.cpu_count() or 1
    if text is None:
        return "threads", cores
    kind, colon, number = text.strip().partition(":")
    if kind == "serial" and not colon:
        return kind, 1
    if kind == "dask" and number:
        return kind, 1
    if kind in ("threads", "processes") and (
        not colon or (number.isascii() and number.isdecimal() and 1 <= int(number) <= 1024)
    ):
        return kind, int(number) if colon else cores
    raise InputRefused(f"executor '{text}'", "is not known", _USE)


@contextmanager
def open_executor(text: str | None = None) -> Iterator[OpenExecutor]:
    """The executor that `text` names (see `parse_executor`), shut down at the end.

    Raises
    ------
    InputRefused
        when it is not known, or there is no such Dask cluster.
    """
    kind, workers = parse_executor(text)
    if kind == "dask":
        with _dask((text or "").strip().partition(":")[2]) as opened:
            yield opened
        return
    pool = _pool(kind, workers)
    try:
        yield OpenExecutor(pool, workers)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _pool(kind: str, workers: int) -> Executor:
    if kind == "serial":
        return SerialExecutor()
    if kind == "threads":
        return ThreadPoolExecutor(workers, thread_name_prefix="sitetrack")
    # spawned, not forked: GDAL and SQLite handles must not be shared
    return ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=_leave_interrupts)


@contextmanager
def _dask(address: str) -> Iterator[OpenExecutor]:
    """The workers behind a Dask scheduler. A job whose worker is lost is done again by another."""
    try:
        from distributed import Client, KilledWorker
        from distributed.comm.addressing import get_address_host_port
        from distributed.comm.core import CommClosedError
    except ImportError as error:
        raise InputRefused(
            "executor 'dask'", "needs a package that is not installed", "run pip install 'sitetrack[dask]'"
        ) from error
    for name in ("distributed.client", "asyncio"):
        # what they have to say of a lost connection, and of Ctrl-C, is a traceback
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        # asked first: a client that found nobody complains once more when Python ends
        socket.create_connection(get_address_host_port(address), _CONNECT_S).close()
        make: Any = Client  # comes without types
        client = make(address, timeout=_CONNECT_S, set_as_default=False)
    except (OSError, ValueError, ImportError) as error:
        raise InputRefused(
            f"Dask scheduler '{address}'",
            "cannot be reached",
            "give the address that 'dask scheduler' prints",
        ) from error
    with client:
        workers = sum(client.nthreads().values())
        if not workers:
            raise InputRefused(
                f"Dask scheduler '{address}'", "has no workers", "start one with 'dask worker'"
            )
        try:
            yield OpenExecutor(_DaskExecutor(client), workers)
        except KilledWorker as error:
            raise InputRefused(
                "A job", f"lost its Dask worker again and again ({error})", "look into the worker's log"
            ) from error
        except _NoWorkers as error:
            raise InputRefused(
                f"Dask scheduler '{address}'",
                "has lost all its workers",
                "start one with 'dask worker' and repeat, what is done is kept",
            ) from error
        except (CancelledError, CommClosedError) as error:
            raise InputRefused(
                f"Dask scheduler '{address}'",
                "was lost on the way",
                "start it again and repeat, what is done is kept",
            ) from error


def _leave_interrupts() -> None:
    """Let the parent alone answer Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
