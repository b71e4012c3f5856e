"""What makes a first view quick: Streamlit's files from memory, and few objects for it to walk through.

A page loads a hundred scripts, each of which Streamlit reads piece by piece in threads of the process that runs the
page. Here they are answered from memory. After every run it collects garbage in all that the process holds; what
stays for good is left out.
"""

from __future__ import annotations

import gc
import re
from functools import cache
from pathlib import Path

import streamlit
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["KeptFiles", "settle"]

STATIC = Path(streamlit.__file__).parent / "static"
# names with a hash of the content: what lies under one never changes
_HASHED = re.compile(r"/static/(?:js|css|media)/[\w-][\w.-]*\.[\w-]{8}\.(?:js|css|woff2)")
_TYPES = {".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2"}
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_seen: set[str] = set()


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


def settle(page: str) -> None:
    """After the first run of a page: what it brought in stays, so collections need not look at it again."""
    if page not in _seen:
        _seen.add(page)
        gc.collect()
        gc.freeze()
