"""Data exports: which formats there are, and one written to a file and noted in the record."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from workflow.errors import InputRefused, UnknownName
from workflow.exporters import arrow, texts
from workflow.exporters.coco import coco
from workflow.exporters.extract import FIELDS, Extract, Layer, layers
from workflow.exporters.kml import project_kml
from workflow.exporters.smart import site_models
from workflow.exporters.stac import catalogue_files
from workflow.exporters.zipped import zipped
from workflow.files import put_in_place
from workflow.model import Author, Export
from workflow.publish.pixels import outlines
from workflow.settings import BACKUP_FILE

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["KINDS", "Format", "Made", "check_export", "handed_out", "made", "write_export"]

NO_REASON = "no reason given"


class Made(NamedTuple):
    """The bytes of a file, how many rows of what it holds, and sentences on what it lacks."""

    body: bytes
    counts: dict[str, int]
    lacks: tuple[str, ...] = ()


_Maker = Callable[["Project", Extract], Made]
_OfLayer = Callable[[Layer], bytes]


@dataclass(frozen=True, slots=True)
class Format:
    """How a kind of file is made: `whole` of all that is written out, `layer` of one layer, by ending of the name."""

    whole: Mapping[str, _Maker]
    layer: Mapping[str, _OfLayer]


def _of_layers(writer: Callable[[Sequence[Layer]], bytes]) -> _Maker:
    def make(_: Project, extract: Extract) -> Made:
        every = layers(extract)
        return Made(writer(every), _counted(every))

    return make


def _each(suffix: str, writer: _OfLayer) -> _Maker:
    """All layers, each a file of an archive."""
    return _of_layers(lambda every: zipped({f"{one.name}{suffix}": writer(one) for one in every}))


def _of_all(writer: Callable[[Extract], bytes]) -> _Maker:
    return lambda _, extract: Made(writer(extract), _counted(layers(extract)))


def _counted(some: Sequence[Layer]) -> dict[str, int]:
    return {one.name: len(one.rows) for one in some}


def _coco(project: Project, extract: Extract) -> Made:
    rings = outlines(project, extract)
    missing = sum(one.evidence for one in extract.annotations) - len(rings)
    lacks = (
        (f"Evidence marks without an area in pixels, which are not in the file: {missing}.",)
        if missing
        else ()
    )
    return Made(coco(extract, rings), {"captures": len(extract.in_use), "annotations": len(rings)}, lacks)


def _stac(_: Project, extract: Extract) -> Made:
    return Made(zipped(catalogue_files(extract.in_use)), {"captures": len(extract.in_use)})


def _site_models(_: Project, extract: Extract) -> Made:
    models = site_models(extract)
    missing = sum(len(site.targets) for site in extract.sites) - len(models)
    lacks = (f"Targets of sites without a place, which are not in the file: {missing}.",) if missing else ()
    return Made(zipped(models), {"targets": len(models)}, lacks)


def _only_model(_: Project, extract: Extract) -> Made:
    models = site_models(extract)
    if len(models) != 1:
        raise InputRefused(
            "SMART site model",
            f"there are {len(models)}, one for each target of a located site",
            "write them to a .zip, or choose a site with one target with --site",
        )
    return Made(next(iter(models.values())), {"targets": 1})


KINDS: Mapping[str, Format] = {
    "coco": Format({".json": _coco}, {}),
    "csv": Format({".zip": _each(".csv", texts.csv)}, {".csv": texts.csv}),
    "geojson": Format(
        {".geojson": _of_layers(texts.geojson)}, {".geojson": lambda one: texts.geojson([one])}
    ),
    "geopackage": Format(
        {".gpkg": _of_layers(arrow.geopackage)}, {".gpkg": lambda one: arrow.geopackage([one])}
    ),
    "geoparquet": Format({".zip": _each(".parquet", arrow.geoparquet)}, {".parquet": arrow.geoparquet}),
    "json": Format({".json": _of_all(texts.lossless)}, {}),
    "kml": Format({".kml": _of_all(lambda some: project_kml(some).encode())}, {}),
    "kmz": Format({".kmz": _of_all(lambda some: zipped({"doc.kml": project_kml(some).encode()}))}, {}),
    "smart": Format({".zip": _site_models, ".geojson": _only_model}, {}),
    "stac": Format({".zip": _stac}, {}),
}
"""Formats by the kind that one asks for."""


def check_export(project: Project, kind: str, out: Path, layer: str = "") -> None:
    """See that an export of that kind can go to `out` before any work is done.

    Raises
    ------
    UnknownName
        when there is no such kind or layer.
    InputRefused
        for another ending of the name, a missing folder, a folder of that name, or a backup, which stays as it is.
    """
    if kind not in KINDS:
        raise UnknownName("kind of export", kind, list(KINDS))
    if layer and layer not in FIELDS:
        raise UnknownName("layer", layer, list(FIELDS))
    endings: Mapping[str, object] = KINDS[kind].layer if layer else KINDS[kind].whole
    if not endings:
        raise InputRefused(f"Layer {layer}", f"{kind} is not written by layers", "leave --layer out")
    if out.suffix.lower() not in endings:
        what = f"a layer as {kind}" if layer else kind
        single = "" if layer or not KINDS[kind].layer else " (one layer with --layer)"
        raise InputRefused(
            str(out),
            f"{what} is not written as {out.suffix or 'that'}",
            f"use {' or '.join(endings)}{single}",
        )
    if not out.parent.is_dir():
        raise InputRefused(str(out), f"the folder {out.parent} is missing", "make it, or choose another")
    if out.is_dir():
        raise InputRefused(str(out), "is a folder", "name a file in it")
    if (project.root / BACKUP_FILE).is_file():
        raise InputRefused(
            str(project.root), "it is a backup, whose record notes no export", "restore it first"
        )


def made(project: Project, extract: Extract, kind: str, suffix: str, layer: str = "") -> Made:
    """The file, whose bytes follow from what is written out alone."""
    if not layer:
        return KINDS[kind].whole[suffix](project, extract)
    chosen = next(one for one in layers(extract) if one.name == layer)
    return Made(KINDS[kind].layer[suffix](chosen), _counted([chosen]))


def write_export(
    project: Project,
    author: Author,
    extract: Extract,
    kind: str,
    out: Path,
    *,
    layer: str = "",
    why: str = "",
) -> tuple[Export, tuple[str, ...]]:
    """Write the file and note in the record who took what, and why; gives what was noted, and what the file lacks.

    It is noted before the file gets its name, so that no file is there that was not noted.

    Raises
    ------
    UnknownName, InputRefused
        see `check_export`; or when the file cannot be written.
    """
    check_export(project, kind, out, layer)
    file = made(project, extract, kind, out.suffix.lower(), layer)
    entry = _entry(extract, kind, project.name_of(out), file)
    partial = out.with_name(f".{out.name}.{uuid.uuid4().hex[:8]}.partial")
    try:
        partial.write_bytes(file.body)
        noted = project.record.log_export(author, why.strip() or NO_REASON, entry)
        put_in_place(partial, out)
    except OSError as error:
        raise InputRefused(
            str(out), f"it cannot be written ({error.strerror})", "choose another file"
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return noted, file.lacks


def handed_out(project: Project, author: Author, extract: Extract, kind: str, name: str, why: str) -> bytes:
    """The bytes of a file called `name` for somebody who takes it through a browser, noted in the record."""
    file = made(project, extract, kind, Path(name).suffix)
    project.record.log_export(author, why, _entry(extract, kind, name, file))
    return file.body


def _entry(extract: Extract, kind: str, name: str, file: Made) -> Export:
    return Export(
        id="",
        kind=kind,
        file=name,
        sha256=hashlib.sha256(file.body).hexdigest(),
        size_bytes=len(file.body),
        sites=tuple(site.id for site in extract.sites),
        counts=dict(file.counts),
        audience=extract.audience,
    )
