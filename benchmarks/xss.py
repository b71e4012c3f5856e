"""Whether anything that people write ever runs or loads: hostile texts in every text field, on every page.

    python benchmarks/xss.py [PAYLOADS]

Makes a project in a temporary folder with PAYLOADS texts (500; see `payloads.py`) in each text field, opens every page
of the dashboard's router, every kind of object's history, the map as a file and the growth chart as SVG in Chromium,
opens what can be opened and points at what can be pointed at. Prints where texts were seen, and exits with 1 if one ran
or asked another host for anything. Tells on stderr which page it is at; takes half an hour with 500.
"""

from __future__ import annotations

import ast
import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from measures import heading, run, table
from payloads import SEED, payloads

from workflow.claims import Bound, Published, query_json
from workflow.model import (
    Annotation,
    Attachment,
    AttachmentKind,
    Author,
    Capture,
    CaptureKind,
    Claim,
    DateSpan,
    Event,
    Evidence,
    LonLat,
    Observation,
    Origin,
    Position,
    Precision,
    Proposal,
    Review,
    ReviewEntry,
    Site,
    Stamp,
    State,
    Stated,
    Target,
    TextReading,
    Verdict,
)
from workflow.project import Project, init_project

ROOT = Path(__file__).resolve().parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
A_SITE = 50  # so many targets, pictures, marks and states one site has
PATIENCE_MS = 600_000  # a limit, not a wait: the machine may be busy with something else
QUIET_S = 0.5
MOST_OPENED = 3
MOST_BOXES = 20
CLOSED = "[class*='st-key-box-'] details:not([open]) > summary"
MORE = "[class*='st-key-'][class*='-more'] button"
_OF_SITE, _PAGED = ("compare", "site"), ("timeline", "growth")  # where another address shows other texts


# -- the project ---------------------------------------------------------------------------------------------


