"""Saved recipes and written figures: whether they still match the record, and what changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard import cache
from dashboard.components import listing
from dashboard.language import t, tn
from dashboard.safetext import safe
from dashboard.told import told

__all__ = ["show"]

Row = Mapping[str, Any]
_ORDER = ("wrong", "stale", "gone", "current")


def show(
    rows: Sequence[Row],
    titles: Mapping[str, str],
    *,
    opens: Callable[[str], None],
    remove: Callable[[str, str], None] | None,
) -> None:
    """The list; `opens` takes the name of a recipe, `remove` a name and the key of its reason (None: may not)."""
    stale = sum(row["standing"] in ("stale", "wrong") for row in rows)
    count = tn(stale, "1 does not match the record any more", "{n} do not match the record any more")
    st.html(
        "<div style='display:flex;gap:.8rem;align-items:baseline;flex-wrap:wrap'>"
        f"<h2 style='font-size:1.15rem;margin:0;padding:0'>{safe(t('Saved and written figures'))}</h2>"
        f"<span style='opacity:.8' data-moved='{stale}'>{safe(count) if stale else ''}</span></div>"
    )
    if not rows:
        st.caption(t("None yet. Save a recipe above, or write a figure with sitetrack figure SITE -o FILE."))
        return
    ordered = sorted(rows, key=lambda row: _ORDER.index(row["standing"]))
    chosen = listing.table(
        [
            {
                "standing": _standing(row["standing"]),
                "name": row["name"],
                "kind": t("recipe") if row["kind"] == "recipe" else t("file"),
                "site": titles.get(row["site"], row["site"]),
                "version": row["version"],
                "changed": " ".join(map(told, row["changed"])),
                "author": row["author"],
                "at": str(row["at"] or "")[:16].replace("T", " "),
            }
            for row in ordered
        ],
        {
            "standing": t("Standing"),
            "name": st.column_config.TextColumn(t("Name"), width="medium"),
            "kind": t("Kind"),
            "site": t("Site"),
            "version": t("Version"),
            "changed": st.column_config.TextColumn(t("What changed since"), width="large"),
            "author": t("Author"),
            "at": t("When (UTC)"),
        },
        key="figures.list",
        on_select="rerun",
        selection_mode="single-row",
    )
    picked = chosen["selection"]["rows"]
    with st.container(horizontal=True, vertical_alignment="center"):
        if picked and picked[0] < len(ordered):
            _one(ordered[picked[0]], opens, remove)
        else:
            st.caption(t("Choose a row to open it, and for what changed."))
        st.button(
            t("Look at the files again"), key="figures.look", type="tertiary", on_click=cache.look_again
        )
    if picked and picked[0] < len(ordered):
        _changed(ordered[picked[0]])


def _one(row: Row, opens: Callable[[str], None], remove: Callable[[str, str], None] | None) -> None:
    name = row["recipe"]
    st.html(f"<b><bdi>{safe(row['name'])}</bdi></b>", width="content")
    if not name:
        return
    st.button(t("Open the recipe"), key="figures.open", on_click=opens, args=(name,))
    st.page_link("views/history.py", label=t("All its versions"), query_params={"kind": "figure", "id": name})
    if remove is None or row["kind"] != "recipe":
        return
    with st.popover(t("Remove")), st.form("figures.remove.form", border=False):
        st.text_input(t("Reason"), max_chars=500, key="figures.remove.why")
        st.form_submit_button(
            t("Take it off the list"),
            key="figures.remove",
            on_click=remove,
            args=(name, "figures.remove.why"),
        )


def _changed(row: Row) -> None:
    items = "".join(f"<li><bdi>{safe(told(one))}</bdi></li>" for one in row["changed"])
    if items:
        st.html(f"<ul data-changed style='margin:.2rem 0;overflow-wrap:anywhere'>{items}</ul>")


def _standing(word: str) -> str:
    """Sign and word: readable without a colour."""
    return {
        "current": t("● current"),
        "stale": t("◐ stale"),
        "wrong": t("▲ wrong"),
        "gone": t("✕ gone"),
    }[word]
