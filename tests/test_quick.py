"""Streamlit's own files from memory, and what collections of garbage need not walk through."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import pytest
from asgi_client import Client

from dashboard import quick

SCRIPT = next((quick.STATIC / "static" / "js").glob("index.*.js"))
ADDRESS = f"/static/js/{SCRIPT.name}"


async def beneath(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 418, "headers": []})
    await send({"type": "http.response.body", "body": b"beneath"})


@pytest.fixture
def client() -> Client:
    return Client(quick.KeptFiles(beneath))


def test_a_file_with_a_hash_in_its_name_is_read_once(client: Client, monkeypatch: Any) -> None:
    quick._read.cache_clear()
    reads: list[Path] = []
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: reads.append(path) or read(path))
    first, second = client.get(ADDRESS), client.get(ADDRESS)
    assert first.content == second.content == read(SCRIPT)
    assert first.headers["content-type"].startswith("text/javascript")
    assert "immutable" in first.headers["cache-control"]
    assert reads == [SCRIPT]


@pytest.mark.parametrize(
    "address",
    [
        "/static/js/missing.AAAAAAAA.js",
        "/static/index.html",
        "/static/js/../../../__init__.AAAAAAAA.js",
        f"/static/js/%2e%2e/js/{SCRIPT.name}",
        "/overview",
    ],
)
def test_all_else_is_passed_on(client: Client, address: str) -> None:
    kept = quick._read.cache_info().currsize
    assert client.get(address).content == b"beneath"
    assert quick._read.cache_info().currsize == kept


def test_a_part_of_a_file_and_another_method_are_passed_on(client: Client) -> None:
    assert client.get(ADDRESS, {"Range": "bytes=0-9"}).content == b"beneath"
    assert client.ask("POST", ADDRESS).content == b"beneath"


def test_what_a_page_brought_in_is_left_out_of_collections_once(monkeypatch: Any) -> None:
    monkeypatch.setattr(quick, "_seen", set())
    kept = gc.get_freeze_count()
    try:
        quick.settle("compare")
        after = gc.get_freeze_count()
        assert after > kept
        quick.settle("compare")
        assert gc.get_freeze_count() <= after
    finally:
        gc.unfreeze()
