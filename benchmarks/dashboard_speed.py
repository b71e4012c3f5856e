"""How quick the dashboard is, beside a blank Streamlit page and a streamlit-folium page with the same pictures.

    python benchmarks/dashboard_speed.py [--short] [--times N] [--json]
    python benchmarks/dashboard_speed.py --memory [--visits N] [--sites N] [--captures N]

Makes two projects in a temporary folder, serves them and both other pages at once on loopback, and drives an installed
chromium. Times are taken inside the page: from the key or click to the picture, or from the start of the navigation
to the first usable view, with an empty browser cache. `--memory` visits sites alone, without a browser. Exits with 1
when a full run misses a bar.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import dashboard_projects
import psutil
from dashboard_projects import PLACE, SITE
from dashboard_visits import slope, visits
from measures import ROOT, heading, table

SEED = 20251
PEERS = Path(__file__).resolve().parent / "peers"
# no name is found but this machine's; routes of Playwright would stop each request for a while, and empty the cache
ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
IN_PAGE = Path(__file__).with_name("in_page.js")
PLUGIN = "leaflet-side-by-side@2.2.0"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
PATIENCE_S = 120
# so long somebody looks at a picture before the next one; the page fetches what may come meanwhile
LOOK_MS = 1000
FLAT_PER_1000 = 0.05  # of the server's memory
WALK_DATES, WALK_LOOK_MS = 8, 500


@dataclass(frozen=True, slots=True)
class Result:
    """A measured figure: `bar` None where there is none."""

    what: str
    value: float
    unit: str
    bar: float | None = None
    at_least: bool = False

    @property
    def verdict(self) -> str:
        """PASS, FAIL, or nothing."""
        if self.bar is None:
            return ""
        return "PASS" if (self.value >= self.bar if self.at_least else self.value <= self.bar) else "FAIL"

    @property
    def row(self) -> tuple[str, str, str, str]:
        """Cells of the table."""
        bar = "" if self.bar is None else f"{'at least' if self.at_least else 'at most'} {self.bar:,.6g}"
        return (
            self.what,
            f"{self.value:,.3g} {self.unit}" if self.value < 1000 else f"{self.value:,.0f} {self.unit}",
            bar,
            self.verdict,
        )


def main() -> int:
    asked = arguments()
    tell("making the projects")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, contextlib.ExitStack() as stack:
        here = Path(folder)
        many = dashboard_projects.many_sites(here / "many", asked.sites, asked.captures, SEED)
        serve = lambda script, **environment: stack.enter_context(served(script, here, environment))  # noqa: E731
        dashboard = ROOT / "dashboard" / "app.py"
        overview, process = serve(dashboard, SITETRACK_PROJECT=str(many))
        if asked.memory:
            return ended(memory(overview, process, asked.visits), asked)
        one = dashboard_projects.one_site(here / "one", asked.dates, asked.side, SEED)
        decided = dashboard_projects.many_sites(here / "walk", asked.walk, WALK_DATES, SEED)
        plugin = asked.side_by_side or fetched(here)
        tell("starting the servers")
        blank, _ = serve(PEERS / "blank.py")
        site, _ = serve(dashboard, SITETRACK_PROJECT=str(one))
        peer = serve(PEERS / "side_by_side_app.py", **peer_environment(one, plugin))[0] if plugin else None
        browser = stack.enter_context(launched())
        results = [
            *first_views(browser, blank, f"{site}/compare?site={SITE}", peer, asked.times),
            *switches(browser, f"{site}/compare?site={SITE}", peer, asked.times),
            *overviews(browser, overview, asked.times),
            *walk(browser, serve(dashboard, SITETRACK_PROJECT=str(decided))[0], asked.walk * WALK_DATES),
            *memory(overview, process, asked.visits),
        ]
        return ended(results, asked)


def ended(results: Sequence[Result], asked: argparse.Namespace) -> int:
    """Tell the results; what the program leaves with."""
    report(results, asked)
    return 1 if not asked.short and any(one.verdict == "FAIL" for one in results) else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="How quick the dashboard is.")
    parser.add_argument("--short", action="store_true", help="few of everything, to see that it runs")
    parser.add_argument("--times", type=int, help="how often each is measured (10; short: 3)")
    parser.add_argument("--visits", type=int, help="site visits for the memory (1000; short: 60)")
    parser.add_argument("--sites", type=int, help="sites of the large project (500; short: 60)")
    parser.add_argument("--captures", type=int, help="captures of each of them (40; short: 10)")
    parser.add_argument(
        "--side", type=int, help="pixels of a side of the small project's pictures (4000; short: 1500)"
    )
    parser.add_argument(
        "--walk", type=int, help=f"sites of a walk, each with {WALK_DATES} captures (20; short: 2)"
    )
    parser.add_argument("--dates", type=int, help="captures at its site (30; short: 12)")
    parser.add_argument(
        "--side-by-side", type=Path, help=f"folder of {PLUGIN}, unpacked (else npm fetches it)"
    )
    parser.add_argument("--memory", action="store_true", help="the server's memory over the visits alone")
    parser.add_argument("--json", action="store_true", help="figures as JSON")
    asked = parser.parse_args()
    usual = {
        "times": (10, 3),
        "visits": (1000, 60),
        "sites": (500, 60),
        "captures": (40, 10),
        "side": (4000, 1500),
        "walk": (20, 2),
    }
    for name, (full, short) in {**usual, "dates": (30, 12)}.items():
        if getattr(asked, name) is None:
            setattr(asked, name, short if asked.short else full)
        elif getattr(asked, name) < 2:
            parser.error(f"--{name} is a whole number from 2")
    return asked


def tell(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


def report(results: Sequence[Result], asked: argparse.Namespace) -> None:
    if asked.json:
        print(json.dumps([asdict(one) | {"verdict": one.verdict} for one in results], indent=1))
        return
    print(heading(" ".join(["python benchmarks/dashboard_speed.py", *sys.argv[1:]]), SEED))
    shown = "" if asked.memory else f"Medians of {asked.times}; {asked.dates} dates at the site; "
    print(f"\n{shown}{asked.sites} sites of {asked.captures}\n")
    print(table(("what", "measured", "bar", ""), [one.row for one in results]))


# -- servers and browser -----------------------------------------------------------------------------------


def fetched(here: Path) -> Path | None:
    """The plug-in for the page of comparison, None where npm cannot fetch it."""
    npm = shutil.which("npm")
    done = npm and subprocess.run(  # noqa: S603  a fixed name
        [npm, "pack", "--silent", PLUGIN], cwd=here, capture_output=True, check=False
    )
    packed = next(here.glob("leaflet-side-by-side-*.tgz"), None)
    if not done or packed is None:
        tell(f"no {PLUGIN}: the page of comparison is left out")
        return None
    with tarfile.open(packed) as archive:
        archive.extractall(here, filter="data")
    return here / "package"


def peer_environment(project: Path, plugin: Path) -> dict[str, str]:
    from workflow.project import Project

    with Project.open(project) as opened:
        shots = sorted(opened.captures(), key=lambda one: str(one.acquired))
        captures = [{"label": str(one.acquired), "path": str(project / one.working)} for one in shots]
    place = json.dumps([PLACE.lat, PLACE.lon])
    return {"SPEED_CAPTURES": json.dumps(captures), "SPEED_PLACE": place, "SPEED_PLUGIN": str(plugin)}


@contextlib.contextmanager
def served(script: Path, here: Path, environment: dict[str, str]) -> Iterator[tuple[str, psutil.Process]]:
    port = free_port()
    options = {
        "server.port": port,
        "server.address": "127.0.0.1",
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
    }
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    command += [part for name, value in options.items() for part in (f"--{name}", str(value))]
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "SITETRACK_AUTHOR": "ana", **environment}
    log = (here / f"{port}.log").open("wb")
    process = subprocess.Popen(command, cwd=here, env=surroundings, stdout=log, stderr=subprocess.STDOUT)  # noqa: S603
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address, process)
        yield address, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(timeout=30)
        log.close()


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if process.poll() is not None:
            sys.exit("a server ended before it answered")
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):  # noqa: S310
            return
        time.sleep(0.1)
    sys.exit(f"no answer from {address} in {PATIENCE_S} s")


@contextlib.contextmanager
def launched() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    program = next((path for path in map(shutil.which, PROGRAMS) if path), None)
    if program is None:
        sys.exit(f"no browser: install one of {', '.join(PROGRAMS)}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu", ALONE]
        )
        yield browser
        browser.close()


@contextlib.contextmanager
def tab(browser: Any) -> Iterator[Any]:
    """A page with an empty cache that reaches this machine alone."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(PATIENCE_S * 1000)
    context.add_init_script(path=IN_PAGE)
    yield context.new_page()
    context.close()


