"""Overview: where the sites are and in which state, how their number grew, and what bounds each date."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import assets, cache, notices, state
from dashboard.components import next_capture, overview_map
from dashboard.safetext import safe
from workflow import growthchart
from workflow.model import Finding
from workflow.readmodels import growth, pages

MAP_PX = 470
FEW = 20
MONTHS = 12


def show() -> None:
    """The page."""
    assets.require()
    page = cache.overview()
    notices.heading("Overview", _counts(page))
    if page.synthetic:
        notices.synthetic_banner(
            "Some pictures are rendered scenes; what rests on them is no statement about the world."
        )
    if not page.sites:
        notices.empty(
            "No sites yet. Bring a register in, or write sites.geojson by hand; this page follows.",
            "sitetrack sites import FILE.geojson",
        )
        return
    left, right = st.columns([5, 4], gap="medium")
    with left:
        _map(page)
    with right:
        _growth(page)
        _site_choice(page)
    _findings(page)
    next_capture.panel(page.names)
    _unseen()
    _not_located(page)


def _counts(page: pages.OverviewPage) -> str:
    targets = sum(site.targets for site in page.sites)
    counted = {
        "site": len(page.sites),
        "target": targets,
        "capture": page.captures,
        "observation": page.observations,
    }
    return ", ".join(_number(count, word) for word, count in counted.items())


def _number(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _map(page: pages.OverviewPage) -> None:
    ids = [site.id for site in page.sites]
    dark = st.context.theme.type == "dark"
    made = overview_map.overview_map(page.sites, chosen=None, dark=dark)
    clicked = overview_map.show_map(made, key="overview.map", height_px=MAP_PX)
    if clicked in ids and clicked != st.session_state.get("overview.clicked"):
        st.session_state["overview.clicked"] = clicked
        st.session_state["overview.site"] = clicked
    _legend(page)


def _legend(page: pages.OverviewPage) -> None:
    glyphs = {
        "present": "●",
        "absent": "○",
        "uncertain": "■",
        "disputed": "▲",
        "not examined": "◆",
        "not covered": "✕",
    }
    used = [name for name in glyphs if any(site.state == name for site in page.sites)]
    items = [
        "<span style='white-space:nowrap'>"
        f"<span style='color:{overview_map.STATE_COLOURS[name]}'>{glyphs[name]}</span> "
        f"{safe(name)} ({sum(site.state == name for site in page.sites)})</span>"
        for name in used
    ]
    st.html(f"<div style='display:flex;gap:1rem;flex-wrap:wrap;font-size:.95rem'>{''.join(items)}</div>")


def _growth(page: pages.OverviewPage) -> None:
    if not page.growth:
        st.caption("No growth to show: no dates follow from the observations yet.")
        return
    st.html(f"<b>{safe(growth.sentence(page.growth[-1]))}</b>")
    st.altair_chart(growthchart.chart(page.growth), width="stretch", height=240, key="overview.growth")
    st.page_link("views/growth.py", label="The targets behind each count, and what stood")


def _site_choice(page: pages.OverviewPage) -> None:
    by_id = {site.id: site for site in page.sites}
    site = state.select(
        "Site", "site", {key: _title(card) for key, card in by_id.items()}, key="overview.site"
    )
    card = by_id[site]
    where = f"{card.lonlat.lat:.5f}, {card.lonlat.lon:.5f}" if card.lonlat else "not located"
    precise = f" (within {card.precision_m:g} m)" if card.lonlat and card.precision_m else ""
    st.html(
        f"<div style='font-size:.9rem'><b>{safe(card.state.capitalize())}</b> · {safe(card.category)} · "
        f"{safe(where + precise)} · {_number(card.captures, 'capture')}</div>"
    )
    lines = [_finding_line(one) for one in page.findings if one.site == site]
    st.html(
        "<div style='font-size:.9rem'>" + "".join(f"<div>{safe(line)}</div>" for line in lines) + "</div>"
    )
    if st.button(
        "Compare pictures of this site", key="overview.compare", icon=":material/compare:", type="primary"
    ):
        st.switch_page("views/compare.py", query_params={"site": site})


def _finding_line(one: Finding) -> str:
    source = "" if one.source == "imagery" else f" ({one.source})"
    return f"{one.target or 'the place'} {pages.finding_words(one)}{source}"


def _title(card: pages.SiteCard) -> str:
    return f"{card.name} · {card.name_local}" if card.name_local else card.name


def _findings(page: pages.OverviewPage) -> None:
    st.html("<b>When things appeared or were removed</b>")
    rows = pages.finding_rows(page.findings, page.names, page.labels)
    if not rows:
        st.caption(
            "Nothing yet: say on the Compare page in which pictures a target is present, in which absent."
        )
        return
    st.dataframe(
        pd.DataFrame(rows).drop(columns=["id"]),
        hide_index=True,
        width="stretch",
        height=min(420, 38 + 35 * len(rows)),
        key="overview.findings",
        column_config={
            "site": st.column_config.TextColumn("Site", width=185),
            "target": st.column_config.TextColumn("Target", width=112),
            "finding": st.column_config.TextColumn("Finding", width=318),
            "doubts": st.column_config.TextColumn(
                "Doubts", width=150, help="What weakens the row; the sentences stand below the table."
            ),
            "after": st.column_config.TextColumn(
                "After", width=80, help="Excluded: the event had not happened on that day yet."
            ),
            "by": st.column_config.TextColumn(
                "By", width=80, help="Included: the event had happened by that day."
            ),
            "witnesses": st.column_config.TextColumn("Bounded by", width=300),
            "source": st.column_config.TextColumn("Rests on", width=82),
            "synthetic": st.column_config.CheckboxColumn("Synthetic", width=74),
        },
    )
    _notes(page)


def _notes(page: pages.OverviewPage) -> None:
    lines = pages.note_lines(page.findings, page.names)
    if lines:
        items = "".join(f"<li>{safe(line)}</li>" for line in lines)
        st.html(
            "<b>What does not fit, and what bounds nothing</b>"
            f"<ul data-contradictions style='margin:.2rem 0'>{items}</ul>"
        )


def _unseen() -> None:
    rows = cache.unseen(MONTHS)
    if rows:
        with st.expander(f"No usable picture from the last {MONTHS} months ({len(rows)})"):
            lines = [(row["name"], f"last {row['last']}" if row["last"] else "none yet") for row in rows]
            items = "".join(f"<li><bdi>{safe(name)}</bdi>: {safe(last)}</li>" for name, last in lines)
            st.html(f"<ul data-unseen style='margin:.2rem 0'>{items}</ul>")


def _not_located(page: pages.OverviewPage) -> None:
    lost = [site for site in page.sites if site.lonlat is None]
    if lost:
        with st.expander(f"Not located ({len(lost)})", expanded=len(lost) <= FEW):
            st.html(", ".join(f"<bdi>{safe(_title(site))}</bdi>" for site in lost))


show()