class Texts:
    """Hands each field the texts in another order, so that a page shows many different ones."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts, self._fields = texts, dict[str, int]()

    def __call__(self, name: str, number: int) -> str:
        shift = self._fields.setdefault(name, len(self._fields))
        return self._texts[(number + 7 * shift) % len(self._texts)]

    def author(self, number: int) -> Author:
        """Authors are one line of printable characters."""
        line = "".join(char if char.isprintable() else " " for char in self("author", number))
        return Author(line[:200].strip())


def make_project(root: Path, count: int) -> Path:
    """A project with `count` sites, targets, pictures, marks, states, review steps and claims, each text in each field.

    The first sites have A_SITE of the others each. What one author wrote at once is one of each kind.
    """
    said = Texts(payloads(count))
    dense = max(1, count // A_SITE)
    with Project.open(init_project(root)) as project:
        for number in range(count):
            parts = range(number, count, dense) if number < dense else ()
            with project.record.write(said.author(number), said("reason", number)) as transaction:
                transaction.put(_site(said, number, parts), 0)
                for value in _objects(said, number, f"s{number % dense}"):
                    transaction.put(value, 0)
        _wear(project, said, min(count // 2, A_SITE))
    return root


def _site(said: Texts, number: int, parts: Iterable[int], texts: int | None = None) -> Site:
    """A site with a target and a published statement for each of `parts`; `texts` says whose texts it has, and the
    parts of its own number.
    """
    of = number if texts is None else texts
    place = LonLat(125.0 + number % 25 * 0.02, 38.5 + number // 25 * 0.02)
    return Site(
        f"s{number}",
        said("site name", of),
        name_local=said("local name", of),
        aliases=(said("alias", of),),
        category=said("category", of),
        position=Position(place, 5.0, said("position", of)),
        road=said("road", of),
        source=said("site source", of),
        note=said("site note", of),
        targets=tuple(_target(said, part, of if part == number else part) for part in parts),
        evidence=tuple(_evidence(said, part, of if part == number else part) for part in parts),
    )


def _target(said: Texts, part: int, of: int) -> Target:
    return Target(f"t{part}", said("target name", of), note=said("target note", of))


def _evidence(said: Texts, part: int, of: int) -> Evidence:
    return Evidence(
        said("wording", of),
        _span(part),
        f"t{part}",
        Event.APPEARED,
        said("evidence source", of),
        said("evidence page", of),
    )


def _objects(said: Texts, number: int, at: str, texts: int | None = None) -> Iterator[Any]:
    """One object of each kind beside sites; `texts` says whose texts they have."""
    of = number if texts is None else texts
    target, capture = f"t{number}", f"{number:016x}"
    yield _capture(said, number, of, at)
    author = said.author(number).name
    review = (Review.DRAFT, Review.SUBMITTED, Review.APPROVED)[number % 3]
    state = (State.PRESENT, State.ABSENT, State.UNCERTAIN)[number % 3]
    yield Observation(
        f"o{number}", at, target, capture, author, state, note=said("state note", of), review=review
    )
    other = State.ABSENT if state is State.PRESENT else State.PRESENT
    yield Observation(f"p{number}", at, target, capture, "ana", other, note=said("second note", of))
    yield Annotation(
        f"m{number}",
        at,
        capture,
        "point",
        {"type": "Point", "coordinates": [125.0, 38.5]},
        target=target,
        label=said("mark label", of),
        note=said("mark note", of),
        author=author,
        review=review,
    )
    yield ReviewEntry(
        f"r{number}",
        "observation",
        f"o{number}",
        1,
        Verdict.RETURNED,
        said("comment", of),
        at,
        target,
        capture,
    )
    published = Published(number, said("published what", of), _span(number), Bound.BOTH)
    yield Claim(
        f"c{number}",
        said("sentence", of),
        query_json(published),
        {},
        "",
        0,
        source=said("claim source", of),
        note=said("claim note", of),
        page=said("claim page", of),
    )


def _span(number: int) -> DateSpan:
    day = date(2015, 1, 1) + timedelta(days=7 * number)
    return DateSpan(day, day, Precision.DAY)


def _capture(said: Texts, number: int, of: int, site: str) -> Capture:
    key = f"{number:016x}"
    west, south = 124.99, 38.49
    ring = ((west, south), (west + 1, south), (west + 1, south + 1), (west, south + 1), (west, south))
    on_map = number % 5 > 0
    span = replace(_span(number), verbatim=said("date as written", of))
    return Capture(
        id=key,
        sha256=key * 4,
        kind=tuple(CaptureKind)[number % len(CaptureKind)],
        file=said("file", of),
        original=f"imagery/originals/{key}.tif",
        working=f"imagery/working/{key}.tif",
        acquired=span,
        width_px=100,
        height_px=100,
        bands=3,
        crs="EPSG:32651" if on_map else None,
        gsd_m=0.5,
        footprint=tuple(LonLat(*corner) for corner in ring) if on_map else (),
        site=None if on_map else site,
        provider=said("provider", of),
        platform=said("platform", of),
        credit=said("credit", of),
        licence=said("licence", of),
        warnings=(said("warning", of),),
        sources=(Stated("credit", said("metadata field", of)),),
        synthetic=number % 2 == 0,
        **_archived(said, of, key),
    )


def _archived(said: Texts, of: int, key: str) -> dict[str, Any]:
    """How a screenshot came about, what it says of itself, what was read in it, and what is kept beside it."""
    stamp = Stamp("original", "sha256", authority=said("authority", of), policy=said("policy", of))
    proposed = said("proposal", of), said("proposal's source", of), said("proposal's basis", of)
    read = said("text in the picture", of), (0, 0, 9, 9), key * 4, said("reader", of), 50.0
    attached = said("attached file", of), f"imagery/attachments/{key}", key * 4, 1, said("attached note", of)
    return {
        "origin": Origin(
            f"https://example.org/{said('address', of)}",
            said("viewer of a screenshot", of),
            by=said("maker of a screenshot", of),
            how=said("way of a screenshot", of),
        ),
        "proposals": (Proposal("credit", *proposed),),
        "readings": (TextReading("credit", *read),),
        "attachments": (Attachment(AttachmentKind.TIMESTAMP, *attached, stamp),),
    }


def _wear(project: Project, said: Texts, versions: int) -> None:
    """The first object of each kind gets so many versions, each with other texts, for its history."""
    for of in range(1, versions):
        with project.record.write(said.author(of), said("reason", of)) as transaction:
            parts = [int(one.id[1:]) for one in transaction.get(Site, "s0").value.targets]
            site = _site(said, 0, parts, of)
            for value in (site, *_objects(said, 0, "s0", of)):
                transaction.put(value, transaction.get(type(value), value.id).version)


# -- the places where it is shown ----------------------------------------------------------------------------


def router_pages() -> list[str]:
    """Addresses of all pages, as the router names them."""
    tree = ast.parse((ROOT / "dashboard" / "main.py").read_text("utf-8"))
    named = [
        keyword.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "url_path" and isinstance(keyword.value, ast.Constant)
    ]
    return [str(one) for one in named]


def addresses(count: int, sites: int) -> list[str]:
    """Every page, those of one site at the first `sites` of those with many objects, those with pages at as many of
    them; histories; both languages.
    """
    dense = min(sites, max(1, count // A_SITE))
    found = []
    for page in router_pages():
        for number in range(dense if page in (*_OF_SITE, *_PAGED) else min(dense, 2)):
            what = (
                f"site=s{number}&target=t{number}&coverage=1" if page not in _PAGED else f"page={number + 1}"
            )
            found.append(f"{page}?{what}&lang={'ko' if number % 2 else 'en'}")
    worn = {
        "site": "s0",
        "capture": f"{0:016x}",
        "observation": "o0",
        "annotation": "m0",
        "review": "r0",
        "claim": "c0",
    }
    found += [f"history?kind={kind}&id={key}" for kind, key in worn.items()]
    pictures = [f"imagery?capture={number:016x}" for number in range(2)]
    return [*found, *pictures, "claims?id=c0", "claims?id=c1"]


# -- the browser ---------------------------------------------------------------------------------------------


@dataclass
class Seen:
    """What happened while pages were looked at: texts that ran, requests to other hosts, texts that were shown.

    `runs` counts the runs of the pages' script that have ended; `asked` are requests that have no answer yet.
    """

    ran: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    shown: dict[str, set[str]] = field(default_factory=dict)
    where: str = ""
    runs: int = 0
    asked: set[Any] = field(default_factory=set)


@contextlib.contextmanager
def watching(browser: Any, address: str) -> Iterator[tuple[Any, Seen]]:
    """A page that notes what runs and what is asked for; `address` is the one host that may be asked."""
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    seen = Seen()
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(PATIENCE_MS)
    context.expose_binding("xssHit", lambda _, number: seen.ran.append(f"{seen.where}: call {number}"))
    page = context.new_page()
    own = (address, address.replace("http", "ws", 1), "data:", "blob:", "about:")

    def requested(request: Any) -> None:
        if not request.url.startswith(own):
            seen.foreign.append(f"{seen.where}: {request.url}")

    def said(message: Any) -> None:
        if message.text.startswith("xss-"):
            seen.ran.append(f"{seen.where}: console {message.text}")

    def asked(dialog: Any) -> None:
        seen.ran.append(f"{seen.where}: dialog {dialog.message}")
        dialog.dismiss()

    def received(frame: bytes | str) -> None:
        if isinstance(frame, bytes) and ForwardMsg.FromString(frame).HasField("script_finished"):
            seen.runs += 1

    context.on("request", requested)
    page.on("request", lambda request: seen.asked.add(request))  # Playwright takes no bound method of a set
    for end in ("requestfinished", "requestfailed"):
        page.on(end, lambda request: seen.asked.discard(request))
    page.on("websocket", lambda socket: socket.on("framereceived", received))
    page.on("console", said)
    page.on("dialog", asked)
    page.on("popup", lambda popup: seen.foreign.append(f"{seen.where}: window {popup.url}"))
    yield page, seen
    context.close()


def ended(page: Any) -> None:
    """Wait until the page's script ended."""
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def settled(page: Any, seen: Seen) -> None:
    """Wait until the page's script ended and nothing was under way for a while.

    Playwright's own state of a quiet network is reached once a document, and does not say what it waits for.
    """
    ended(page)
    until = time.monotonic() + PATIENCE_MS / 1000
    busy = time.monotonic()
    while time.monotonic() - busy < QUIET_S:
        page.wait_for_timeout(50)
        if waiting := [one.url for one in seen.asked if not one.frame.is_detached()]:
            busy = time.monotonic()
            if busy > until:
                raise RuntimeError(f"{seen.where}: no answer to {', '.join(waiting[:5])}")