# -- what is measured --------------------------------------------------------------------------------------


def opened(page: Any, address: str, kind: str) -> float:
    """Milliseconds from the start of the navigation to the first usable view."""
    page.goto(address, wait_until="commit")
    page.evaluate("kind => window.speed.wait(kind)", kind)
    return float(page.wait_for_function("() => window.speed.usable").json_value())


def first_views(browser: Any, blank: str, site: str, peer: str | None, times: int) -> list[Result]:
    tell("first views")
    addresses = {"blank": blank, "viewer": site} | ({"folium": peer} if peer else {})
    first, later = views(browser, addresses, times)
    results = []
    for name, medians in (("first", first), ("later", later)):
        over = medians["viewer"] - medians["blank"]
        results += [
            Result(f"blank Streamlit page, {name} view", medians["blank"], "ms"),
            Result(f"site, {name} usable view", medians["viewer"], "ms"),
            Result(f"site, {name} usable view after the blank page's", over, "ms", 1000),
        ]
    return results + ([Result("folium page, first usable view", first["folium"], "ms")] if peer else [])


def views(
    browser: Any, addresses: Mapping[str, str], times: int
) -> tuple[dict[str, float], dict[str, float]]:
    """Medians of a view with an empty cache, and of one after it in the same browser; the pages take turns."""
    took: dict[str, list[tuple[float, float]]] = {kind: [] for kind in addresses}
    for number in range(times + 1):
        for kind, address in addresses.items():
            with tab(browser) as page:
                first = opened(page, address, kind)
                page.goto("about:blank")
                later = opened(page, address, kind)
            if number:  # the first of each warms the servers
                took[kind].append((first, later))
    first, later = (
        {kind: statistics.median(pair[at] for pair in pairs) for kind, pairs in took.items()} for at in (0, 1)
    )
    return first, later


