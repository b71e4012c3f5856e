"""Marks as COCO: images are originals (of a clip its frames), boxes and outlines in their pixels, categories classes of
targets.

A pixel position is (x, y) from the top left corner of the original: x to the right, y down, the first pixel spans
0 to 1.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from workflow.exporters.extract import Extract
from workflow.model import Annotation, TargetClass
from workflow.stills import Still, frame_of, stills_of

__all__ = ["coco"]

Ring = Sequence[Sequence[float]]
_DIGITS = 3


def coco(extract: Extract, outlines: Mapping[str, Ring]) -> bytes:
    """The file; `outlines` are outer rings in pixels by annotation: marks without one are not in it."""
    stills = stills_of(extract.in_use)
    images = {(one.capture.id, one.number): at for at, one in enumerate(stills, 1)}
    pictures = {one.id: one for one in extract.in_use}
    kinds = {(site.id, one.id): one.kind for site in extract.sites for one in site.targets}
    marks = [one for one in extract.annotations if one.id in outlines and one.capture in pictures]
    content = {
        "info": {"description": "Marks on the captures of a sitetrack project", "version": "1"},
        "licenses": [],
        "images": [_image(number, one) for number, one in enumerate(stills, 1)],
        "categories": [
            {"id": number, "name": kind.value, "supercategory": "target"}
            for number, kind in enumerate(TargetClass, 1)
        ],
        "annotations": [
            _annotation(
                number,
                one,
                images[one.capture, frame_of(pictures[one.capture], one)],
                kinds,
                outlines[one.id],
            )
            for number, one in enumerate(marks, 1)
        ],
    }
    return (json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()


def _image(number: int, still: Still) -> dict[str, Any]:
    one, (width, height) = still.capture, still.working_size
    return {
        "id": number,
        "file_name": still.working.rpartition("/")[2],
        "original": one.frames[still.number].name if one.frames else one.file,
        "width": width,
        "height": height,
        "date_captured": one.acquired.earliest.isoformat() if one.acquired.earliest else "",
        "capture": one.id,
        "time_code": still.code,
        "credit": one.credit,
        "synthetic": one.synthetic,
    }


def _annotation(
    number: int,
    mark: Annotation,
    image: int,
    kinds: Mapping[tuple[str, str], TargetClass],
    ring: Ring,
) -> dict[str, Any]:
    corners = [(round(x, _DIGITS), round(y, _DIGITS)) for x, y in ring]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    kind = kinds.get((mark.site, mark.target or ""), TargetClass.OTHER)
    return {
        "id": number,
        "image_id": image,
        "category_id": list(TargetClass).index(kind) + 1,
        "bbox": [min(xs), min(ys), round(max(xs) - min(xs), _DIGITS), round(max(ys) - min(ys), _DIGITS)],
        "segmentation": [[value for corner in corners[:-1] for value in corner]],
        "area": round(_area(corners), _DIGITS),
        "iscrowd": 0,
        "annotation": mark.id,
        "site": mark.site,
        "target": mark.target or "",
        "shape": mark.shape,
        "label": mark.label,
        "author": mark.author,
        "review": mark.review.value,
    }


def _area(ring: Sequence[tuple[float, float]]) -> float:
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise(ring))) / 2