def pressed(page: Any, seen: Seen, what: str) -> bool:
    """Click the first of `what` and wait until the run that it asks for has ended; False where there is none.

    It is found and clicked in one go: the end of a run may take it away. Right after a click the page still says that
    no script runs, so ends of runs are counted.
    """
    runs, until = seen.runs, time.monotonic() + PATIENCE_MS / 1000
    if not page.evaluate(_CLICK, what):
        return False
    while seen.runs == runs:
        if time.monotonic() > until:
            raise RuntimeError(f"{seen.where}: no run of the script after a click on {what}")
        page.wait_for_timeout(10)
    page.evaluate(_DRAWN)
    ended(page)
    return True


_CLICK = """(what) => {
    const one = document.querySelector(what);
    one?.click();
    return one !== null;
}"""
_DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
_POINT = """() => {
    const what = '.site, .leaflet-interactive, [title], summary, a, button, figure, img';
    for (const one of document.querySelectorAll(what))
        for (const kind of ['mouseover', 'mouseenter', 'focus', 'mousemove'])
            one.dispatchEvent(new MouseEvent(kind, { bubbles: true }));
}"""
_TEXTS = """() => {
    const found = [document.body?.innerText ?? ''];
    const visit = (root) => {
        for (const one of root.querySelectorAll('*')) {
            for (const name of ['title', 'aria-label', 'alt']) found.push(one.getAttribute(name) ?? '');
            if ('value' in one && typeof one.value === 'string') found.push(one.value);
            if (one.shadowRoot) { found.push(one.shadowRoot.textContent); visit(one.shadowRoot); }
        }
    };
    visit(document);
    found.push(document.body?.textContent ?? '');
    return [...new Set(found.join('\\n').match(/xq\\d+z/g) ?? [])];
}"""
_OPEN = """() => {
    for (const one of document.querySelectorAll('details:not([open]) > summary, [role="tab"]')) one.click();
}"""
_UNFOLD = """(number) => {
    const one = document.querySelectorAll('[data-testid="stPopover"] button, [role="combobox"]')[number];
    one?.focus();
    one?.click();
    return one !== undefined;
}"""
_MARKED = "() => window.__xss === undefined ? null : String(window.__xss)"