def step(page: Any, kind: str, event: str, act: Any) -> float:
    """Milliseconds from the key or click to the other picture."""
    page.evaluate("([kind, event]) => window.speed.arm(kind, event)", [kind, event])
    act()
    return float(page.wait_for_function("() => window.speed.took").json_value())


def switches(browser: Any, site: str, peer: str | None, times: int) -> list[Result]:
    tell("dates and modes")
    new, looked, seen, modes = [], [], [], []
    with tab(browser) as page:
        sent = listened(page)
        opened(page, site, "viewer")
        page.wait_for_load_state("networkidle")
        stage = page.locator(".sitetrack-viewer .stage")
        stage.focus()
        sent.clear()
        for _ in range(times):
            new.append(step(page, "viewer", "keydown", lambda: stage.press("j")))
            step(page, "viewer", "keydown", lambda: stage.press("k"))
            seen.append(step(page, "viewer", "keydown", lambda: stage.press("j")))
        for number in range(times):
            key = str((number + 1) % 5 + 1)
            modes.append(step(page, "viewer", "keydown", lambda key=key: stage.press(key)))
        reruns = len(sent)
    # the other way, where no picture was asked for yet
    with tab(browser) as page:
        opened(page, site, "viewer")
        stage = page.locator(".sitetrack-viewer .stage")
        stage.focus()
        for _ in range(times):
            page.wait_for_timeout(LOOK_MS)
            looked.append(step(page, "viewer", "keydown", lambda: stage.press("k")))
    results = [
        Result("site, switch to a date seen before", statistics.median(seen), "ms", 100),
        Result("site, switch to a new date at once", statistics.median(new), "ms", 250),
        Result("site, switch to a new date after a second's look", statistics.median(looked), "ms", 250),
        Result("site, switch of the mode", statistics.median(modes), "ms", 50),
        Result("script runs for all of these", reruns, "", 0),
    ]
    if peer:
        peer_new, peer_seen = peer_switches(browser, peer, times)
        results += [
            Result("folium page, switch to a date seen before", peer_seen, "ms"),
            Result("folium page, switch to a new date", peer_new, "ms"),
            Result(
                "quicker than the folium page, seen date", peer_seen / statistics.median(seen), "x", 5, True
            ),
            Result("quicker than the folium page, at once", peer_new / statistics.median(new), "x", 5, True),
            Result(
                "quicker than the folium page, after a look",
                peer_new / statistics.median(looked),
                "x",
                5,
                True,
            ),
        ]
    return results


