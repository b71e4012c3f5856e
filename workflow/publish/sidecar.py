"""The sidecar of a figure: what it rests on, so that it can be checked and made again years later."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from workflow import __version__
from workflow.codec import encode
from workflow.figure import FigureSpec
from workflow.figure.captions import Shown
from workflow.figure.lint import Lint
from workflow.model import Annotation, FigureOptions, Offset, Stretch
from workflow.publish.choose import Choice
from workflow.stills import Lying, Still

if TYPE_CHECKING:
    from workflow.fonts import Fonts
    from workflow.project import Project

__all__ = ["sidecar"]

_FORMAT = "sitetrack-figure/1"
_SOFTWARE = ("numpy", "pillow", "pyproj", "rasterio")


def sidecar(
    project: Project,
    choice: Choice,
    panels: Sequence[tuple[Shown, Sequence[Annotation], Still, Lying | None]],
    spec: FigureSpec,
    *,
    caption: str,
    alt: str,
    fonts: Fonts,
    found: Sequence[Lint],
    options: FigureOptions,
    recipe: tuple[str, int] | None,
    stretch: Sequence[Stretch] = (),
) -> dict[str, Any]:
    """What the files of a figure share: evidence with hashes, words, size, software, where the chain stood."""
    head = project.record.chain_head()
    return {
        "format": _FORMAT,
        "site": choice.site.id,
        "target": choice.targets[0].id if choice.targets else None,
        "targets": [one.id for one in choice.targets],
        "recipe": {"name": recipe[0], "version": recipe[1]} if recipe else None,
        "options": encode(options),
        "synthetic": any(shown.capture.synthetic for shown, *_ in panels),
        "caption": f"{spec.lead} {caption}" if caption else "",
        "alt_text": alt,
        "findings": [{"code": one.code, "blocks": one.blocks, "text": one.sentence} for one in found],
        "allowed": [encode(one) for one in options.allow if one.code in {lint.code for lint in found}],
        "interval": encode(choice.finding) if choice.finding else None,
        "panels": [_panel(project, choice, *one) for one in panels],
        "one_stretch": encode(tuple(stretch)) if stretch else None,
        "style": encode(spec.house),
        "size": {"width_mm": spec.width_mm, "dpi": spec.dpi},
        "notes": list(spec.notes),
        "chain": {"count": head.count, "sha256": head.sha256},
        "software": _software(),
        "font": {"name": fonts.name, "sha256": [_sha256(fonts.regular), _sha256(fonts.bold)]},
    }


def _panel(
    project: Project,
    choice: Choice,
    shown: Shown,
    marks: Sequence[Annotation],
    still: Still,
    laid: Lying | None,
) -> dict[str, Any]:
    capture = shown.capture
    offset = (
        project.record.get(Offset, f"{choice.site.id}.{capture.id}") if capture.is_georeferenced else None
    )
    applied = offset is not None and offset.value.applied
    return {
        "capture": capture.id,
        "sha256": capture.sha256,
        "file": capture.file,
        "acquired": encode(capture.acquired),
        "state": shown.state,
        "states": {target.id: state for target, state in choice.said(capture)},
        "credit": shown.credit,
        "synthetic": capture.synthetic,
        "stretch": encode(capture.stretch),
        "offset": encode(offset.value) | {"version": offset.version} if applied and offset else None,
        **({"control": encode(capture.control)} if capture.control else {}),
        "frame": still.code,
        "aligned": laid.stated if laid else None,
        "standpoint": project.standpoint_since(capture),  # where it is may be for few
        "annotations": [{"id": one.id, "version": _version(project, one)} for one in marks],
    }


def _version(project: Project, annotation: Annotation) -> int:
    row = project.record.get(Annotation, annotation.id)
    return row.version if row else 0


def _software() -> dict[str, str]:
    found = {"sitetrack": __version__, "python": platform.python_version()}
    for name in _SOFTWARE:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found


def _sha256(path: Any) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
