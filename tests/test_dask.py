"""`--executor dask:ADDRESS`: the same results as at home, also when a worker dies on the way."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import Watched

from workflow import executors
from workflow.cli import cli
from workflow.errors import InputRefused
from workflow.executors import open_executor
from workflow.model import Author
from workflow.pipeline.track import track
from workflow.readmodels.work import offsets


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """On a busy machine it takes long until a scheduler answers and its workers are there."""
    dask = pytest.importorskip("dask", reason="dask is not installed")
    pytest.importorskip("distributed", reason="distributed is not installed")
    monkeypatch.setattr(executors, "_CONNECT_S", 120)
    patience = dict.fromkeys(("distributed.comm.timeouts.connect", "distributed.comm.timeouts.tcp"), "120s")
    with dask.config.set(patience):
        yield


@pytest.fixture
def cluster() -> Iterator[Any]:
    """A scheduler and two worker processes on loopback; one that dies is started again."""
    from distributed import LocalCluster

    made = LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0"
    )
    with made:
        yield made


def project(root: Path) -> Watched:
    made = Watched(root)
    for number in range(5):
        made.add_site(f"site-{number}", radius_m=90, east_m=number * 10)
    for day, shift in (("2019-01-01", (0, 0)), ("2020-01-01", (4, -3)), ("2021-01-01", (1, 1))):
        made.add_capture(day, shift_m=shift)
    return made


def results(made: Watched, executor: str) -> tuple[dict[str, bytes], list[Any], Any, list[Any]]:
    """Bytes of every chip by name, offsets, chips and scores that a run gives."""
    report = track(made.project, Author("analyst"), executor=executor)
    assert report.failed == ()
    chips = {path.name: path.read_bytes() for path in made.project.state_dir.rglob("*.npz")}
    record = made.project.record
    return (
        chips,
        offsets(made.project),
        record.chips(),
        [record.scores(site.id) for site in made.project.sites()],
    )


def kill_a_busy_worker(cluster: Any, folder: Path, killed: list[int], done: threading.Event) -> None:
    """When the first chips are there, kill the process of a worker that is at a job."""
    while not done.wait(0.01):
        if not any(folder.rglob("*.npz")):
            continue
        for nanny in cluster.workers.values():
            state = cluster.scheduler.workers.get(nanny.worker_address)
            if state is not None and state.processing:
                killed.append(nanny.process.pid)
                os.kill(nanny.process.pid, signal.SIGKILL)
                return


@pytest.mark.skipif(sys.platform == "win32", reason="kills a process as POSIX does")
def test_the_same_bytes_with_two_workers_one_of_which_is_killed(tmp_path: Path, cluster: Any) -> None:
    here, there = project(tmp_path / "here"), project(tmp_path / "there")
    with here.project, there.project:
        killed: list[int] = []
        done = threading.Event()
        folder = there.project.state_dir / "chips"
        killer = threading.Thread(target=kill_a_busy_worker, args=(cluster, folder, killed, done))
        killer.start()
        try:
            found = results(there, f"dask:{cluster.scheduler_address}")
        finally:
            done.set()
            killer.join()
        assert len(killed) == 1
        assert found == results(here, "serial")
        assert len(found[0]) >= 15


def test_a_scheduler_that_is_not_there_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "_CONNECT_S", 0.5)
    with (
        pytest.raises(InputRefused, match=r"'tcp://127\.0\.0\.1:9': cannot be reached"),
        open_executor("dask:tcp://127.0.0.1:9"),
    ):
        pass


@pytest.mark.parametrize("address", ["nonsense", "ftp://127.0.0.1:9"])
def test_an_address_that_is_none_is_one_sentence(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setattr(executors, "_CONNECT_S", 0.5)
    with pytest.raises(InputRefused, match="cannot be reached"), open_executor(f"dask:{address}"):
        pass


def test_a_scheduler_without_workers_is_one_sentence() -> None:
    from distributed import LocalCluster

    cluster = LocalCluster(n_workers=0, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0")
    with (
        cluster,
        pytest.raises(InputRefused, match="has no workers"),
        open_executor(f"dask:{cluster.scheduler_address}"),
    ):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="waits as POSIX does")
def test_a_scheduler_that_is_lost_on_the_way_is_one_sentence(cluster: Any) -> None:
    def lose() -> None:
        with open_executor(f"dask:{cluster.scheduler_address}") as opened:
            waiting = opened.pool.submit(signal.pause)
            cluster.close()
            waiting.result()

    with pytest.raises(InputRefused, match="was lost on the way; start it again and repeat, what"):
        lose()


@pytest.mark.skipif(sys.platform == "win32", reason="waits as POSIX does")
def test_workers_that_are_all_lost_on_the_way_are_one_sentence(
    cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executors, "_WORKERS_S", 0.2)

    def lose() -> None:
        with open_executor(f"dask:{cluster.scheduler_address}") as opened:
            waiting = opened.pool.submit(signal.pause)
            cluster.scale(0)
            waiting.result()

    with pytest.raises(
        InputRefused, match="has lost all its workers; start one with 'dask worker' and repeat"
    ):
        lose()


def test_a_call_that_takes_its_time_or_fails_by_it_is_waited_for(
    cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def out_of_time() -> None:
        raise TimeoutError("of its own")

    monkeypatch.setattr(executors, "_WORKERS_S", 0.01)
    with open_executor(f"dask:{cluster.scheduler_address}") as opened:
        assert opened.pool.submit(sum, range(30_000_000)).result() == sum(range(30_000_000))
        with pytest.raises(TimeoutError, match="of its own"):
            opened.pool.submit(out_of_time).result()


def test_a_connection_that_breaks_is_one_sentence(cluster: Any) -> None:
    from distributed.comm.core import CommClosedError

    with (
        pytest.raises(InputRefused, match="was lost on the way"),
        open_executor(f"dask:{cluster.scheduler_address}"),
    ):
        raise CommClosedError


def test_without_the_extra_it_is_one_sentence(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    made = CliRunner().invoke(
        cli, ["track", "--project", str(watched.project.root), "--executor", "dask:host:1"]
    )
    assert "pip install 'sitetrack[dask]'" in str(made.exception or made.output)
    assert isinstance(made.exception, (InputRefused, SystemExit))


def test_an_address_must_be_given(watched: Watched) -> None:
    made = CliRunner().invoke(cli, ["track", "--project", str(watched.project.root), "--executor", "dask:"])
    assert made.exit_code == 2
    assert "dask:ADDRESS" in made.output
