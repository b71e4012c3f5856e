"""Maps as pages of their own: each is kept here until a frame fetches it under an address that its content makes."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from threading import Lock

from dashboard.capability import capabilities

__all__ = ["MAP_PATH", "kept", "scope", "url"]

MAP_PATH = "/api/map/{name}"
_MOST = 64
_pages: OrderedDict[str, str] = OrderedDict()
_lock = Lock()


def url(page: str) -> str:
    """Address of the HTML `page`, with its capability. The same text has the same address; every run keeps it anew."""
    name = hashlib.sha256(page.encode()).hexdigest()[:32]
    with _lock:
        _pages[name] = page
        _pages.move_to_end(name)
        while len(_pages) > _MOST:
            _pages.popitem(last=False)
    return f"{MAP_PATH.format(name=name)}?k={capabilities.issue(scope(name))}"


def kept(name: str) -> str | None:
    """The page of that name, None when it is not there, or not any more."""
    with _lock:
        return _pages.get(name)


def scope(name: str) -> str:
    """What a capability must be for to open a map."""
    return f"map {name}"
