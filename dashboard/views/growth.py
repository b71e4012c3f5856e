"""Growth: how many targets there were on each day, at least and at most, and what stands behind each count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from dashboard import cache, notices, state
from dashboard.components import narrowing
from dashboard.language import language, t
from dashboard.projects import current_project
from dashboard.safetext import safe
from workflow import growthchart
from workflow.growthchart import Mark
from workflow.model import Subset
from workflow.publish import growth as publishing
from workflow.readmodels import growth

_ALL = ""
_DAY = "growth.day"
_HOW = {"certainly": "var(--sure)", "assumed": "var(--assumed)", "possibly": "inherit"}

Row = dict[str, Any]


def show() -> None:
    """The page."""
    notices.heading(t("Growth"), t("how many targets there were, at least and at most"))
    if not cache.site_titles():
        notices.no_sites()
        return
    series, subset = _choice()
    rows = cache.growth(subset, series)
    if not rows:
        notices.empty(
            t(
                "No dates follow for these targets yet. Say on the Compare page in which pictures a target is "
                "present, in which absent; the counts follow."
            ),
            "sitetrack observe SITE CAPTURE present",
        )
        return
    if any(row["synthetic"] for row in rows):
        notices.synthetic_banner(
            t("Some counts rest on rendered scenes; they are no statement about the world.")
        )
    # a published number is of the whole, and would say something else beside a part
    marks, printed = (
        growthchart.marks_of(cache.published_marks(words)) if subset == growth.ALL else []
        for words in (None, "en")
    )
    _chart(rows, subset, series, marks)
    left, right = st.columns([1, 3], vertical_alignment="bottom")
    with left:
        day = _day(rows)
    row = growth.growth(current_project(), [day], subset=subset, series=series)[0]
    right.html(
        f"<div data-sentence style='font-size:1.15rem'><b>{safe(growth.sentence(row, series, language()))}</b></div>"
    )
    behind = growth.counted(current_project(), day, subset=subset, series=series, language=language())
    _downloads(rows, behind, series, printed, day)
    _behind(behind, (series, subset, day))


def _choice() -> tuple[str, Subset]:
    """What is counted; it stands in the address."""
    sites = current_project().sites()
    values = {
        "category": sorted({site.category for site in sites}),
        "road": sorted({site.road for site in sites if site.road}),
        "kind": sorted({target.kind.value for site in sites for target in site.targets}),
    }
    columns = st.columns(4)
    with columns[0]:
        series = state.select(
            t("Targets"),
            "series",
            {growth.APPEARED: t("that had appeared"), growth.STANDING: t("that stood")},
            key="growth.series",
        )
    chosen = {}
    labels = {"category": t("Category"), "road": t("Road"), "kind": t("Class")}
    for column, (name, some) in zip(columns[1:], values.items(), strict=True):
        with column:
            options = {_ALL: t("all"), **{value: t(value) if name == "kind" else value for value in some}}
            chosen[name] = state.select(labels[name], name, options, key=f"growth.{name}")
    return series, Subset(chosen["category"], chosen["road"], chosen["kind"])


def _chart(rows: Sequence[Row], subset: Subset, series: str, marks: Sequence[Mark]) -> None:
    picked = st.vega_lite_chart(
        spec=cache.growth_chart(
            rows, subset, series, marks, edges=growthchart.edges_of(rows, marks), pick=True
        ),
        width="stretch",
        height=360,
        key=f"growth.chart.{series}",
        on_select="rerun",
        selection_mode=growthchart.PICK,
    )
    points: Any = picked["selection"].get(growthchart.PICK, [])
    clicked = points[0].get("on") if points else None
    if clicked and clicked != st.session_state.get("growth.clicked"):
        st.session_state[_DAY] = date.fromisoformat(clicked)
    st.session_state["growth.clicked"] = clicked
    st.caption(
        t(
            "Click a day on which a count changes, or choose any day below. Hatched: what counts on publications "
            "alone."
        )
    )


def _day(rows: Sequence[Row]) -> date:
    """The day that is looked at: what was clicked or chosen, else that of the address, else the last of the rows."""
    if _DAY not in st.session_state:
        st.session_state[_DAY] = _stated() or growth.day_of(rows[-1])
    day: date = st.date_input(
        t("By the end of"), key=_DAY, min_value=date(1850, 1, 1), max_value=date(2100, 12, 31)
    )
    state.choose("day", day.isoformat())
    return day


def _stated() -> date | None:
    try:
        day = date.fromisoformat(st.query_params.get("day", ""))
    except ValueError:
        return None
    return day if date(1850, 1, 1) <= day <= date(2100, 12, 31) else None


def _downloads(
    rows: Sequence[Row], behind: Sequence[Row], series: str, marks: Sequence[Mark], day: date
) -> None:
    title = growth.sentence(rows[-1], series)  # a file says it in English
    picture = partial(publishing.growth_picture, rows, series, marks, title=title)
    files = {
        t("Chart as PNG"): ("growth.png", partial(picture, suffix=".png"), "image/png"),
        t("Chart as SVG"): ("growth.svg", partial(picture, suffix=".svg"), "image/svg+xml"),
        t("Counts as CSV"): ("growth.csv", partial(publishing.csv_of, rows), "text/csv"),
        t("Targets as CSV"): (f"growth-{day}.csv", partial(publishing.csv_of, behind), "text/csv"),
    }
    with st.container(horizontal=True):
        for label, (name, made, mime) in files.items():
            st.download_button(label, made, name, mime, key=f"growth.{name}", on_click="ignore")


def _behind(rows: Sequence[Row], view: tuple[object, ...]) -> None:
    """The targets behind the counts, those that count for certain first; another `view` begins at the first page."""
    titles = cache.site_titles()
    for row in rows[narrowing.paged(len(rows), "growth", view)]:
        _target(row, titles)


def _target(row: Row, titles: Mapping[str, str]) -> None:
    text, link = st.columns([9, 1], vertical_alignment="center")
    doubts = (
        f" · <span style='color:var(--warning)'>⚠ {safe(', '.join(t(one) for one in row['doubts']))}</span>"
        if row["doubts"]
        else ""
    )
    rendered = notices.SYNTHETIC if row["synthetic"] else ""
    text.html(
        "<div data-target style='overflow-wrap:anywhere;line-height:1.4'>"
        f"<span style='color:{_HOW[row['counts']]}'><b>{safe(t(row['counts']))}</b></span> · "
        f"<bdi>{safe(titles.get(row['site'], row['site']))}</bdi>, {safe(row['target'] or t('the place'))}: "
        f"{safe(row['phrase'])}"
        f"<div style='font-size:.85rem;opacity:.8'>{rendered}{safe(t(row['source']))}: "
        f"{safe(', '.join(_witness(one) for one in row['witnesses']))}{doubts}</div></div>"
    )
    with link:
        st.page_link("views/compare.py", label=t("Compare"), query_params={"site": row["site"]})


def _witness(name: str) -> str:
    """A capture by its date, a publication as it is cited."""
    return cache.overview().labels.get(name, name)


show()