def listened(page: Any) -> list[int]:
    """Frames that ask for a run of the script, as they are sent; not those of a look every few seconds."""
    from streamlit.proto.BackMsg_pb2 import BackMsg

    sent: list[int] = []

    def look(frame: bytes | str) -> None:
        message = BackMsg.FromString(frame) if isinstance(frame, bytes) else BackMsg()
        if message.HasField("rerun_script") and not message.rerun_script.is_auto_rerun:
            sent.append(len(frame))

    page.on("websocket", lambda socket: socket.on("framesent", look))
    return sent


def peer_switches(browser: Any, peer: str, times: int) -> tuple[float, float]:
    new, seen = [], []
    with tab(browser) as page:
        opened(page, peer, "folium")
        earlier, later = (page.get_by_role("button", name=name) for name in ("Earlier", "Later"))
        for _ in range(times):
            new.append(step(page, "folium", "click", earlier.click))
            step(page, "folium", "click", later.click)
            seen.append(step(page, "folium", "click", earlier.click))
    return statistics.median(new), statistics.median(seen)


def overviews(browser: Any, overview: str, times: int) -> list[Result]:
    tell("overview")
    with tab(browser) as page:
        very_first = opened(page, overview, "overview")
    first, later = views(browser, {"overview": overview}, times)
    results = [
        Result("overview, first usable view", first["overview"], "ms", 2000),
        Result("overview, later usable view", later["overview"], "ms", 2000),
        Result("overview, the very first after a change of the record", very_first, "ms"),
    ]
    return results + filters(browser, overview, times)


def filters(browser: Any, overview: str, times: int) -> list[Result]:
    with tab(browser) as page:
        opened(page, overview, "overview")
        field = page.get_by_label("Find a site")
        if not field.count():
            tell("the overview has no filter: it is left out")
            return []
        page.frame_locator("iframe").locator("[data-shown]").wait_for()
        took = []
        for number in range(times):
            field.fill(f"number {number + 1}")
            took.append(step(page, "filter", "keydown", lambda: field.press("Enter")))
            field.fill("")
            step(page, "filter", "keydown", lambda: field.press("Enter"))
    return [Result("overview, filter until applied", statistics.median(took), "ms", 300)]


def walk(browser: Any, address: str, pictures: int) -> list[Result]:
    """Decisions with one key each, of all pictures of all sites but the last: from the key until the next picture or
    site is seen.
    """
    tell("a walk")
    took = []
    with tab(browser) as page:
        opened(page, f"{address}/compare?site={SITE}", "viewer")
        stage = page.locator(".sitetrack-viewer .stage")
        while page.locator(".sitetrack-viewer").evaluate("host => host.viewer.data.order.at") > 1:
            step(page, "walk", "keydown", lambda: stage.press("b"))
        for _ in range(pictures - 1):
            page.wait_for_timeout(WALK_LOOK_MS)
            took.append(step(page, "walk", "keydown", lambda: stage.press("p")))
    what = f"walk of {pictures} pictures, from the key to the next picture"
    return [
        Result(f"{what}, median", statistics.median(took), "ms", 100),
        Result(f"{what}, 95 %", statistics.quantiles(took, n=20)[-1], "ms"),
        Result(f"{what}, longest", max(took), "ms"),
    ]


def memory(address: str, process: psutil.Process, count: int) -> list[Result]:
    tell("visits")
    sizes = visits(address, process, count)
    settled = sizes[len(sizes) // 2 :]
    per_1000 = slope(settled) * 1000
    each = range(100, count, 100)
    return [
        *(Result(f"server's memory after {n:,} visits", sizes[n - 1], "MiB") for n in (*each, count)),
        Result(
            "growth over 1,000 visits, second half",
            per_1000,
            "MiB",
            None if count < 500 else FLAT_PER_1000 * settled[0],
        ),
    ]


if __name__ == "__main__":
    sys.exit(main())
