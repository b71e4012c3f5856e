"""Files that are one picture: the tiles of an order, and pixels with the ENVI header that describes them.

Told by names and by small texts beside them; nothing outside a file's own folder is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workflow.errors import InputRefused
from workflow.intake.sniff import ENVI

__all__ = ["Order", "data_of_header", "envi_header", "lacking", "listed_tiles", "orders_of", "without_tiles"]

_TILE = re.compile(r"[-_.]?(?<![A-Za-z0-9])R(\d{1,3})C(\d{1,3})(?![A-Za-z0-9])", re.IGNORECASE | re.ASCII)
_FILENAME = re.compile(r'^\s*filename\s*=\s*"([^"\r\n]{1,255})"', re.IGNORECASE | re.MULTILINE)
_MOST_BYTES = 2**20
_MOST_TILES = 400
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Order:
    """The tiles of one picture that was delivered cut up, in the order of their names, and what the whole is called.

    Of a clip they are its stills in the order of their `times`, in seconds.
    """

    name: str
    tiles: tuple[Path, ...]
    times: tuple[float, ...] = ()


# -- tiles ---------------------------------------------------------------------------------------------------------


def orders_of(
    files: Sequence[Path],
) -> tuple[dict[Path, Order], tuple[Path, ...], dict[Path, InputRefused]]:
    """The orders among `files` by their first tile, what is to be taken in the order of `files`, and refusals by tile.

    Tiles of one folder are one order when a tile list (``.TIL``) there names them, or when their names differ in row
    and column alone (``_R1C2``). An order whose list names a tile that is not there is refused. A single tile is a
    picture of its own.
    """
    orders: dict[Path, Order] = {}
    refused: dict[Path, InputRefused] = {}
    taken: set[Path] = set()
    for name, tiles, missing in (*_by_list(files), *_by_name(files)):
        tiles = tuple(one for one in tiles if one not in taken)
        if len(tiles) < 2:
            continue
        taken |= set(tiles)
        if missing:
            problem = (
                f"its list names {len(missing)} tiles that are not there ({_shown(missing)})"
                if len(missing) > 1
                else f"its list names a tile that is not there ({_shown(missing)})"
            )
            remedy = "fetch them, or remove the list to take what is there"
            refused |= dict.fromkeys(tiles, InputRefused(name, problem, remedy))
        elif len(tiles) > _MOST_TILES:
            problem = f"has {len(tiles)} tiles, the limit is {_MOST_TILES}"
            refused |= dict.fromkeys(
                tiles, InputRefused(name, problem, "take its parts one folder at a time")
            )
        else:
            orders[min(tiles, key=files.index)] = Order(name, tuple(sorted(tiles, key=_place)))
    left = tuple(path for path in files if path not in taken or path in orders)
    return orders, left, refused


def _by_list(files: Sequence[Path]) -> Iterator[tuple[str, tuple[Path, ...], list[str]]]:
    for folder in dict.fromkeys(path.parent for path in files):
        there = {path.name.casefold(): path for path in files if path.parent == folder}
        for listing in sorted(_of_suffix(folder, ".til")):
            names = _names_in(listing)
            tiles = [there[name.casefold()] for name in names if name.casefold() in there]
            missing = _missing(names, folder)
            name = listing.stem + (tiles[0].suffix if tiles else "")
            yield name, tuple(dict.fromkeys(tiles)), missing


def _by_name(files: Sequence[Path]) -> Iterator[tuple[str, tuple[Path, ...], list[str]]]:
    groups: dict[tuple[Path, str], list[Path]] = {}
    for path in files:
        if _TILE.search(path.name):
            groups.setdefault((path.parent, _TILE.sub("", path.name).casefold()), []).append(path)
    for tiles in groups.values():
        yield _TILE.sub("", tiles[0].name), tuple(tiles), []


def _place(tile: Path) -> tuple[int, int, str]:
    found = _TILE.search(tile.name)
    return (int(found[1]), int(found[2]), tile.name) if found else (0, 0, tile.name)


def listed_tiles(listing: Path) -> list[Path]:
    """The files that a tile list names and that lie beside it."""
    there = {path.name.casefold(): path for path in listing.parent.iterdir() if path.is_file()}
    return [there[name.casefold()] for name in _names_in(listing) if name.casefold() in there]


def lacking(tile: Path, texts: Mapping[str, str]) -> tuple[str, ...]:
    """A warning for each tile list, among `texts` by file name, that names the tile and others that are not there."""
    found = []
    for listing in sorted(name for name in texts if name.lower().endswith(".til")):
        names = _named_in(texts[listing])
        if tile.name.casefold() in map(str.casefold, names) and (missing := _missing(names, tile.parent)):
            found.append(
                f"{listing} names {len(missing)} tiles that are not there ({_shown(missing)})"
                if len(missing) > 1
                else f"{listing} names a tile that is not there ({_shown(missing)})"
            )
    return tuple(found)


def without_tiles(listing: Path) -> InputRefused:
    """Why nothing can be taken by a tile list beside which none of its tiles lies."""
    names = _names_in(listing)
    if not names:
        return InputRefused(listing.name, "names no tiles", "give the pictures themselves")
    problem = f"names {len(names)} tiles and none of them is there ({_shown(names)})"
    return InputRefused(listing.name, problem, "fetch them, or give the pictures themselves")


def _missing(names: Iterable[str], folder: Path) -> list[str]:
    there = {path.name.casefold() for path in folder.iterdir()}
    return [name for name in names if name.casefold() not in there]


def _shown(names: Sequence[str]) -> str:
    """Some names out of a list that anybody may have written."""
    some = ["".join(one if one.isprintable() else "?" for one in name) for name in names[:_SHOWN]]
    return ", ".join(some + ["…"] * (len(names) > _SHOWN))


def _names_in(listing: Path) -> list[str]:
    return _named_in(_small_text(listing))


def _named_in(text: str) -> list[str]:
    """File names in a tile list; what is no plain name is no tile."""
    found = _FILENAME.findall(text)
    return list(dict.fromkeys(name for name in found if Path(name).name == name and "\\" not in name))


# -- ENVI ----------------------------------------------------------------------------------------------------------


def envi_header(data: Path) -> Path | None:
    """The ENVI header beside bare pixels: ``name.img.hdr`` or ``name.hdr`` that begins with ENVI."""
    wanted = (f"{data.name}.hdr".casefold(), f"{data.stem}.hdr".casefold())
    found = {path.name.casefold(): path for path in _of_suffix(data.parent, ".hdr")}
    return next((found[name] for name in wanted if name in found and _is_envi(found[name])), None)


def data_of_header(header: Path) -> Path | None:
    """The pixels that an ENVI header describes, None where it is none or they are not there."""
    if header.suffix.lower() != ".hdr" or not _is_envi(header):
        return None
    stem = header.with_suffix("")
    candidates = (
        stem,
        *(stem.with_name(stem.name + one) for suffix in ENVI.suffixes for one in (suffix, suffix.upper())),
    )
    return next((path for path in candidates if path.is_file()), None)


def _is_envi(header: Path) -> bool:
    return _small_text(header)[:4] == "ENVI"


# -- small texts ---------------------------------------------------------------------------------------------------


def _of_suffix(folder: Path, suffix: str) -> Iterable[Path]:
    try:
        return [path for path in folder.iterdir() if path.suffix.lower() == suffix and path.is_file()]
    except OSError:
        return []


def _small_text(path: Path) -> str:
    """The text of a regular file, "" where it is none or too large to be a header or a list."""
    try:
        if not path.is_file() or path.stat().st_size > _MOST_BYTES:
            return ""
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
