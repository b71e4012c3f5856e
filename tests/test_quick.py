"""Streamlit's own files from memory, and what collections of garbage need not walk through."""

from __future__ import annotations

import asyncio
import gc
import socket
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


@pytest.mark.parametrize("page", ["/", "/compare"])
def test_a_page_names_the_scripts_that_it_will_ask_for(page: str) -> None:
    async def streamlit(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"page"})

    links = Client(quick.AskedAhead(streamlit)).get(page).headers["link"].split(", ")
    ours = [link for link in links if link.startswith("</assets/")]
    assert {link.partition("?")[0] for link in ours} == {
        f"</assets/{file}" for file, _ in quick._OURS[page.strip("/")]
    }
    links = [link for link in links if link not in ours]
    files = [link.partition(">")[0].removeprefix("</") for link in links]
    assert all(link.endswith(">; rel=modulepreload") for link in links)
    assert all((quick.STATIC / file).is_file() for file in files)
    known = (quick.STATIC / "index.html").read_text("utf-8")
    assert not [file for file in files if file in known]
    for widget in (*quick._EVERYWHERE, *quick._ON_PAGE[page.strip("/")]):
        assert any(f"/{widget}." in file for file in files), widget
    assert "link" not in Client(quick.AskedAhead(beneath)).get("/settings").headers
    assert "link" not in Client(quick.AskedAhead(beneath)).get(page).headers  # no page: a refusal


def test_what_is_written_to_a_connection_is_sent_at_once() -> None:
    def nagle_is_off(one: socket.socket) -> bool:
        return one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0

    async def started() -> None:
        async with quick.sent_at_once(None):
            pass

    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as other:
        assert not nagle_is_off(server)
        asyncio.run(started())
        with socket.create_connection(server.getsockname()), server.accept()[0] as taken:
            assert nagle_is_off(server)
            assert nagle_is_off(taken)
            assert not nagle_is_off(other)


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
