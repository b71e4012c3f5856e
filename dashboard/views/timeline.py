"""Timeline: each target of each site through time, what its pictures show and when it appeared."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import cache, notices, state
from dashboard.components import inplace, matrix_drawing, narrowing
from dashboard.language import t, tn
from workflow.publish import growth as publishing
from workflow.readmodels import matrix as matrices
from workflow.readmodels.matrix import Line, Matrix, Scale

MOST_YEARS = 400
# the finest scale that keeps a picture's column wide enough to be read without scrolling
_FEW_MONTHS, _FEW_QUARTERS = 4, 12


def show() -> None:
    """The page."""
    me = state.author()
    if me is None:
        return
    found = cache.matrix(me.name)
    notices.heading(t("Timeline"), t("what the pictures show of each site, and when things appeared"))
    if not found.lines:
        notices.no_sites()
        return
    years = matrices.extent(found.lines)
    if years is None:
        notices.empty(
            t("No site has a dated picture yet. Take some in; their dates make the timeline."),
            "sitetrack ingest PATH...",
        )
        return
    _matrix(found, years)


def _matrix(found: Matrix, years: tuple[int, int]) -> None:
    names = {key: site.name for key, site in found.sites.items()}
    category, text, order_by, start, end, by = st.columns([5, 5, 5, 3, 3, 7], vertical_alignment="bottom")
    lines, order = _lines(found, names, category, text, order_by)
    first, last, scale = _period(years, start, end, by)
    columns = matrices.columns(first, last, scale)
    if found.synthetic:
        notices.synthetic_banner(
            t("Some pictures are rendered scenes; they are no statement about the world.")
        )
    if not lines:
        notices.say("note", t("No site fits. Choose another category or name."))
        return
    rows = lines[narrowing.paged(len(lines), "timeline", (order, first, last, scale, len(lines)))]
    clicked = inplace.show(matrix_drawing.drawn(rows, columns, found.sites), key="timeline.matrix")
    inplace.follow(clicked)
    _as_text(rows, columns, names)
    st.download_button(
        t("Pictures of these sites as CSV"),
        partial(_csv, lines, names, first, last),
        "timeline.csv",
        "text/csv",
        key="timeline.csv",
        on_click="ignore",
    )


def _csv(lines: Sequence[Line], names: dict[str, str], first: int, last: int) -> bytes:
    return publishing.csv_of(matrices.cell_rows(lines, names, first, last))


def _lines(
    found: Matrix,
    names: dict[str, str],
    category: DeltaGenerator,
    text: DeltaGenerator,
    order: DeltaGenerator,
) -> tuple[list[Line], str]:
    """The lines that fit, in the order that was chosen."""
    with category:
        of_category = narrowing.by_category(found.sites, "timeline")
    with text:
        by_text = narrowing.by_text("timeline")
    with order:
        orders = {
            "name": t("by name"),
            "first seen": t("by first sight"),
            "most unknown": t("most undecided first"),
        }
        picked = state.select(t("Order"), "order", orders, key="timeline.order")
    kept = {key for key, site in found.sites.items() if of_category(site) and by_text(site)}
    return matrices.ordered((line for line in found.lines if line.site in kept), picked, names), picked


def _period(
    years: tuple[int, int], start: DeltaGenerator, end: DeltaGenerator, by: DeltaGenerator
) -> tuple[int, int, Scale]:
    """From which year to which, and how long a column is."""
    begin = max(years[0], years[1] - MOST_YEARS)
    options = {str(year): str(year) for year in range(begin, years[1] + 1)}
    with start:
        first = int(state.select(t("From"), "from", options, key="timeline.from"))
    with end:
        later = {year: year for year in reversed(options) if int(year) >= first}
        last = int(state.select(t("To"), "to", later, key="timeline.to"))
    with by:
        scales = {Scale.YEAR: t("Years"), Scale.QUARTER: t("Quarters"), Scale.MONTH: t("Months")}
        scale = narrowing.segments(
            t("Columns"),
            "scale",
            {one.value: name for one, name in scales.items()},
            key="timeline.scale",
            first=_fitting(last - first + 1).value,
        )
    return first, last, Scale(scale)


def _fitting(years: int) -> Scale:
    return Scale.MONTH if years <= _FEW_MONTHS else Scale.QUARTER if years <= _FEW_QUARTERS else Scale.YEAR


def _as_text(rows: Sequence[Line], columns: Sequence[matrices.Column], names: dict[str, str]) -> None:
    """The same in words, for those who would rather read or cannot see it."""
    words = matrix_drawing.mark_words()
    with st.expander(tn(len(rows), "This {n} row in words", "These {n} rows in words")):
        st.dataframe(
            pd.DataFrame([_text_row(line, columns, names, words) for line in rows]),
            hide_index=True,
            width="stretch",
            key="timeline.words",
            column_config={
                "site": t("Site"),
                "target": t("Target"),
                "found": st.column_config.TextColumn(t("What follows"), width="medium"),
                "pictures": t("Pictures"),
                "undecided": t("Undecided"),
                "said": st.column_config.TextColumn(t("What the pictures show"), width="large"),
            },
        )


def _text_row(
    line: Line, columns: Sequence[matrices.Column], names: dict[str, str], words: dict[str, str]
) -> dict[str, Any]:
    return {
        "site": names[line.site],
        "target": line.target_name,
        "found": "; ".join(matrix_drawing.event_words(line)),
        "pictures": len(line.looks),
        "undecided": line.unknown,
        "said": "; ".join(
            matrix_drawing.cell_words(cell, columns, words) for cell in matrices.cells(line.looks, columns)
        ),
    }


show()
