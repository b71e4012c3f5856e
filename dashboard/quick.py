"""What makes pages quick: answers that are sent at once, Streamlit's files from memory, few objects to walk through.

Streamlit binds its socket in a way by which asyncio leaves Nagle's algorithm on: the body of every answer then waits
until the browser has acknowledged its headers, 40 ms on Linux, for each of a hundred scripts and each tile. Here it is
switched off. The scripts are answered from memory, where Streamlit reads them piece by piece in threads of the process
that runs the page; those that a page comes to ask for late are named with the page. After every run Streamlit collects
garbage in all that the process holds; what stays for good is left out.
"""

from __future__ import annotations

import gc
import re
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard import assets

__all__ = ["AskedAhead", "KeptFiles", "ahead", "sent_at_once", "settle"]

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
_SCRIPTS = STATIC / "static" / "js"
_NAMED = re.compile(r"/static/js/([\w.-]+\.js)")
_IMPORTED = re.compile(r'(?:from|import)\s*"\./([\w.-]+\.js)"')
_seen: set[str] = set()


@asynccontextmanager
async def sent_at_once(_app: object) -> AsyncIterator[None]:
    """Lifespan of the application: what is written to a connection is sent, however little it is.

    Connections take the option over from the socket that they come in by, which the server made before.
    """
    for one in gc.get_objects():
        if type(one) is socket.socket and _takes_connections(one):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    yield


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
    """ASGI middleware: a page says in its headers which scripts it will ask for once it knows what stands on it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and its answer back with the header."""
        page = scope["path"].strip("/") if scope["type"] == "http" else None
        if page not in _ON_PAGE:
            await self._app(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                MutableHeaders(scope=message).append("Link", ahead(page))
            await send(message)

        await self._app(scope, receive, told)


@cache
def ahead(page: str) -> str:
    """The header ``Link`` of a page: the scripts of its first view beyond those that every page begins with."""
    wanted = [file.name for one in (*_EVERYWHERE, *_ON_PAGE[page]) for file in _SCRIPTS.glob(f"{one}.*.js")]
    begins = set(_with_imports(_NAMED.findall((STATIC / "index.html").read_text("utf-8"))))
    streamlits = (
        f"</static/js/{one}>; rel=modulepreload" for one in _with_imports(wanted) if one not in begins
    )
    ours = (f"<{assets.url(file)}>; rel={how}" for file, how in _OURS[page])
    return ", ".join((*streamlits, *ours))


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
