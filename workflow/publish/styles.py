"""House styles: one TOML file each, beside the layout that they are for."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from workflow.errors import InputRefused, UnknownName
from workflow.figure import HouseStyle, house_style

__all__ = ["style_named", "style_names"]

_SUFFIX = ".toml"


def style_names() -> tuple[str, ...]:
    """Names of the styles that the installation has."""
    folder = files("workflow.figure").joinpath("styles")
    return tuple(
        sorted(one.name.removesuffix(_SUFFIX) for one in folder.iterdir() if one.name.endswith(_SUFFIX))
    )


def style_named(name: str) -> HouseStyle:
    """The style of that name, or of a file of one's own where `name` ends in ``.toml``.

    Raises
    ------
    UnknownName
        when there is none of that name.
    InputRefused
        when a file cannot be read or is no style.
    """
    if name.endswith(_SUFFIX):
        return _read(name, Path(name))
    if name not in style_names():
        raise UnknownName("style", name, style_names())
    return _bundled(name)


@lru_cache(maxsize=8)
def _bundled(name: str) -> HouseStyle:
    text = files("workflow.figure").joinpath("styles", f"{name}{_SUFFIX}").read_text("utf-8")
    return house_style(name, tomllib.loads(text))


def _read(name: str, path: Path) -> HouseStyle:
    try:
        return house_style(path.stem, tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise InputRefused(f"Style {name}", f"cannot be read ({error.strerror})", "name another") from error
    except ValueError as error:  # not UTF-8, not TOML, not a style
        remedy = f"write it as {', '.join(style_names())} are written"
        raise InputRefused(f"Style {name}", str(error).splitlines()[0], remedy) from error