def look(page: Any, seen: Seen, more: int) -> None:
    """Open what can be opened, ask for more up to `more` times, point at everything, and note what there is."""
    for _ in range(more):
        if not pressed(page, seen, MORE):
            break
    page.evaluate(_OPEN)
    settled(page, seen)
    note(page, seen)
    for number in range(MOST_OPENED):
        if not page.evaluate(_UNFOLD, number):
            break
        note(page, seen)
        page.keyboard.press("Escape")


def note(page: Any, seen: Seen) -> None:
    """Point at everything in all frames, and note which texts they have and whether one left its mark.

    A frame that gives way to another while it is read (a map drawn anew) is no finding: the page is read again.
    """
    stayed = False
    while not stayed:
        stayed = True
        for frame in page.frames:
            stayed = _noted(frame, seen) and stayed


def _noted(frame: Any, seen: Seen) -> bool:
    """Whether this frame stayed while it was read."""
    from playwright.sync_api import Error as PlaywrightError

    try:
        frame.evaluate(_POINT)
        marked, texts = frame.evaluate(_MARKED), frame.evaluate(_TEXTS)
    except PlaywrightError as gone:
        if frame.is_detached() or "context was destroyed" in str(gone):
            return False
        raise
    if marked is not None:
        seen.ran.append(f"{seen.where}: mark {marked}")
    seen.shown.setdefault(seen.where.partition("?")[0], set()).update(texts)
    return True


def visit(page: Any, seen: Seen, address: str, where: Sequence[str], more: int) -> None:
    """Look at these addresses of a served project."""
    for path in where:
        seen.where = path if "kind=" not in path else path.replace("?kind=", ":").partition("&")[0]
        seen.asked.clear()
        print(f"{time.strftime('%H:%M:%S')} {path}", file=sys.stderr, flush=True)
        page.goto(f"{address}/{path}")
        page.locator('[data-testid="stMainBlockContainer"] [data-testid="stHtml"]').last.wait_for(
            state="attached"
        )
        ended(page)
        for _ in range(MOST_BOXES):  # what is drawn only when it is opened; opening one may open others
            if not pressed(page, seen, CLOSED):
                break
        look(page, seen, more)


