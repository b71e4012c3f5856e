"""Files that came through a browser: untrusted names, no folder, pictures and their metadata side by side.

They are put under safe names into a folder of their own, taken in as from any folder, and recorded under the names
that they came with.
"""

from __future__ import annotations

import filecmp
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, BinaryIO

from workflow.errors import InputRefused, NotAllowed
from workflow.intake import TEXT_SUFFIXES, IntakeOptions, Order, clip_of
from workflow.model import Author, Capture, Role
from workflow.pipeline.ingest import Outcome, Progress, ingest

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["Became", "IntakeOptions", "Taken", "clip_of", "safe_name", "shown_name", "take_uploads"]

_TEMPORARY = ".intake-upload-"  # what a killed server leaves is swept away with what intake leaves
_LONGEST_SHOWN = 255
_LONGEST_BYTES = 200
_NAMELESS = "unnamed"
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


class Became(StrEnum):
    """What a file became."""

    NEW = "new"
    KNOWN = "there already"
    REFUSED = "refused"
    METADATA = "metadata"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one file, by the name that it came with; `sentence` is why, where it was refused.

    Metadata `became` part of what is known of the `captures` that they were read for, which may be none.
    """

    name: str
    became: Became
    captures: tuple[Capture, ...] = ()
    sentence: str = ""


def take_uploads(
    project: Project,
    author: Author,
    files: Iterable[tuple[str, BinaryIO]],
    options: IntakeOptions,
    progress: Progress | None = None,
    told: Callable[[Taken], None] | None = None,
    clip: tuple[str, Sequence[str]] | None = None,
) -> tuple[Taken, ...]:
    """Take files in that came as name and content: what became of each, in their order.

    With `clip`, its name and a time code for each file, they are the stills of one clip.

    Metadata count for the pictures that came with them, as they would in a folder. `told` hears what became of each
    picture as soon as it is known.

    Raises
    ------
    NotAllowed
        for a viewer.
    UnknownName
        when `options.site` is no site of the project.
    InputRefused
        when the files are no stills of a clip, or their time codes cannot be taken.
    """
    if author.role is Role.VIEWER:
        raise NotAllowed(author.name, author.role.value, "take pictures in")
    project.imagery.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=_TEMPORARY, dir=project.imagery) as folder:
        laid = _Laid(Path(folder))
        for name, content in files:
            laid.put(shown_name(name), content)
        order = laid.clip(*clip) if clip is not None else None
        found: dict[Path, Taken] = {}

        def hear(outcome: Outcome) -> None:
            found[outcome.path] = one = _taken(laid.names[outcome.path], outcome)
            if told is not None:
                told(one)

        ingest(project, author, laid.pictures, options, progress, names=laid.names, told=hear, clip=order)
        captures = [one for taken in found.values() for one in taken.captures]
        found |= {path: _metadata(laid.names[path], path.name, captures) for path in laid.texts}
        return tuple(found[one] if isinstance(one, Path) else one for one in laid.order)


class _Laid:
    """Files as they lie in a folder of their own: `pictures`, `texts` beside them, and `names` that they came with."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._paths: dict[str, Path] = {}
        self.names: dict[Path, str] = {}
        self.order: list[Path | Taken] = []

    @property
    def pictures(self) -> list[Path]:
        return [path for path in self.names if path.suffix.lower() not in TEXT_SUFFIXES]

    @property
    def texts(self) -> list[Path]:
        return [path for path in self.names if path.suffix.lower() in TEXT_SUFFIXES]

    def clip(self, name: str, codes: Sequence[str]) -> Order:
        """The files as the stills of one clip, in their order."""
        odd = next((one for one in self.order if isinstance(one, Taken)), None)
        if odd is not None:
            raise InputRefused(odd.name, "another file of that name came with it", "give it another name")
        if self.texts:
            raise InputRefused(
                self.names[self.texts[0]], "is no still", "leave it out: a clip has stills alone"
            )
        return clip_of(name, self.pictures, codes)

    def put(self, name: str, content: BinaryIO) -> None:
        """Write a file under a safe name; two of one name would be taken for each other, so the second is refused."""
        safe = safe_name(name)
        there = self._paths.get(safe.casefold())
        path = self._folder / (safe if there is None else f"{len(self.order)}.again")
        content.seek(0)
        with path.open("xb") as file:
            shutil.copyfileobj(content, file)
        if there is None:
            self._paths[safe.casefold()] = path
            self.names[path] = name
            self.order.append(path)
            return
        is_same = filecmp.cmp(there, path, shallow=False)
        path.unlink()
        refused = InputRefused(name, "another file of that name came with it", "drop it again by itself")
        self.order.append(there if is_same else Taken(name, Became.REFUSED, sentence=str(refused)))


def _taken(name: str, outcome: Outcome) -> Taken:
    if outcome.capture is None:
        return Taken(name, Became.REFUSED, sentence=str(outcome.refused))
    return Taken(name, Became.NEW if outcome.new else Became.KNOWN, (outcome.capture,))


def _metadata(name: str, safe: str, captures: Iterable[Capture]) -> Taken:
    """Which captures a file of metadata says something of."""
    said = tuple(
        dict.fromkeys(
            one
            for one in captures
            if any(stated.source.startswith((f"{safe}:", f"{name}:")) for stated in one.sources)
        )
    )
    return Taken(name, Became.METADATA, said)


# -- names ---------------------------------------------------------------------------------------------------


def shown_name(name: str) -> str:
    """The name as the record keeps it: without folders and control characters, composed, 255 characters at most."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join(one for one in last if unicodedata.category(one) not in ("Cc", "Cs")).strip()
    return _cut(kept, _LONGEST_SHOWN, len) if kept.strip(".") else _NAMELESS


def safe_name(name: str) -> str:
    """A name for a file of that `shown_name` that every file system takes; its ending stays."""
    safe = re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", name).rstrip(". ") or _NAMELESS
    return _cut(
        f"_{safe}" if _DEVICES.fullmatch(safe) else safe, _LONGEST_BYTES, lambda text: len(text.encode())
    )


def _cut(name: str, longest: int, length: Callable[[str], int]) -> str:
    """`name` with its stem cut so that it is not longer than `longest`."""
    suffix = PurePath(name).suffix
    if length(suffix) > longest // 2:
        suffix = ""
    stem = name.removesuffix(suffix)
    while length(stem + suffix) > longest:
        stem = stem[:-1]
    return stem + suffix
