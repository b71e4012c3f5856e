"""Makes the pictures of the README and the documents from the demo project: python docs/screenshots.py [FOLDER]

Needs the test extra (Playwright drives an installed Chromium) and takes about a minute.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

SIZE = {"width": 1440, "height": 960}
SITE = "north-of-arch"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def sitetrack(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from workflow.cli import main; main()", *arguments]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_for(address: str) -> None:
    for _ in range(240):
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):  # noqa: S310  our own server
                return
        except OSError:
            time.sleep(0.25)
    raise SystemExit(f"no answer from {address}")


def overview(page: Page, address: str) -> None:
    page.goto(f"{address}/")
    page.frame_locator("iframe").locator(".leaflet-container[data-shown]").wait_for()
    page.locator("svg.band").first.wait_for()
    page.wait_for_load_state("networkidle")


def compare(page: Page, address: str, key: str) -> None:
    page.goto(f"{address}/compare?site={SITE}")
    page.locator("[data-ready]").first.wait_for()
    page.locator(".sitetrack-viewer .stage").press(key)
    page.locator("[data-ready]").first.wait_for()
    page.mouse.move(1, 1)  # a button under the mouse looks different
    page.wait_for_load_state("networkidle")


def opened(page: Page, address: str, path: str, sign: str) -> None:
    """Open a page and wait for what it shows last."""
    page.goto(f"{address}/{path}")
    page.locator(sign).first.wait_for()
    page.wait_for_load_state("networkidle")


def history(page: Page, address: str) -> None:
    page.goto(f"{address}/history?kind=annotation&id=shown")
    page.get_by_text("SHA-256").first.wait_for()
    page.get_by_role("link", name="Compare pictures of the site").wait_for()
    page.wait_for_load_state("networkidle")


def review(page: Page, address: str) -> None:
    page.goto(f"{address}/review")
    page.get_by_role("button", name="analyst · analyst (declared)").click()
    page.get_by_label("Your name").fill("Lena Brandt")
    page.get_by_role("combobox", name="Role").click()
    page.get_by_role("option", name="lead").click()
    page.get_by_role("button", name="Change").click()
    page.get_by_role("button", name="Approve").first.wait_for()
    page.mouse.click(700, 900)
    page.get_by_label("Your name").wait_for(state="hidden")
    page.wait_for_load_state("networkidle")


def growth(page: Page, address: str) -> None:
    page.goto(f"{address}/growth")
    page.locator("[data-sentence]").wait_for()
    page.locator("canvas, svg.marks").first.wait_for()
    page.wait_for_load_state("networkidle")


def claims(page: Page, address: str) -> None:
    page.goto(f"{address}/claims")
    page.get_by_text("held beside each other").wait_for()
    page.wait_for_load_state("networkidle")


def recent_work(root: Path) -> None:
    """What two people did lately, for the pages that show it."""
    from workflow import actions
    from workflow.model import Author
    from workflow.project import Project
    from workflow.readmodels import pages

    min_seo, ben = Author("Min-seo Park"), Author("Ben Okafor")
    with Project.open(root) as project:
        shown = pages.compare(project, SITE)
        place = shown.site.position.lonlat
        around = ((-1, -1), (2, -1), (2, 1), (-1, 1), (-1, -1))
        stated = {
            "id": "shown",
            "site": SITE,
            "capture": shown.captures[-1].id,
            "target": shown.site.targets[0].id,
            "shape": "box",
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[place.lon + x * 1e-4, place.lat + y * 1e-4] for x, y in around]],
            },
            "label": "bar over both lanes",
        }
        operation = {"op": "shown", "seq": 1, "type": "add", "annotation": stated}
        actions.annotate(project, min_seo, [operation])
        actions.edit_annotation(project, ben, "shown", {"note": "shadow falls on the eastern lane"}, 1)
        actions.edit_annotation(project, min_seo, "shown", {"label": "camera bar over both lanes"}, 2)
        actions.submit(project, min_seo, "annotation", "shown", 3, "ready")
        for name in dict.fromkeys(one.author for one in project.observations(site=SITE)):
            actions.submit_site(project, Author(name), SITE)


def take(folder: Path, address: str) -> None:
    program = next((path for path in map(shutil.which, BROWSERS) if path), None)
    if program is None:
        raise SystemExit(f"no browser: install one of {', '.join(BROWSERS)}")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            page = browser.new_page(viewport=SIZE, color_scheme=scheme)
            overview(page, address)
            page.screenshot(path=folder / f"overview-{scheme}.png")
            compare(page, address, "1")
            page.screenshot(path=folder / f"compare-{scheme}.png")
            if scheme == "light":
                history(page, address)
                page.screenshot(path=folder / "history.png")
                review(page, address)
                page.screenshot(path=folder / "review.png")
                growth(page, address)
                page.screenshot(path=folder / "growth.png")
                claims(page, address)
                page.screenshot(path=folder / "claims.png")
                compare(page, address, "6")
                page.screenshot(path=folder / "all-dates.png")
                compare(page, address, "7")
                page.screenshot(path=folder / "side-by-side.png")
                opened(page, address, "queue", "img[src*='/api/thumbnail/']")
                page.screenshot(path=folder / "queue.png")
                opened(page, address, "timeline", "svg")
                page.screenshot(path=folder / "timeline.png")
                opened(page, address, f"site?site={SITE}", "img[src*='/api/thumbnail/']")
                page.frame_locator("iframe").locator("[data-site-map=ready]").wait_for()
                page.screenshot(path=folder / "site.png")
                opened(page, address, "imagery", "[data-testid=stDataFrame] canvas")
                page.screenshot(path=folder / "imagery.png")
            page.close()
        browser.close()


def small(path: Path) -> None:
    """256 colours keep a screenshot far below the size that a repository minds."""
    with Image.open(path) as picture:
        reduced = picture.convert("RGB")
    reduced.thumbnail((1440, 1440), Image.Resampling.LANCZOS)
    # the method that keeps colours of small things: marks, signs of states
    palette = reduced.quantize(256, method=Image.Quantize.MAXCOVERAGE, kmeans=3)
    reduced.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG).save(path, optimize=True)


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "images")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        root = Path(work) / "sample"
        subprocess.run(sitetrack("demo", str(root), "--no-serve"), check=True)  # noqa: S603
        recent_work(root)
        figure = folder / "figure.png"
        subprocess.run(sitetrack("figure", SITE, "-o", str(figure), "--project", str(root)), check=True)  # noqa: S603
        figure.with_name("figure.png.json").unlink()
        port = free_port()
        serve = sitetrack("serve", "--no-browser", "--port", str(port), "--project", str(root))
        server = subprocess.Popen(serve, env={**os.environ, "SITETRACK_AUTHOR": "analyst"})  # noqa: S603
        try:
            wait_for(f"http://127.0.0.1:{port}")
            take(folder, f"http://127.0.0.1:{port}")
        finally:
            server.terminate()
            server.wait()
    for picture in folder.glob("*.png"):
        small(picture)


if __name__ == "__main__":
    main()
