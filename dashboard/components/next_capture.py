"""What to get next: the events that a capture would narrow most, and when to look for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from dashboard import cache, notices
from dashboard.components import listing
from dashboard.language import t
from dashboard.safetext import safe

__all__ = ["panel"]

SHOWN = 8
_ROW_PX = 30
_OPEN, _WINDOW = "#9db8e8", "#2f6fdb"


def panel(names: Mapping[str, str]) -> None:
    """The first rows as bars, with their sentences below; `names` are those of sites by id."""
    with notices.refusals():
        rows = [row for row in cache.next_captures() if row["days"]]
        if not rows:
            return
        title = t("What to get next ({n})", n=len(rows))
        listing.when_open(title, lambda: _shown(rows, names), key="next")


def _shown(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> None:
    first = rows[:SHOWN]
    if any(row["synthetic"] for row in first):
        st.html(notices.SYNTHETIC)
    st.altair_chart(_bars(first, names), width="stretch", height=60 + _ROW_PX * len(first))
    more = t(" The first {shown} of {n}.", shown=SHOWN, n=len(rows)) if len(rows) > SHOWN else ""
    st.caption(
        t(
            "The bar: days on which it may have happened; its blue part: where a capture narrows them most; "
            "◆ the best day.{more} Captures that can be had are ranked by the command below.",
            more=more,
        )
    )
    st.code("sitetrack next --catalogue PATH", language=None)
    lines = [
        f"{notices.SYNTHETIC if row['synthetic'] else ''}<b><bdi>{safe(_name(row, names))}</bdi></b>: "
        f"{safe(row['sentence'])}"
        for row in first
    ]
    st.html("".join(f"<div style='margin:.25rem 0'>{line}</div>" for line in lines))


def _name(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    (site,), (target,) = row["sites"], row["targets"]
    return f"{names.get(site, site)} · {target.partition('/')[2]}"


def _bars(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> Any:
    frame = pd.DataFrame(
        {
            "what": [f"{number}. {_name(row, names)}" for number, row in enumerate(rows, 1)],
            "days": [row["days"] for row in rows],
            "fewer": [row["gain"] for row in rows],
            **{key: pd.to_datetime([row[key] for row in rows]) for key in DATES},
        }
    )
    tips = [
        alt.Tooltip("what:N", title=t("Target")),
        alt.Tooltip("first:T", title=t("Look from")),
        alt.Tooltip("last:T", title=t("to")),
        alt.Tooltip("best:T", title=t("best")),
        alt.Tooltip("days:Q", title=t("Days open")),
        alt.Tooltip("fewer:Q", title=t("Days fewer to be expected")),
    ]
    # Vega takes Hangul for narrower than it is drawn: there is room for more than the limit
    axis = alt.Axis(labelLimit=200, minExtent=270, ticks=False, domain=False)
    base = alt.Chart(frame).encode(y=alt.Y("what:N", sort=None, title=None, axis=axis), tooltip=tips)
    x = alt.X("gap_first:T", title=None, axis=alt.Axis(format="%Y", tickCount="year"))
    gap = base.mark_bar(height=10, color=_OPEN, opacity=0.55).encode(x=x, x2="gap_last:T")
    window = base.mark_bar(height=10, color=_WINDOW).encode(x="first:T", x2="last:T")
    best = base.mark_point(shape="diamond", size=90, filled=True, color="#f2b134", opacity=1).encode(
        x="best:T"
    )
    quiet = alt.Config(mark=alt.MarkConfig(aria=False))  # the text beside it says the same
    return alt.layer(gap, window, best, config=quiet)


DATES = ("gap_first", "gap_last", "first", "last", "best")
