"""Makes the pictures of the README from the demo project: python docs/screenshots.py [FOLDER]

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
    page.frame_locator("iframe").locator(".leaflet-interactive").first.wait_for()
    page.wait_for_load_state("networkidle")


def compare(page: Page, address: str, mode: str) -> None:
    page.goto(f"{address}/compare?site={SITE}")
    page.locator("[data-ready]").first.wait_for()
    page.get_by_role("button", name=mode, exact=False).first.click()
    page.mouse.move(1, 1)  # a button under the mouse looks different
    page.wait_for_load_state("networkidle")


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
            compare(page, address, "Swipe")
            page.screenshot(path=folder / f"compare-{scheme}.png")
            if scheme == "light":
                compare(page, address, "Side by side")
                page.screenshot(path=folder / "side-by-side.png")
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
