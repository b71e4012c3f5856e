"""What makes pages quick: answers that are sent at once, Streamlit's files from memory, few objects to walk through.

Streamlit binds its socket in a way by which asyncio leaves Nagle's algorithm on: the body of every answer then waits
until the browser has acknowledged its headers, 40 ms on Linux, for each of a hundred scripts and each tile. Here it is
switched off. The scripts are answered from memory, where Streamlit reads them piece by piece in threads of the process
that runs the page; those that a page comes to ask for late are named with the page, and run before it is drawn. What
the first page needs is read when the server starts. After every run Streamlit collects garbage in all that the process
holds; what stays for good is left out.
"""

from __future__ import annotations

import gc
import json
import re
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import Thread

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard import assets
from workflow.errors import WorkflowError

__all__ = [
    "PAGES",
    "AskedAhead",
    "KeptFiles",
    "ahead",
    "begun",
    "early",
    "sent_at_once",
    "settle",
]

STATIC = Path(streamlit.__file__).parent / "static"
# names with a hash of the content: what lies under one never changes
_HASHED = re.compile(r"/static/(?:js|css|media)/[\w-][\w.-]*\.[\w-]{8}\.(?:js|css|woff2)")
_TYPES = {".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2"}
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
# Streamlit's scripts of what stands on a page at first
_EVERYWHERE = ("Html", "Selectbox", "BidiComponent", "Button", "PageLink")
_ON_PAGE = {
    "": ("DateInput", "TextInput", "Checkbox", "DownloadButton", "Slider"),
    "compare": (),
}
# and ours, the map's for the frame that it stands in
_OURS = {
    "": (("leaflet/leaflet.css", "prefetch"), ("leaflet/leaflet.js", "prefetch"), ("basemap.js", "prefetch")),
    "compare": (("viewer.js", "modulepreload"),),
}
PAGES = tuple(_ON_PAGE)
_END_OF_HEAD = b"</head>"
# a page is answered whole and as it is: what a browser kept may be one of before
_NOT_ASKED = (b"accept-encoding", b"if-none-match", b"if-modified-since")
_HEAVY = ("dashboard.components.next_capture", "dashboard.components.map_file")
_SCRIPTS = STATIC / "static" / "js"
_NAMED = re.compile(r"/static/js/([\w.-]+\.js)")
_IMPORTED = re.compile(r'(?:from|import)\s*"\./([\w.-]+\.js)"')
_seen: set[str] = set()


@asynccontextmanager
async def sent_at_once(_app: object) -> AsyncIterator[None]:
    """While the application runs, what is written to a connection is sent, however little it is.

    Connections take the option over from the socket that they come in by, which the server made before.
    """
    for one in gc.get_objects():
        if type(one) is socket.socket and _takes_connections(one):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    yield


@asynccontextmanager
async def begun(app: object) -> AsyncIterator[None]:
    """Lifespan of the application: `sent_at_once`, and `_read_ahead` beside what is asked meanwhile."""
    Thread(target=_read_ahead, name="read ahead", daemon=True).start()
    async with sent_at_once(app):
        yield


def _read_ahead() -> None:
    """Bring in what the first pages are made with, and what Overview shows: none is waited for by who comes later."""
    for name in _HEAVY:
        import_module(name)
    from dashboard import cache as kept
    from workflow import pictures

    with suppress(WorkflowError):  # the page says why there is nothing to show
        kept.read_ahead()
    pictures.make_ready()


def _takes_connections(one: socket.socket) -> bool:
    try:
        return one.family in (socket.AF_INET, socket.AF_INET6) and bool(
            one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
        )
    except OSError:  # closed, or of a kind that has no such option
        return False


class KeptFiles:
    """ASGI middleware: answers Streamlit's files that have a hash in their name from memory, passes all else on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a file that is asked for whole."""
        body = _kept(scope["path"]) if _asks_for_one(scope) else None
        if body is None:
            await self._app(scope, receive, send)
        else:
            answer = Response(body, media_type=_TYPES[Path(scope["path"]).suffix], headers=_FOR_EVER)
            await answer(scope, receive, send)


def _asks_for_one(scope: Scope) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and _HASHED.fullmatch(scope["path"]) is not None
        and "range" not in Headers(scope=scope)
    )


def _kept(path: str) -> bytes | None:
    # what is not there is not remembered: anybody can ask for anything
    return _read(path) if (STATIC / path.removeprefix("/")).is_file() else None


@cache
def _read(path: str) -> bytes:
    return (STATIC / path.removeprefix("/")).read_bytes()


class AskedAhead:
    """ASGI middleware: a page names the scripts that it will ask for once it knows what stands on it.

    Its headers have the browser fetch them, and a script of ours (`early`) has it run them before anything is shown.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and its answer back with the header and the script."""
        page = scope["path"].strip("/") if scope["type"] == "http" else None
        if page not in _ON_PAGE:
            await self._app(scope, receive, send)
            return
        waiting: list[Message] = []

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                waiting.append(message)  # its headers tell the length of the page
                return
            if waiting:
                start = waiting.pop()
                MutableHeaders(scope=start).append("Link", ahead(page))
                message = _with_script(start, message, f"<script>{early(page)}</script>".encode())
                await send(start)
            await send(message)

        headers = [(name, value) for name, value in scope["headers"] if name not in _NOT_ASKED]
        await self._app({**scope, "headers": headers}, receive, told)


def _with_script(start: Message, body: Message, script: bytes) -> Message:
    """The body of a page with a script at the end of its head; `start`, which has the headers, is changed."""
    text: bytes = body.get("body", b"")
    headers = MutableHeaders(scope=start)
    if _END_OF_HEAD not in text or "content-length" not in headers:
        return body
    del headers["etag"], headers["last-modified"]
    headers["content-length"] = str(int(headers["content-length"]) + len(script))
    return {**body, "body": text.replace(_END_OF_HEAD, script + _END_OF_HEAD, 1)}


@cache
def early(page: str) -> str:
    """The script that stands in a page, one of `PAGES`; its policy has to allow it.

    It says where the server is, which Streamlit would look for at the page's own address first, and wait before it asks
    elsewhere. It runs the scripts of the first view, where Streamlit would run each when the first widget of its kind
    comes, in the midst of drawing.
    """
    files = json.dumps([f"/static/js/{name}" for name in _wanted(page)])
    return (
        "window.__streamlit = { BACKEND_BASE_URL: `${location.origin}/` };"
        f'addEventListener("DOMContentLoaded", () => {files}.forEach((one) => import(one)));'
    )


@cache
def ahead(page: str) -> str:
    """The header ``Link`` of a page: the scripts of its first view beyond those that every page begins with."""
    begins = set(_with_imports(_NAMED.findall((STATIC / "index.html").read_text("utf-8"))))
    streamlits = (
        f"</static/js/{one}>; rel=modulepreload" for one in _with_imports(_wanted(page)) if one not in begins
    )
    ours = (f"<{assets.url(file)}>; rel={how}" for file, how in _OURS[page])
    return ", ".join((*streamlits, *ours))


def _wanted(page: str) -> list[str]:
    return [file.name for one in (*_EVERYWHERE, *_ON_PAGE[page]) for file in _SCRIPTS.glob(f"{one}.*.js")]


def _with_imports(names: Iterable[str]) -> list[str]:
    found: list[str] = []
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found.append(name)
            waiting += _IMPORTED.findall((_SCRIPTS / name).read_text("utf-8"))
    return found


def settle(page: str) -> None:
    """After the first run of a page: what it brought in stays, so collections need not look at it again."""
    if page not in _seen:
        _seen.add(page)
        gc.collect()
        gc.freeze()
