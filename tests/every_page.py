"""Every page of the router, as it names them, and when one of them is there."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

MAIN = Path(__file__).resolve().parents[1] / "dashboard" / "main.py"


def _pages() -> tuple[str, ...]:
    calls = (node for node in ast.walk(ast.parse(MAIN.read_text("utf-8"))) if isinstance(node, ast.Call))
    pages = (one for one in calls if isinstance(one.func, ast.Attribute) and one.func.attr == "Page")
    return tuple(
        next(word.value.value for word in page.keywords if word.arg == "url_path")  # type: ignore[attr-defined]
        for page in pages
    )


PAGES = _pages()
CLOSED = "[class*='st-key-box-'] details:not([open]) > summary"


def visit(tab: Any, page: str, query: str = "site=harbour-bridge") -> None:
    """Open a page as a link does, and wait until its script has ended and its pictures stand."""
    # the first page is at the root; its own name is unknown to Streamlit
    tab.page.goto(f"{tab.address}/{'' if page == PAGES[0] else page}?{query}")
    tab.page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    if page == "overview":
        tab.page.frame_locator("iframe").locator(".site").first.wait_for()
    if page == "compare":
        tab.wait_ready()
    for _ in range(tab.page.locator(CLOSED).count()):  # what is drawn only when it is opened
        tab.page.locator(CLOSED).first.click()
        tab.page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    tab.page.wait_for_load_state("networkidle")
    # what was pale while the script ran has its colours again
    tab.page.evaluate(
        "() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null)))"
    )
