"""What every answer of the server says to the browser about what it may do.

One ASGI middleware before everything: our pictures, Streamlit's pages, files and refusals. The policy is as strict as
the pages allow; a test opens each page and counts what it stopped. Script that stands in a page itself runs only where
its hash is told: Streamlit's page, what we add to it, and the pages of our maps.
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

from dashboard import quick

__all__ = ["PICTURE_POLICY", "SecurityHeaders", "failed", "headers_of", "map_policy"]

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
                for name, value in headers_of().items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, guarded)


def headers_of() -> dict[str, str]:
    """The headers of an answer that says nothing else."""
    return {"Content-Security-Policy": _page_policy(), **_EVERYWHERE}


async def failed(_request: Request, _: Exception) -> PlainTextResponse:
    """What a browser reads when the server fails; the reason stands in the server's log alone."""
    text = "The server could not answer this; its log says why."
    return PlainTextResponse(text, 500, {**headers_of(), "Cache-Control": "no-store"})


def map_policy(page: str) -> str:
    """The policy of a map's page: the script that stands in it, and our assets."""
    return _policy(_scripts_in(page))


@lru_cache(maxsize=1)
def _page_policy() -> str:
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    ours = "".join(f"<script>{quick.early(one)}</script>" for one in quick.PAGES)
    # the viewer starts from a blob that Streamlit makes
    return _policy(f"{_scripts_in(page + ours)} 'wasm-unsafe-eval' blob:")


def _policy(scripts: str) -> str:
    rules = {
        "default-src": "'none'",
        "script-src": f"'self' {scripts}",
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


def _scripts_in(page: str) -> str:
    """The scripts that stand inside a page, by their hashes."""
    digests = (hashlib.sha256(text.encode()).digest() for text in _INLINE_SCRIPT.findall(page))
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
