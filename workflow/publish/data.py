"""Data exports: which formats there are, and one written to a file and noted in the record."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

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

__all__ = ["KINDS", "Format", "check_export", "made", "write_export"]

NO_REASON = "no reason given"
_Maker = Callable[["Project", Extract], bytes]
_OfLayer = Callable[[Layer], bytes]


@dataclass(frozen=True, slots=True)
class Format:
    """How a kind of file is made: `whole` of all that is written out, `layer` of one layer, by ending of the name."""

    whole: Mapping[str, _Maker]
    layer: Mapping[str, _OfLayer]


def _each(suffix: str, writer: _OfLayer) -> _Maker:
    """All layers, each a file of an archive."""
    return lambda _, extract: zipped({f"{one.name}{suffix}": writer(one) for one in layers(extract)})


def _site_models(extract: Extract) -> bytes:
    return zipped(site_models(extract))


def _only_model(extract: Extract) -> bytes:
    models = site_models(extract)
    if len(models) != 1:
        raise InputRefused(
            "SMART site model",
            f"there are {len(models)}, one for each target of a located site",
            "write them to a .zip, or choose a site with one target with --site",
        )
    return next(iter(models.values()))


KINDS: Mapping[str, Format] = {
    "coco": Format({".json": lambda project, extract: coco(extract, outlines(project, extract))}, {}),
    "csv": Format({".zip": _each(".csv", texts.csv)}, {".csv": texts.csv}),
    "geojson": Format(
        {".geojson": lambda _, extract: texts.geojson(layers(extract))},
        {".geojson": lambda layer: texts.geojson([layer])},
    ),
    "geopackage": Format(
        {".gpkg": lambda _, extract: arrow.geopackage(layers(extract))},
        {".gpkg": lambda layer: arrow.geopackage([layer])},
    ),
    "geoparquet": Format({".zip": _each(".parquet", arrow.geoparquet)}, {".parquet": arrow.geoparquet}),
    "json": Format({".json": lambda _, extract: texts.lossless(extract)}, {}),
    "kml": Format({".kml": lambda _, extract: project_kml(extract).encode()}, {}),
    "kmz": Format({".kmz": lambda _, extract: zipped({"doc.kml": project_kml(extract).encode()})}, {}),
    "smart": Format(
        {
            ".zip": lambda _, extract: _site_models(extract),
            ".geojson": lambda _, extract: _only_model(extract),
        },
        {},
    ),
    "stac": Format({".zip": lambda _, extract: zipped(catalogue_files(extract.in_use))}, {}),
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


def made(project: Project, extract: Extract, kind: str, suffix: str, layer: str = "") -> bytes:
    """The bytes of the file, which follow from what is written out alone."""
    if layer:
        chosen = next(one for one in layers(extract) if one.name == layer)
        return KINDS[kind].layer[suffix](chosen)
    return KINDS[kind].whole[suffix](project, extract)


def write_export(
    project: Project,
    author: Author,
    extract: Extract,
    kind: str,
    out: Path,
    *,
    layer: str = "",
    why: str = "",
) -> Export:
    """Write the file and note in the record who took what, and why; gives what was noted.

    It is noted before the file gets its name, so that no file is there that was not noted.

    Raises
    ------
    UnknownName, InputRefused
        see `check_export`; or when the file cannot be written.
    """
    check_export(project, kind, out, layer)
    body = made(project, extract, kind, out.suffix.lower(), layer)
    partial = out.with_name(f".{out.name}.{uuid.uuid4().hex[:8]}.partial")
    try:
        partial.write_bytes(body)
        noted = project.record.log_export(
            author, why.strip() or NO_REASON, _entry(project, extract, kind, out, body, layer)
        )
        put_in_place(partial, out)
    except OSError as error:
        raise InputRefused(
            str(out), f"it cannot be written ({error.strerror})", "choose another file"
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return noted


def _entry(project: Project, extract: Extract, kind: str, out: Path, body: bytes, layer: str) -> Export:
    counts: dict[str, object] = {
        one.name: len(one.rows) for one in layers(extract) if layer in ("", one.name)
    }
    return Export(
        id="",
        kind=kind,
        file=project.name_of(out),
        sha256=hashlib.sha256(body).hexdigest(),
        size_bytes=len(body),
        sites=tuple(site.id for site in extract.sites),
        counts=counts,
        audience=extract.audience,
    )
