"""GIF and MP4: one panel after the other, each with its date in it, paced by the dates."""

from __future__ import annotations

import io
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from workflow.exporters.figures.frames import frames
from workflow.exporters.figures.pacing import pace
from workflow.exporters.figures.sheet import Sheet
from workflow.exporters.xmltext import writable
from workflow.figure import Polygon, Polyline, Rect, Text
from workflow.figure.drawing import Rgb

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["FRAMES_A_SECOND", "to_gif", "to_mp4"]

FRAMES_A_SECOND = 10
_GIF_PX, _MP4_PX = 1000, 1600
_COLOURS, _MOST_INKS = 255, 32  # one colour is left to the format


def to_gif(sheet: Sheet) -> bytes:
    """The panels as GIF that repeats; every frame has colours of its own."""
    inks = _inks(sheet)
    pictures = [_in_colours(picture, inks) for picture in frames(sheet, _GIF_PX)]
    first, *rest = pictures
    file = io.BytesIO()
    stands = [round(seconds * 1000) for seconds in pace(sheet.days)]
    told = _told(sheet).encode()
    first.save(
        file,
        "GIF",
        save_all=True,
        append_images=rest,
        duration=stands,
        loop=0,
        disposal=1,
        optimize=False,
        comment=told,
    )
    return file.getvalue()


def _inks(sheet: Sheet) -> list[Rgb]:
    """The colours of marks, plates and words."""
    found: dict[Rgb, None] = {}
    for item in sheet.drawing.items:
        match item:
            case Rect(fill=ink) | Polygon(fill=ink):
                found[ink] = None
            case Polyline(ink=ink, halo=rim) | Text(ink=ink, halo=rim):
                found |= {ink: None, rim: None}
    return list(found)[:_MOST_INKS]


def _in_colours(picture: Image, inks: Sequence[Rgb]) -> Image:
    """The picture in colours of its own and the `inks`, which fill too little of it to be found by counting."""
    from PIL import Image

    own = picture.quantize(
        _COLOURS - len(inks), Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
    ).getpalette()
    palette = Image.new("P", (1, 1))
    palette.putpalette(
        [*(own or ())[: 3 * (_COLOURS - len(inks))], *(level for ink in inks for level in ink)]
    )
    return picture.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)


def to_mp4(sheet: Sheet) -> bytes:
    """The panels as H.264 in MP4, which every player and office program takes; coded on one thread, bit by bit."""
    import av

    pictures = [_even(one) for one in frames(sheet, _MP4_PX)]
    file = io.BytesIO()
    options = {"fflags": "+bitexact"}
    with av.open(file, "w", format="mp4", options=options) as film:
        film.metadata.update(
            {
                "title": writable(sheet.words.title),
                "comment": _told(sheet),
                "copyright": writable(sheet.words.credit),
            }
        )
        stream: Any = film.add_stream("libx264", rate=FRAMES_A_SECOND)
        stream.width, stream.height = pictures[0].size
        stream.pix_fmt = "yuv420p"
        stream.thread_count = 1
        stream.codec_context.thread_count = 1
        stream.codec_context.flags |= av.codec.context.Flags.bitexact
        stream.options = {"crf": "18", "preset": "veryfast", "tune": "stillimage", "threads": "1"}
        images: Any = av.VideoFrame
        number = 0
        for picture, seconds in zip(pictures, pace(sheet.days), strict=True):
            frame = images.from_image(picture).reformat(format="yuv420p")
            for _ in range(round(seconds * FRAMES_A_SECOND)):
                frame.pts, frame.time_base = number, Fraction(1, FRAMES_A_SECOND)
                film.mux(stream.encode(frame))
                number += 1
        film.mux(stream.encode())
    return file.getvalue()


def _told(sheet: Sheet) -> str:
    words = sheet.words
    return writable(f"{words.caption} {words.alt}".strip())


def _even(picture: Image) -> Image:
    """The picture with an even number of rows and columns, which the coding of colours needs."""
    from PIL import Image

    size = (picture.width + picture.width % 2, picture.height + picture.height % 2)
    if size == picture.size:
        return picture
    page = Image.new("RGB", size, "white")
    page.paste(picture, (0, 0))
    return page
