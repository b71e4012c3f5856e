"""A served sample project and an installed chromium to look at it with."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
PATIENCE_S = 90  # a limit, not a wait: machines that test several things at once are slow


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--runs", type=int, default=1, help="run each test marked journey that many times in a row"
    )


def _runs(config: pytest.Config) -> int:
    return int(config.getoption("runs", default=1))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A journey once for each run."""
    if _runs(metafunc.config) > 1 and metafunc.definition.get_closest_marker("journey"):
        metafunc.fixturenames.append("run")
        metafunc.parametrize("run", range(1, _runs(metafunc.config) + 1))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
) -> None:
    """How many journeys were gone, and how many arrived."""
    ended = {
        outcome: {one.nodeid for one in terminalreporter.stats.get(outcome, ()) if "journey" in one.keywords}
        for outcome in ("passed", "failed", "error")
    }
    gone = set.union(*ended.values())
    arrived = gone - ended["failed"] - ended["error"]
    if gone and _runs(config) > 1:
        terminalreporter.write_line(
            f"journeys: {_runs(config)} runs in a row, {len(arrived)} of {len(gone)} passed"
        )


def _sample() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "dashboard_sample", REPOSITORY / "tests" / "dashboard_sample.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def sample() -> ModuleType:
    return _sample()


@pytest.fixture(scope="session")
def chromium(skip_or_fail: Callable[[str], None]) -> str:
    found = next((path for path in map(shutil.which, PROGRAMS) if path), None)
    if found is None:
        skip_or_fail(f"no browser: install one of {', '.join(PROGRAMS)}")
    assert found is not None
    return found


@pytest.fixture(scope="session")
def bundle(skip_or_fail: Callable[[str], None]) -> Path:
    build = REPOSITORY / "dashboard" / "frontend" / "build"
    if not (build / "stamp").is_file():
        skip_or_fail("the dashboard's assets are not bundled: pip install -e .")
    return build


@dataclass
class Served:
    """A running server and the project that it shows."""

    address: str
    root: Path


@pytest.fixture(scope="session")
def served_at(bundle: Path) -> type[serve]:
    """What serves a project: ``with served_at(root, folder) as address``."""
    return serve


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, sample: ModuleType, bundle: Path) -> Iterator[Served]:
    root = sample.make_project(tmp_path_factory.mktemp("served") / "project")
    with serve(root, tmp_path_factory.mktemp("elsewhere")) as address:
        yield Served(address, root)


class serve:  # noqa: N801  reads as a verb
    """`streamlit run` of the application from a folder that has nothing to do with it."""

    def __init__(self, root: Path, folder: Path, author: str = "ana", port: int = 0) -> None:
        self._root, self._folder, self._author, self._port = root, folder, author, port

    def __enter__(self) -> str:
        port = self._port or _free_port()
        command = [sys.executable, "-m", "streamlit", "run", str(REPOSITORY / "dashboard" / "app.py")]
        command += ["--server.port", str(port), "--server.headless", "true"]
        environment = {
            **os.environ,
            "SITETRACK_PROJECT": str(self._root),
            "SITETRACK_AUTHOR": self._author,
            "PYTHONPATH": os.pathsep.join([str(REPOSITORY), os.environ.get("PYTHONPATH", "")]),
        }
        self._log = (self._folder / "server.log").open("wb")
        self._process = subprocess.Popen(
            command, cwd=self._folder, env=environment, stdout=self._log, stderr=subprocess.STDOUT
        )
        address = f"http://127.0.0.1:{port}"
        wait_for_server(address, self._process)
        return address

    def kill(self) -> None:
        """End it as a crash would."""
        self._process.kill()
        self._process.wait(timeout=20)

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(timeout=20)
        self._log.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_server(address: str, process: subprocess.Popen[bytes]) -> None:
    until, pause = time.monotonic() + PATIENCE_S, threading.Event()
    while time.monotonic() < until:
        assert process.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):  # noqa: S310  our own address
                return
        except OSError:
            pause.wait(0.1)
    raise AssertionError(f"no answer from {address} in {PATIENCE_S} s")


