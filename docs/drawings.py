"""The drawings of docs/time.md, made by the engine that they explain.

    python docs/drawings.py [FOLDER]

Writes one SVG a drawing to docs/images, or to FOLDER. What was seen stands here; intervals and phrases come from
`workflow.findings`, so a drawing cannot say what the program does not.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import fmean
from xml.sax.saxutils import escape

from workflow.findings import target_findings
from workflow.interpretability import DEFAULTS
from workflow.model import DateSpan, Finding, State, TargetClass, Witness
from workflow.timespan import format_span, parse_span

WIDTH, LEFT, RIGHT = 760, 150, 730
FONT = "font-family='Noto Sans, Segoe UI, Helvetica, Arial, sans-serif'"
INK, PALE, BAR, THERE, GONE = "#1b1b1f", "#6b7280", "#2f6fb5", "#1a7f37", "#b42318"
COLOURS = {State.PRESENT: THERE, State.ABSENT: GONE, State.INSUFFICIENT: PALE, State.OBSCURED: PALE}


@dataclass(frozen=True)
class Seen:
    """A state, the date of its picture as written, and a line of text beside it."""

    state: State
    when: str
    note: str = ""

    @property
    def span(self) -> DateSpan:
        return parse_span(self.when)


@dataclass(frozen=True)
class Story:
    """A drawing: what was seen, between which years, and the sentence under it."""

    name: str
    title: str
    seen: tuple[Seen, ...]
    years: tuple[int, int]
    moral: str


PRESENT, ABSENT, TOO_COARSE = State.PRESENT, State.ABSENT, State.INSUFFICIENT
STORIES = (
    Story(
        "time-absent-present",
        "Absent, then present",
        (Seen(ABSENT, "3 November 2021"), Seen(PRESENT, "20 February 2022")),
        (2021, 2022),
        "It appeared after the day of the last picture without it (left end open), by the day of the first with it.",
    ),
    Story(
        "time-spans",
        "Pictures that are dated to a month or a year: the far ends count",
        (Seen(ABSENT, "2020"), Seen(PRESENT, "April 2023")),
        (2020, 2023),
        "The absence may be from 1 January, the presence from 30 April. Nothing nearer is known.",
    ),
    Story(
        "time-only-present",
        "Only ever present",
        (
            Seen(PRESENT, "by 16 February 2021", "a broadcast: filmed then or before"),
            Seen(PRESENT, "10 October 2023"),
        ),
        (2020, 2023),
        "It was there by then. No picture says since when, so the left side stays open.",
    ),
    Story(
        "time-open-order",
        "Dates that overlap: the order is open",
        (Seen(ABSENT, "spring 2021"), Seen(PRESENT, "May 2021"), Seen(PRESENT, "March 2022")),
        (2021, 2022),
        "Built in between, or there first and gone again? The interval holds for both, and the row says so.",
    ),
    Story(
        "time-came-back",
        "Present, absent, present: two stays",
        (Seen(PRESENT, "June 2019"), Seen(ABSENT, "2 May 2020"), Seen(PRESENT, "9 August 2022")),
        (2019, 2022),
        "Removed and reappeared, or one picture was misread: the row says that both are possible.",
    ),
    Story(
        "time-too-coarse",
        "A picture that cannot show the thing decides nothing",
        (
            Seen(ABSENT, "10 March 2019", "0.5 m pixels"),
            Seen(TOO_COARSE, "14 July 2021", "10 m pixels: nothing to be seen"),
            Seen(PRESENT, "2 February 2022", "0.5 m pixels"),
        ),
        (2019, 2022),
        "Taken for an absence, the coarse picture would move the left end to July 2021: a date that nobody has seen.",
    ),
)


def drawings() -> dict[str, str]:
    """Name of the file to its SVG."""
    return {f"{story.name}.svg": timeline(story) for story in STORIES} | {"time-pixels.svg": pixels()}


# -- what was seen, and what follows -------------------------------------------------------------------------


def findings_of(story: Story) -> tuple[Finding, ...]:
    """What the engine makes of the story."""
    return target_findings(
        "site",
        "target",
        [Witness(one.state, one.span, f"picture {n}") for n, one in enumerate(story.seen, 1)],
    )


def timeline(story: Story) -> str:
    """Years, one line a picture, one bar an event."""
    first, last = date(story.years[0], 1, 1), date(story.years[1], 12, 31)

    def x(day: date | None, beyond: float) -> float:
        if day is None:
            return beyond
        return LEFT + (RIGHT - LEFT) * (day - first).days / (last - first).days

    rows = findings_of(story)
    height = 96 + 30 * len(story.seen) + 44 * len(rows)
    parts = [*_axis(story.years, x, height - 34)]
    y = 72.0
    for one in story.seen:
        parts += _picture(one, x(one.span.earliest, LEFT - 8), x(one.span.latest, RIGHT + 8), y)
        y += 30
    for row in rows:
        parts += _event(row, x(row.after, LEFT - 8), x(row.by, RIGHT + 8), y + 4)
        y += 44
    parts.append(_text(16, height - 14, story.moral, 12.5, PALE))
    return _svg(height, story.title, parts)


def _axis(years: tuple[int, int], x: object, bottom: float) -> Iterator[str]:
    for year in range(years[0], years[1] + 2):
        place = x(date(year, 1, 1), 0) if year <= years[1] else RIGHT  # type: ignore[operator]
        yield f"<line x1='{place:.1f}' y1='48' x2='{place:.1f}' y2='{bottom - 12:.1f}' stroke='#d8dbe0'/>"
        if year <= years[1]:
            yield _text(place + 4, 58, str(year), 11.5, PALE)


def _picture(one: Seen, start: float, end: float, y: float) -> Iterator[str]:
    colour = COLOURS[one.state]
    yield _text(16, y + 4, one.state.value, 13, colour, weight=600)
    words = format_span(one.span) + (f" ({one.note})" if one.note else "")
    if end - start > 8:
        ends = f"x1='{start:.1f}' y1='{y}' x2='{end:.1f}' y2='{y}'"
        yield f"<line {ends} stroke='{colour}' stroke-width='5' opacity='.3'/>"
    if one.span.earliest is None:
        yield f"<path d='M{start + 8:.1f} {y - 5} l-8 5 l8 5' fill='none' stroke='{colour}' stroke-width='1.5'/>"
    middle = (start + end) / 2
    fill = colour if one.state is State.PRESENT else "#ffffff"
    dash = "" if one.state.decisive else " stroke-dasharray='2 2'"
    yield f"<circle cx='{middle:.1f}' cy='{y}' r='6' fill='{fill}' stroke='{colour}' stroke-width='2'{dash}/>"
    yield _beside(start, end, middle, y + 4, words)


def _beside(start: float, end: float, middle: float, y: float, words: str) -> str:
    """The words right of the mark, or left of it where there is no room."""
    room = 7.0 * len(words)
    right = max(end, middle + 6) + 8
    if right + room < WIDTH - 8:
        return _text(right, y, words, 12)
    return _text(min(start, middle - 6) - 8, y, words, 12, anchor="end")


def _event(row: Finding, start: float, end: float, y: float) -> Iterator[str]:
    yield _text(16, y + 4, row.event.value if row.seen else "not seen", 13, BAR, weight=600)
    yield f"<line x1='{start:.1f}' y1='{y}' x2='{end:.1f}' y2='{y}' stroke='{BAR}' stroke-width='9' opacity='.55'/>"
    if row.after is None:
        yield f"<path d='M{start + 7:.1f} {y - 8} l-9 8 l9 8' fill='none' stroke='{BAR}' stroke-width='2'/>"
    else:
        yield f"<circle cx='{start:.1f}' cy='{y}' r='5' fill='#ffffff' stroke='{BAR}' stroke-width='2'/>"
    if row.by is not None:
        yield f"<circle cx='{end:.1f}' cy='{y}' r='5' fill='{BAR}' stroke='{BAR}' stroke-width='2'/>"
    place = min(max((start + end) / 2, LEFT + 3.6 * len(row.phrase)), RIGHT - 3.6 * len(row.phrase))
    yield _text(place, y + 22, f"“{row.phrase}”", 13, INK, anchor="middle")


# -- why a pixel matters -------------------------------------------------------------------------------------

SIZES_M = (0.6, 3.0, 6.0)
SAID = (
    "seen: here absent means absent",
    "a pale pixel: beam, lorry, paint?",
    "nothing of it can be told",
)
SCENE_M = 24.0
BEAM_M = 0.6
GROUND = 16  # grey levels by which real ground varies at the finest size
LEVELS = 12  # grey levels in one step of the drawing


def pixels() -> str:
    """The same road with a gantry, at three pixel sizes: each pixel is the mean of what it covers."""
    limit = DEFAULTS[TargetClass.GANTRY].detect.gsd_m
    parts: list[str] = []
    side, fine = 220.0, _scene()
    for number, (size, said) in enumerate(zip(SIZES_M, SAID, strict=True)):
        left = 24 + number * (side + 22)
        parts += _mosaic(_coarser(fine, round(size / SIZES_M[0])), left, 48.0, side)
        parts.append(_text(left, 48 + side + 20, f"{size:g} m pixels", 13, INK, weight=600))
        can = size <= limit
        parts.append(_text(left, 48 + side + 38, said, 11.5, THERE if can else GONE))
    moral = f"A beam {BEAM_M:g} m wide over a road. With pixels above {limit:g} m, “absent” needs a reason."
    parts.append(_text(24, 48 + side + 64, moral, 12.5, PALE))
    return _svg(int(48 + side + 78), "Why “absent” needs a picture that could have shown it", parts)


def _scene() -> list[list[float]]:
    """Light verges, a dark road between 6 and 18 m, a bright beam across it at 12 m, and ground that varies."""
    chance = random.Random(5)  # noqa: S311  how the ground varies
    count = round(SCENE_M / SIZES_M[0])

    def grey(x: float, y: float) -> float:
        ground = 70.0 if 6 <= x < 18 else 150.0
        is_beam = 6 <= x < 18 and abs(y - 12) <= BEAM_M / 2
        return 225.0 if is_beam else ground + chance.uniform(-GROUND, GROUND)

    middles = [(place + 0.5) * SIZES_M[0] for place in range(count)]
    return [[grey(x, y + 0.3) for x in middles] for y in middles]


def _coarser(fine: Sequence[Sequence[float]], times: int) -> list[list[float]]:
    count = len(fine) // times

    def mean(row: int, column: int) -> float:
        lines = fine[row * times : (row + 1) * times]
        return fmean(grey for line in lines for grey in line[column * times : (column + 1) * times])

    return [[mean(row, column) for column in range(count)] for row in range(count)]


def _mosaic(greys: Sequence[Sequence[float]], left: float, top: float, side: float) -> Iterator[str]:
    """One path for each step of grey."""
    step = side / len(greys)
    by_level: dict[int, list[str]] = {}
    for row, line in enumerate(greys):
        for column, grey in enumerate(line):
            square = f"M{left + column * step:.1f} {top + row * step:.1f}h{step:.1f}v{step:.1f}h-{step:.1f}z"
            by_level.setdefault(round(grey / LEVELS) * LEVELS, []).append(square)
    for level, squares in sorted(by_level.items()):
        yield f"<path shape-rendering='crispEdges' fill='rgb({level},{level},{level})' d='{''.join(squares)}'/>"


# -- SVG -----------------------------------------------------------------------------------------------------


def _text(
    x: float,
    y: float,
    words: str,
    size: float,
    colour: str = INK,
    *,
    anchor: str = "start",
    weight: int = 400,
) -> str:
    return (
        f"<text x='{x:.1f}' y='{y:.1f}' font-size='{size}' fill='{colour}' text-anchor='{anchor}' "
        f"font-weight='{weight}'>{escape(words)}</text>"
    )


def _svg(height: int, title: str, parts: Sequence[str]) -> str:
    name = escape(title)
    return "\n".join(
        (
            f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {height}' width='{WIDTH}' height='{height}' "
            f"role='img' aria-label='{name}' {FONT}>",
            f"<title>{name}</title>",
            f"<rect width='{WIDTH}' height='{height}' rx='8' fill='#ffffff' stroke='#d8dbe0'/>",
            _text(16, 30, title, 15, weight=600),
            *parts,
            "</svg>\n",
        )
    )


def main() -> None:
    """Write all drawings."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "images"
    folder.mkdir(parents=True, exist_ok=True)
    for name, svg in drawings().items():
        (folder / name).write_text(svg, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
