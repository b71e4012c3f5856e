"""What a figure's file says of itself, in whatever format."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from workflow.codec import encode
from workflow.exporters.figures import Words
from workflow.figure import FigureSpec
from workflow.figure.captions import Shown, credits
from workflow.model import Annotation, Capture, FigureOptions, Site

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["NO_RECORD", "words_of"]

NO_RECORD = datetime(1980, 1, 1, tzinfo=UTC)
"""What a file says of its date where nothing that it shows is in the record."""


def words_of(
    project: Project,
    site: Site,
    panels: Sequence[tuple[Shown, Sequence[Annotation]]],
    spec: FigureSpec,
    *,
    caption: str,
    alt: str,
    options: FigureOptions,
) -> Words:
    """The words beside the picture; their date is that of the newest evidence in the record."""
    captures = {shown.capture.id: shown.capture for shown, _ in panels}
    marks = [one for _, drawn in panels for one in drawn]
    histories = [
        *project.record.histories(Capture, captures).values(),
        *project.record.histories(Annotation, [one.id for one in marks]).values(),
    ]
    recipe = json.dumps(encode(spec), ensure_ascii=False, sort_keys=True).encode()
    return Words(
        title=site.name,
        caption=caption,
        alt=alt,
        credit=credits([shown for shown, _ in panels]),
        creator=options.annotated_by
        or " and ".join(dict.fromkeys(one.author for one in marks if one.author)),
        source=", ".join(f"{one.file} ({one.id})" for one in captures.values()),
        identifiers=(
            f"recipe sha256:{hashlib.sha256(recipe).hexdigest()}",
            *(f"original sha256:{one.sha256}" for one in captures.values()),
        ),
        stamped=max((one.at for history in histories for one in history), default=NO_RECORD),
    )
