"""Asks our routes without a network, with the headers that the application puts around them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import anyio


@dataclass
class Answer:
    """What a route said."""

    status_code: int
    headers: dict[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()


class Client:
    """Asks an ASGI application without a network."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def get(self, address: str, headers: dict[str, str] | None = None) -> Answer:
        return self.ask("GET", address, headers)

    def ask(self, method: str, address: str, headers: dict[str, str] | None = None) -> Answer:
        # in a thread of its own: playwright keeps an event loop running in this one
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(anyio.run, self._ask, method, address, headers or {}).result()

    async def _ask(self, method: str, address: str, headers: dict[str, str]) -> Answer:
        path, _, query = address.partition("?")
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        }
        await self._app(scope, receive, send)
        names = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Answer(sent[0]["status"], names, b"".join(one.get("body", b"") for one in sent[1:]))


def our_routes() -> Any:
    """Our routes and the headers around them, without Streamlit's pages."""
    from starlette.applications import Starlette
    from starlette.middleware import Middleware

    from dashboard import headers, routes

    return Starlette(routes=routes.table(), middleware=[Middleware(headers.SecurityHeaders)])
