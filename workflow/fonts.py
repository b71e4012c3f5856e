"""The typefaces of figures: two files that the build puts beside the dashboard's assets, and their measures.

They cover Hangul and Latin. Text is measured with the very face it is drawn with, so that what the layout
calculates is what comes out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from workflow.errors import BuildMissing

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

__all__ = ["FACES", "Fonts", "fonts_dir", "load_fonts"]

FACES = ("NotoSansKR_400Regular.ttf", "NotoSansKR_700Bold.ttf")
_NOT_A_CHARACTER = "\uffff"
_PROBE_PX = 24


@dataclass(frozen=True, slots=True)
class Fonts:
    """A regular and a bold face."""

    regular: Path
    bold: Path
    _missing: dict[str, bool] = field(default_factory=dict, compare=False, repr=False)

    @property
    def name(self) -> str:
        """Family of the regular face, for the sidecar."""
        return _face(self.regular, _PROBE_PX).getname()[0] or self.regular.stem

    def face(self, size_px: float, bold: bool) -> FreeTypeFont:
        """The face at a size in pixels of the figure."""
        return _face(self.bold if bold else self.regular, size_px)

    def measure(self, text: str, size_px: float, bold: bool) -> float:
        """Advance of one line of `text` in pixels."""
        return float(self.face(size_px, bold).getlength(text))

    def missing(self, text: str) -> str:
        """The characters of `text` that the face has no picture for, each once, in order."""
        return "".join(dict.fromkeys(char for char in text if not char.isspace() and self._is_missing(char)))

    def _is_missing(self, char: str) -> bool:
        if char not in self._missing:
            face = _face(self.regular, _PROBE_PX)
            self._missing[char] = bytes(face.getmask(char)) == bytes(face.getmask(_NOT_A_CHARACTER))
        return self._missing[char]


def fonts_dir() -> Path:
    """Folder in which the build puts the faces; the dashboard package is located, not imported.

    Raises
    ------
    BuildMissing
        when that package is not installed.
    """
    spec = find_spec("dashboard")
    places = list(spec.submodule_search_locations or ()) if spec else []
    if not places:
        raise BuildMissing("fonts of figures")
    return Path(places[0]) / "frontend" / "build" / "fonts"


def load_fonts(folder: Path | None = None) -> Fonts:
    """The two `FACES` in `folder` (default: where the build puts them).

    Raises
    ------
    BuildMissing
        when one is not there.
    """
    folder = folder or fonts_dir()
    regular, bold = (folder / face for face in FACES)
    if not (regular.is_file() and bold.is_file()):
        raise BuildMissing(folder)
    return Fonts(regular, bold)


@lru_cache(maxsize=64)
def _face(path: Path, size_px: float) -> FreeTypeFont:
    from PIL import ImageFont

    # the basic layout gives the same advances everywhere; Hangul and Latin need no complex shaping
    return ImageFont.truetype(str(path), size_px, layout_engine=ImageFont.Layout.BASIC)
