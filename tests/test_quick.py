"""Streamlit's own files from memory, and what collections of garbage need not walk through."""

from __future__ import annotations

import asyncio
import base64
import gc
import hashlib
import json
import re
import socket
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from asgi_client import Client
from starlette.datastructures import Headers

from dashboard import cache, quick
from dashboard.headers import headers_of
from workflow.errors import ProjectUnusable

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


def apart(work: Coroutine[Any, Any, None]) -> None:
    """Run it in a thread of its own: a browser's session may have a loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


PAGE = b"<html><head><title>t</title></head><body></body></html>"


async def streamlit(scope: Any, receive: Any, send: Any) -> None:
    """A page as Streamlit answers it: packed or not at all where a browser asks for that."""
    asked = Headers(scope=scope)
    assert not {"accept-encoding", "if-none-match", "if-modified-since"} & set(asked), asked
    headers = [(b"content-length", str(len(PAGE)).encode()), (b"etag", b'"of-streamlit"')]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": PAGE})


@pytest.mark.parametrize("page", ["/", "/compare"])
def test_a_page_runs_its_scripts_before_it_is_drawn_by_one_that_its_policy_allows(page: str) -> None:
    asked = {"Accept-Encoding": "gzip", "If-None-Match": '"of-streamlit"', "If-Modified-Since": "today"}
    answer = Client(quick.AskedAhead(streamlit)).get(page, asked)
    (script,) = re.findall(r"<script>(.*?)</script></head>", answer.text, re.DOTALL)
    assert len(answer.content) == int(answer.headers["content-length"]) == len(PAGE) + len(script) + 17
    assert "etag" not in answer.headers  # it would be the same after another script
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in headers_of()["Content-Security-Policy"]
    run = json.loads(re.findall(r"\[.*?\]", script)[0])
    named = answer.headers["link"]
    assert run
    assert all(f"<{file}>; rel=modulepreload" in named for file in run)


def test_what_is_no_page_stays_as_it_is() -> None:
    async def short(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
        await send({"type": "http.response.body", "body": b"other"})

    answer = Client(quick.AskedAhead(short)).get("/")
    assert (answer.content, answer.headers["content-length"]) == (b"other", "5")


def test_the_first_page_is_read_when_the_server_starts(monkeypatch: Any) -> None:
    done = Event()
    monkeypatch.setattr(cache, "read_ahead", done.set)

    async def started() -> None:
        async with quick.begun(None):
            pass

    apart(started())
    assert done.wait(30)


def test_a_server_without_a_project_starts(monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setenv("SITETRACK_PROJECT", str(tmp_path))
    with pytest.raises(ProjectUnusable):
        cache.read_ahead()
    quick._read_ahead()


def test_what_is_written_to_a_connection_is_sent_at_once() -> None:
    def nagle_is_off(one: socket.socket) -> bool:
        return one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0

    async def started() -> None:
        async with quick.sent_at_once(None):
            pass

    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as other:
        assert not nagle_is_off(server)
        apart(started())
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