def files(root: Path, folder: Path) -> dict[str, Path]:
    """What a project gives away as files that a browser opens."""
    made = {
        "map file": folder / "map.html",
        "growth figure": folder / "growth.svg",
        "growth by category": folder / "c.svg",
    }
    run("map", "-o", made["map file"], "--project", root)
    run("growth", "-o", made["growth figure"], "--project", root)
    run("growth", "--by", "category", "-o", made["growth by category"], "--project", root)
    return made


def open_files(browser: Any, made: Mapping[str, Path]) -> Seen:
    """Open each file from the disk; it may ask for itself alone."""
    whole = Seen()
    for name, path in made.items():
        with watching(browser, path.as_uri()) as (page, seen):
            seen.where = name
            page.goto(path.as_uri())
            if path.suffix == ".html":
                page.locator(".leaflet-container[data-shown]").wait_for()
                page.locator("#sitetrack-outlines").check()
                note(page, seen)
            else:
                text = page.evaluate("() => document.documentElement.textContent")
                seen.shown[name] = set(re.findall(r"xq\d+z", text))
            whole.ran += seen.ran
            whole.foreign += seen.foreign
            whole.shown |= seen.shown
    return whole


def pasted(browser: Any, texts: Sequence[str]) -> Seen:
    """What the same texts do in a page that pastes them into its HTML: the measure of what they can do."""
    with watching(browser, "about:") as (page, seen):
        for number, text in enumerate(texts):
            seen.where = str(number)
            with contextlib.suppress(Exception):  # some lead away from the page that they stand in
                page.set_content(
                    f"<!DOCTYPE html><body><div title='{text}'>{text}</div>", wait_until="commit"
                )
                page.evaluate(_POINT)
                if page.evaluate(_MARKED) is not None:
                    seen.ran.append(f"{number}: mark")
        return seen


# -- by hand -------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def serving(root: Path, folder: Path) -> Iterator[str]:
    """The address at which the project is served."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "dashboard" / "app.py")]
    command += ["--server.port", str(port), "--server.headless", "true"]
    settings = {"SITETRACK_PROJECT": str(root), "SITETRACK_AUTHOR": "ana"}
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  our own program
            command, cwd=folder, env=os.environ | settings, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            for _ in range(600):
                with (
                    contextlib.suppress(OSError),
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health"),
                ):
                    break
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def main() -> None:
    from playwright.sync_api import sync_playwright

    count = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdecimal() else 500
    program = next((path for path in map(shutil.which, BROWSERS) if path), None)
    if program is None:
        sys.exit(f"no browser: install one of {', '.join(BROWSERS)}")
    began = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        root = make_project(folder / "project", count)
        flags = ["--no-sandbox", "--disable-gpu"]
        with playwright.chromium.launch(executable_path=program, args=flags) as browser:
            control = pasted(browser, payloads(count))
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        with serving(root, folder) as address, watching(browser, address) as (page, seen):
            visit(page, seen, address, addresses(count, count), more=10)
        opened = open_files(browser, files(root, folder))
        browser.close()
    print(heading(f"python benchmarks/xss.py {count}", SEED) + "\n")
    shown = seen.shown | opened.shown
    print(
        table(
            ["shown on", "different texts seen"],
            [[where, len(texts)] for where, texts in sorted(shown.items())],
        )
    )
    ran, foreign = [*seen.ran, *opened.ran], [*seen.foreign, *opened.foreign]
    took = (datetime.now(UTC) - began).seconds
    acted = {one.partition(":")[0] for one in (*control.ran, *control.foreign)}
    print(
        f"\n{count} texts in each of {len(_fields())} fields: {len(ran)} ran, {len(foreign)} requests to other hosts."
    )
    print(f"Pasted as they are into a page, {len(acted)} of them run or load something. {took} s.")
    for line in (*ran, *foreign):
        print(line)
    sys.exit(1 if ran or foreign else 0)


def _fields() -> list[str]:
    """Names of the fields that texts go into."""
    said = Texts(["x"])
    _site(said, 0, [0])
    list(_objects(said, 0, "s0"))
    said.author(0)
    said("reason", 0)
    return list(said._fields)


if __name__ == "__main__":
    main()
