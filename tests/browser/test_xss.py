"""Hostile texts in every text field, looked at on every page of the router and in the files that leave the project.

A short run of `benchmarks/xss.py`, which has them in their hundreds.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytestmark = pytest.mark.browser

TEXTS = 36  # two of each family


@pytest.fixture(scope="module")
def xss() -> Iterator[ModuleType]:
    folder = str(Path(__file__).resolve().parents[2] / "benchmarks")
    sys.path.insert(0, folder)
    try:
        yield importlib.import_module("xss")
    finally:
        sys.path.remove(folder)


@pytest.fixture(scope="module")
def hostile(xss: ModuleType, tmp_path_factory: pytest.TempPathFactory, bundle: Path) -> Path:
    root: Path = xss.make_project(tmp_path_factory.mktemp("hostile") / "project", TEXTS)
    return root


def test_no_page_runs_what_people_wrote_or_asks_another_host(
    xss: ModuleType, hostile: Path, launched: Any, served_at: Any, tmp_path: Path
) -> None:
    with served_at(hostile, tmp_path) as address, xss.watching(launched, address) as (page, seen):
        xss.visit(page, seen, address, xss.addresses(TEXTS, 1), more=0)
    assert seen.ran == []
    assert seen.foreign == []
    # the texts were there: each page and history has most of them, the pages of one object at least one
    few = [where for where, texts in seen.shown.items() if len(texts) < TEXTS // 2]
    assert set(seen.shown) >= {*xss.router_pages(), "history:site", "history:capture"}
    assert len(few) <= len(seen.shown) // 3, few


def test_files_that_leave_the_project_run_and_load_nothing(
    xss: ModuleType, hostile: Path, launched: Any, tmp_path: Path
) -> None:
    seen = xss.open_files(launched, xss.files(hostile, tmp_path))
    assert seen.ran == []
    assert seen.foreign == []
    assert len(seen.shown["map file"]) == TEXTS
    assert seen.shown["growth by category"]


def test_the_texts_run_where_a_page_pastes_them(xss: ModuleType, launched: Any) -> None:
    seen = xss.pasted(launched, xss.payloads(2 * TEXTS))
    acted = {one.partition(":")[0] for one in (*seen.ran, *seen.foreign)}
    assert len(acted) > TEXTS // 2
    assert seen.foreign


def test_texts_follow_from_the_seed(xss: ModuleType) -> None:
    texts = xss.payloads(500)
    assert len(set(texts)) == 500
    assert texts == xss.payloads(500)
    assert texts[:10] != xss.payloads(10, seed=1)
