"""The texts that may describe a picture: those of its folder, and those of a whole product in the folders above.

Small files of a few names are read, a bounded number of them, and nothing outside the folder that was given.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

__all__ = ["TEXT_SUFFIXES", "texts_of"]

TEXT_SUFFIXES = frozenset({".json", ".geojson", ".xml", ".txt", ".imd", ".hdr", ".safe", ".til"})
"""Endings of files that may describe a picture."""
# they describe all pictures of a product and share no part of a name with them
_OF_PRODUCTS = ("MTD_MSIL1C.xml", "MTD_MSIL2A.xml", "MTD_TL.xml", "manifest.safe", "manifest.json")
_MOST_BYTES = 2 * 2**20
_MOST_TEXTS = 40
# from IMG_DATA/R10m up to the product's folder
_MOST_LEVELS = 4


def texts_of(path: Path, root: Path | None = None) -> dict[str, str]:
    """Texts by file name; the nearest of a name counts, broken and large ones are left out.

    Of the picture's own folder those of a product come first, then the most alike names. Above it, up to `root`
    (default: not at all) and four levels at most, those of a product alone, and no links.
    """
    folder = path.parent
    found = {name: _text(folder / name) for name in _names(folder, path.stem)}
    for _ in range(_MOST_LEVELS):
        if root is None or folder == root or not folder.is_relative_to(root):
            break
        folder = folder.parent
        for name in _OF_PRODUCTS:
            if found.get(name) is None and not (folder / name).is_symlink():
                found[name] = _text(folder / name)
    return {name: text for name, text in found.items() if text is not None}


def _names(folder: Path, stem: str) -> list[str]:
    try:
        names = [
            entry.name for entry in os.scandir(folder) if Path(entry.name).suffix.lower() in TEXT_SUFFIXES
        ]
    except OSError:
        return []
    order = {name: (name not in _OF_PRODUCTS, -_shared(name.lower(), stem.lower()), name) for name in names}
    return sorted(names, key=order.__getitem__)[:_MOST_TEXTS]


def _shared(one: str, two: str) -> int:
    """How many characters two names begin with in common."""
    return next(
        (at for at, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two))
    )


def _text(path: Path) -> str | None:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST_BYTES:
            return None
        return path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return None
