"""Where the bundled assets lie and under which addresses pages find them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from workflow.errors import BuildMissing

__all__ = ["BUILD", "PREFIX", "icon", "require", "url"]

BUILD = Path(__file__).resolve().parent / "frontend" / "build"
PREFIX = "/assets"
_STAMP = "stamp"


def require() -> Path:
    """The folder of the bundled assets.

    Raises
    ------
    BuildMissing
        when the build hook has not made them.
    """
    if not (BUILD / _STAMP).is_file():
        raise BuildMissing(BUILD)
    return BUILD


def url(name: str) -> str:
    """Address of an asset; it changes when the bundle does, so that browsers may keep it for ever."""
    return f"{PREFIX}/{name}?v={_stamp()}"


@lru_cache(maxsize=1)
def _stamp() -> str:
    file = BUILD / _STAMP
    return file.read_text(encoding="ascii").strip()[:16] if file.is_file() else "none"


def icon() -> str | None:
    """The page's icon as SVG text; a named icon would be fetched from the network."""
    file = BUILD / "icon.svg"
    return file.read_text(encoding="utf-8") if file.is_file() else None