@dataclass
class Tab:
    """A page and what it did: requests to other hosts, errors, frames sent to the server.

    `sent` has what was sent for something that was done, not the look that pages take every few seconds.
    """

    page: Any
    address: str
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)

    def open_compare(self, query: str = "site=harbour-bridge") -> None:
        """Open the comparison and wait for its pictures."""
        self.page.goto(f"{self.address}/compare?{query}")
        self.wait_ready()

    def wait_ready(self) -> None:
        self.page.locator(".sitetrack-viewer[data-ready]").wait_for()

    def settle(self) -> None:
        """Wait until the page is drawn: what is opened while it is being drawn anew may be closed again."""
        self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()

    def link(self) -> str:
        """The address of what is seen, once the viewer has written it: it waits for an idle moment to do so."""
        return str(
            self.viewer.evaluate(
                """async (host) => {
                  const isBusy = () => host.viewer.isToWrite || host.viewer.stage.view.getAnimating();
                  while (isBusy()) await new Promise((next) => requestAnimationFrame(next));
                  return location.href;
                }"""
            )
        )

    def choose_mark(self, label: str) -> None:
        """Choose a mark in the list below the picture, and wait until it is shown in its picture."""
        from playwright.sync_api import TimeoutError as TooLate

        self.wait_ready()
        option = self.page.get_by_role("option", name=label)
        for _ in range(20):  # a list that opens while the page is being drawn or scrolled is closed again
            self.settle()
            self.page.get_by_role("combobox", name="Mark", exact=False).first.click()
            try:
                option.click(timeout=3000)
                break
            except TooLate:
                continue
        self.page.locator(".markpanel:visible").wait_for()

    @property
    def viewer(self) -> Any:
        return self.page.locator(".sitetrack-viewer")

    @property
    def stage(self) -> Any:
        return self.page.locator(".sitetrack-viewer .stage")


@pytest.fixture(scope="session")
def launched(chromium: str) -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def open_tab(launched: Any, served: Served) -> Iterator[Callable[..., Tab]]:
    contexts = []

    def opened(**options: Any) -> Tab:
        context = launched.new_context(viewport={"width": 1280, "height": 1000}, **options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE_S * 1000)
        tab = Tab(context.new_page(), served.address)
        listen(tab)
        return tab

    yield opened
    for context in contexts:
        context.close()


def listen(tab: Tab) -> None:
    from streamlit.proto.BackMsg_pb2 import BackMsg

    def requested(request: Any) -> None:
        if not request.url.startswith((tab.address, tab.address.replace("http", "ws"), "data:", "blob:")):
            tab.foreign.append(request.url)

    def said(message: Any) -> None:
        # on a deep link Streamlit first looks for its server below the page's own path
        probe = "/_stcore/" in str(message.location.get("url", ""))
        if message.type == "error" and not probe:
            tab.errors.append(message.text)

    def sent(frame: bytes | str) -> None:
        if not (isinstance(frame, bytes) and BackMsg.FromString(frame).rerun_script.is_auto_rerun):
            tab.sent.append(len(frame))

    tab.page.on("request", requested)
    tab.page.on("console", said)
    tab.page.on("pageerror", lambda error: tab.errors.append(str(error)))
    tab.page.on("dialog", lambda dialog: (tab.errors.append(f"dialog {dialog.message}"), dialog.dismiss()))
    tab.page.on("websocket", lambda socket: socket.on("framesent", sent))


@pytest.fixture
def tab(open_tab: Callable[..., Tab]) -> Tab:
    return open_tab()


@pytest.fixture
def expect() -> Any:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    api.expect.set_options(timeout=PATIENCE_S * 1000)
    return api.expect


@pytest.fixture
def introduced(open_tab: Callable[..., Tab]) -> Callable[..., Tab]:
    """A browser of its own in which somebody has said to the server at an address who they are."""

    def opened(
        address: str, name: str, page: str = "compare?site=harbour-bridge", role: str = "analyst"
    ) -> Tab:
        tab = open_tab()
        tab.address = address
        tab.page.goto(f"{address}/{page}")
        tab.page.get_by_label("Your name").fill(name)
        if role != "analyst":
            tab.page.get_by_role("combobox", name="Role").click()
            tab.page.get_by_role("option", name=role).click()
        tab.page.get_by_role("button", name="Continue").click()
        tab.page.get_by_text(f"{name} · {role} (declared)").first.wait_for()
        return tab

    return opened
