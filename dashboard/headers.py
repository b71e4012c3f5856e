"""What every answer of the server says to the browser about what it may do.

One ASGI middleware before everything: our pictures, Streamlit's pages, files and refusals. The policy is as strict as
the pages allow; a test opens each page and counts what it stopped. Only the frame of the overview's map may run
script that stands in its own page, because the component that draws the map hands it over as text.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["MAP_FRAME", "PICTURE_POLICY", "SecurityHeaders", "failed", "headers_of"]

MAP_FRAME = "/component/streamlit_folium."
# a picture is what it is: nothing in it runs, whatever its bytes
PICTURE_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
_EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


class SecurityHeaders:
    """ASGI middleware: adds the headers to each answer that does not set them itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and its answer back with the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in headers_of(scope["path"]).items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, guarded)


def headers_of(path: str) -> dict[str, str]:
    """The headers for an answer at `path`."""
    return {"Content-Security-Policy": _policy(path.startswith(MAP_FRAME)), **_EVERYWHERE}


async def failed(request: Request, _: Exception) -> PlainTextResponse:
    """What a browser reads when the server fails; the reason stands in the server's log alone."""
    text = "The server could not answer this; its log says why."
    return PlainTextResponse(text, 500, {**headers_of(request.url.path), "Cache-Control": "no-store"})


@lru_cache(maxsize=2)
def _policy(map_frame: bool) -> str:
    inside = "'unsafe-inline' 'unsafe-eval'" if map_frame else f"{_known_scripts()} 'wasm-unsafe-eval' blob:"
    rules = {
        "default-src": "'none'",
        "script-src": f"'self' {inside}",  # the viewer starts from a blob that Streamlit makes
        "style-src": "'self' 'unsafe-inline'",  # Streamlit and the map write styles as they go
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "frame-src": "'self'",
        "frame-ancestors": "'self'",
        "form-action": "'none'",
        "base-uri": "'none'",
    }
    return "; ".join(f"{name} {allowed}" for name, allowed in rules.items())


def _known_scripts() -> str:
    """The scripts that stand inside Streamlit's own page, by their hashes, as the installed version has them."""
    page = Path(streamlit.__file__).parent / "static" / "index.html"
    found = _INLINE_SCRIPT.findall(page.read_text(encoding="utf-8"))
    digests = (hashlib.sha256(text.encode()).digest() for text in found)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
