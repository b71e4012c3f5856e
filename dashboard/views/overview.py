"""Overview: the sites in their state at a day, how their number grew, what changed of late, what bounds each date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import assets, cache, notices, state
from dashboard.components import growth_band, inplace, listing, map_file, map_frame, next_capture, recent
from dashboard.components.network_map import (
    CAMERA_SIGN,
    DARK,
    DOTTED,
    GLYPHS,
    KINDS,
    LIGHT,
    STATE_COLOURS,
    cones,
    outlines,
    view,
)
from dashboard.language import catalogue, language, t, tn
from dashboard.projects import current_project
from dashboard.safetext import safe
from dashboard.told import told
from workflow import growthchart
from workflow.datewords import Language
from workflow.model import Finding
from workflow.readmodels import growth, pages
from workflow.readmodels.footprints import Footprint
from workflow.readmodels.siteday import STATES, Known
from workflow.search import matches_site

MAP_PX, NEWS_PX = 430, 460
FEW = 20
NEWS_DAYS = 7
MOST_OUTLINES = 2000
SHOTS_TOLD = 6
EARLIEST = date(1850, 1, 1)
_ALL = ""
_DAY, _SLIDE, _TEXT, _SITE = "overview.day", "overview.slide", "overview.text", "overview.site"
_STATE, _CATEGORY = "overview.state", "overview.category"
_LAYERS = ("coverage", "cameras")


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows: sites that passed the filter, their ids, and what is known of each at the end of `day`."""

    day: date
    today: date
    known: Mapping[str, Known]
    cards: Sequence[pages.SiteCard]
    ids: frozenset[str]

    @property
    def is_today(self) -> bool:
        """Whether everything that is known counts."""
        return self.day >= self.today


def show() -> None:
    """The page."""
    assets.require()
    page = cache.overview()
    notices.heading(t("Overview"), _counts(page))
    notices.register(current_project().warnings)
    if page.synthetic:
        notices.synthetic_banner(
            t("Some pictures are rendered scenes; what rests on them is no statement about the world.")
        )
    if not page.sites:
        notices.no_sites()
        return
    _looked_at()


@st.fragment
def _looked_at() -> None:
    """All that the day and the filters change: another choice draws this part of the page alone."""
    with notices.refusals():
        _parts(cache.overview())


def _parts(page: pages.OverviewPage) -> None:
    shown = _looked_for(page)
    above = st.container()
    left, right = st.columns([13, 8], gap="medium")
    with left:
        _map(page, shown)  # before all else: the browser fetches and draws it while the rest is made
    with above:
        _choice(page, shown)
    with left:
        _growth(page, shown)
    with right:
        _site(page, shown)
        recent.panel(cache.news(NEWS_DAYS, _reader()), page, shown.ids, height_px=NEWS_PX)
    _findings(page, shown)
    _unseen(shown)
    _not_located(shown)
    next_capture.panel(page.names)


def _reader() -> str | None:
    now = state.author()
    return now.name if now else None


def _counts(page: pages.OverviewPage) -> str:
    targets = sum(site.targets for site in page.sites)
    return ", ".join(
        (
            tn(len(page.sites), "{n} site", "{n} sites"),
            tn(targets, "{n} target", "{n} targets"),
            tn(page.captures, "{n} capture", "{n} captures"),
            tn(page.observations, "{n} observation", "{n} observations"),
        )
    )


# -- what is looked at ---------------------------------------------------------------------------------------


def _looked_for(page: pages.OverviewPage) -> Shown:
    """What the day and the filters say before they are drawn: a session knows them, and the address."""
    today = datetime.now(UTC).date()
    if _DAY not in st.session_state:
        st.session_state[_DAY] = _stated() or today
    if _TEXT not in st.session_state:
        st.session_state[_TEXT] = st.query_params.get("q", "")
    for layer in _LAYERS:
        st.session_state.setdefault(f"overview.{layer}", st.query_params.get(layer) == "1")
    day = st.session_state[_DAY]
    known = {card.id: card.past.on(day, today) for card in page.sites}
    wanted = state.picked("state", _states(), key=_STATE)
    category = state.picked("category", _categories(page), key=_CATEGORY)
    text = st.session_state[_TEXT].strip()
    cards = [
        card
        for card, site in zip(page.sites, page.places, strict=True)
        if wanted in (_ALL, known[card.id].state)
        and category in (_ALL, card.category)
        and matches_site(site, text)
    ]
    return Shown(day, today, known, cards, frozenset(card.id for card in cards))


def _states() -> dict[str, str]:
    return {_ALL: t("all"), **{one: t(one) for one in STATES}}


def _categories(page: pages.OverviewPage) -> dict[str, str]:
    named = sorted({card.category for card in page.sites})
    return {_ALL: t("all"), **{one: one for one in named}}


def _choice(page: pages.OverviewPage, shown: Shown) -> None:
    """Day and filters; they stand in the address."""
    columns = st.columns([1.5, 1.6, 2.2, 2.6, 1.7, 1.6], vertical_alignment="bottom")
    with columns[0]:
        _day(shown)
    with columns[1]:
        state.select(t("State"), "state", _states(), key=_STATE)
    with columns[2]:
        state.select(t("Category"), "category", _categories(page), key=_CATEGORY)
    with columns[3]:
        _text()
    with columns[4]:
        st.toggle(
            t("Coverage"),
            key="overview.coverage",
            help=t("Outlines of the pictures that had been taken by the day."),
        )
        if cache.cameras():
            st.toggle(
                t("Cameras"),
                key="overview.cameras",
                help=t("Where stills from the ground that had been taken by the day were taken from."),
            )
    with columns[5]:
        _save(shown)


def _day(shown: Shown) -> None:
    """The day that is looked at: what was chosen, else the address's, else today, which the address leaves out."""
    st.date_input(
        t("State at the end of"),
        key=_DAY,
        min_value=EARLIEST,
        max_value=max(shown.today, shown.day),
        format="YYYY-MM-DD",
    )
    if shown.is_today:
        st.query_params.pop("day", None)
    else:
        state.choose("day", shown.day.isoformat())


def _stated() -> date | None:
    try:
        day = date.fromisoformat(st.query_params.get("day", ""))
    except ValueError:
        return None
    return day if EARLIEST <= day <= date(2100, 12, 31) else None


def _text() -> None:
    text = st.text_input(
        t("Find a site"), key=_TEXT, placeholder=t("name, local name or alias"), max_chars=100
    ).strip()
    if text:
        state.choose("q", text)
    else:
        st.query_params.pop("q", None)


def _save(shown: Shown) -> None:
    day = None if shown.is_today else shown.day
    st.download_button(
        t("Save map"),
        partial(_map_file, day, language()),
        f"sites-{shown.day}.html",
        "text/html",
        key="overview.save",
        icon=":material/download:",
        on_click="ignore",
        help=t("One file that opens without a server: all public sites on this day, with credits."),
        width="stretch",
    )


def _map_file(day: date | None, lang: Language) -> str:
    """The file's text; it is made when it is fetched, outside of the session and so without its `t`."""
    known = catalogue(lang)
    return map_file.written(
        current_project(), day, lambda one, **values: map_file.english(known.get(one, one), **values), lang
    ).html


# -- map -----------------------------------------------------------------------------------------------------


def _map(page: pages.OverviewPage, shown: Shown) -> None:
    places = tuple((card.id, card.name, card.lonlat) for card in page.sites if card.lonlat is not None)
    covered, seen = _is_on("coverage"), _is_on("cameras")
    prints, hidden = _outlined(shown) if covered else ([], 0)
    day = None if shown.is_today else shown.day
    cameras = [one for one in cache.cameras() if seen and one.is_by(day)]
    title = t("Map of the sites")
    clicked = map_frame.show(
        map_frame.sites_page(places, st.context.theme.type == "dark", title, language()),
        view(
            [(card.id, shown.known[card.id].state) for card in shown.cards],
            {one: t(one) for one in STATES},
            day=shown.day.isoformat(),
            chosen=_chosen(shown),
            outlined=outlines([one for one, _ in prints], [text for _, text in prints]),
            seen=cones(cameras),
        ),
        title=title,
        key="overview.map",
        height_px=MAP_PX,
    ).site
    if clicked in shown.ids and clicked != st.session_state.get("overview.clicked"):
        st.session_state["overview.clicked"] = clicked
        if clicked != st.session_state.get(_SITE):
            st.session_state[_SITE] = clicked
            st.rerun()
    _legend(shown, [one for one, _ in prints], hidden, len(cameras))


def _is_on(name: str) -> bool:
    """Whether a layer is shown; the address says so too."""
    on = bool(st.session_state.get(f"overview.{name}"))
    if on:
        state.choose(name, "1")
    else:
        st.query_params.pop(name, None)
    return on


def _chosen(shown: Shown) -> str | None:
    """The site that is chosen, as far as it is shown; the one of the address where nobody chose yet."""
    said = st.session_state.get(_SITE) or st.query_params.get("site")
    if said in shown.ids:
        return str(said)
    return shown.cards[0].id if shown.cards else None


def _outlined(shown: Shown) -> tuple[list[tuple[Footprint, str]], int]:
    """Outlines of the pictures taken by the day, with their days in words, and how many more there are."""
    day = None if shown.is_today else shown.day
    found = [(one, some) for one in cache.footprints() if (some := one.by(day))]
    told = []
    for one, some in found[-MOST_OUTLINES:]:
        lines = [shot.label for shot in some[-SHOTS_TOLD:]]
        more = (
            [tn(len(some) - len(lines), "{n} earlier picture", "{n} earlier pictures")]
            if len(some) > len(lines)
            else []
        )
        told.append((one, "\n".join((t(one.kind), *more, *lines))))
    return told, max(0, len(found) - MOST_OUTLINES)


def _legend(shown: Shown, prints: Sequence[Footprint], hidden: int, cameras: int) -> None:
    counts = {one: sum(shown.known[card.id].state == one for card in shown.cards) for one in STATES}
    items = [
        "<span style='white-space:nowrap'>"
        f"<span style='color:{STATE_COLOURS[name]}'>{GLYPHS[name]}</span> {safe(t(name))} ({count})</span>"
        for name, count in counts.items()
        if count
    ]
    for kind in dict.fromkeys(one.kind for one in prints):
        items.append(f"<span style='white-space:nowrap'>{KINDS.get(kind, DOTTED)[1]} {safe(t(kind))}</span>")
    if hidden:
        items.append(f"<span>{safe(tn(hidden, 'and {n} older outline', 'and {n} older outlines'))}</span>")
    if cameras:
        colours = DARK if st.context.theme.type == "dark" else LIGHT
        sign = f"<span style='color:{colours['camera']}'>{CAMERA_SIGN}</span>"
        items.append(f"<span style='white-space:nowrap'>{sign} {safe(t('camera'))} ({cameras})</span>")
    if not shown.cards:
        items = [f"<span>{safe(t('No site fits these filters.'))}</span>"]
    st.html(
        "<div data-legend style='display:flex;gap:.2rem 1rem;flex-wrap:wrap;font-size:.95rem'>"
        f"{''.join(items)}</div>"
    )


# -- growth --------------------------------------------------------------------------------------------------


def _growth(page: pages.OverviewPage, shown: Shown) -> None:
    _slider(page, shown)
    if not page.growth:
        st.caption(t("No growth to show: no dates follow from the observations yet."))
        return
    says = growth.sentence(cache.growth_on(shown.day), language=language())
    st.html(f"<b data-growth>{safe(says)}</b>")
    edges = growthchart.edges_of(page.growth, on=shown.day)
    inplace.show(growth_band.drawn(page.growth, edges, shown.day, says), key="overview.growth")
    st.page_link("views/growth.py", label=t("The targets behind each count, and what stood"))


def _slider(page: pages.OverviewPage, shown: Shown) -> None:
    """The day once more, to be moved over all days that pictures have."""
    days = [one for card in page.sites for one in (*card.past.firsts[:2], *card.past.lasts[:1])]
    first = min((one for one in days if date.min < one < shown.today), default=None)
    if first is None:
        return
    st.session_state[_SLIDE] = min(max(shown.day, first), shown.today)
    st.slider(
        t("Day"),
        first,
        shown.today,
        key=_SLIDE,
        format="YYYY-MM-DD",
        label_visibility="collapsed",
        on_change=lambda: st.session_state.update({_DAY: st.session_state[_SLIDE]}),
    )


# -- one site ------------------------------------------------------------------------------------------------


def _site(page: pages.OverviewPage, shown: Shown) -> None:
    by_id = {card.id: card for card in shown.cards}
    if not by_id:
        return
    key = state.select(t("Site"), "site", {one: _title(card) for one, card in by_id.items()}, key=_SITE)
    card, known = by_id[key], shown.known[key]
    where = f"{card.lonlat.lat:.5f}, {card.lonlat.lon:.5f}" if card.lonlat else t("not located")
    if card.lonlat and card.precision_m:
        where += " " + t("(within {metres} m)", metres=f"{card.precision_m:g}")
    pictures = tn(known.pictures, "{n} capture", "{n} captures")
    st.html(
        "<div data-site-card style='font-size:.9rem;line-height:1.5;overflow-wrap:anywhere'>"
        f"<div><span style='color:{STATE_COLOURS[known.state]}'>{GLYPHS[known.state]}</span> "
        f"<b>{safe(t(known.state).capitalize())}</b> {safe(_seen(known, page.labels))}</div>"
        f"<div>{safe(card.category)} · {safe(where)} · {safe(pictures)}</div>"
        f"{_either(known, shown)}"
        + "".join(f"<div>{safe(_finding_line(one))}</div>" for one in page.findings if one.site == key)
        + "</div>"
    )
    if st.button(
        t("Compare pictures of this site"), key="overview.compare", icon=":material/compare:", type="primary"
    ):
        st.switch_page("views/compare.py", query_params={"site": key})


def _seen(known: Known, labels: Mapping[str, str]) -> str:
    return f"· {t('picture: {date}', date=labels[known.seen])}" if known.seen in labels else ""


def _either(known: Known, shown: Shown) -> str:
    """What the day leaves open: pictures that do not count on it."""
    if not known.either:
        return ""
    said = tn(
        known.either,
        "{n} picture may be from before or after {day} and does not count.",
        "{n} pictures may be from before or after {day} and do not count.",
        day=shown.day.isoformat(),
    )
    return f"<div style='opacity:.8'>{safe(said)}</div>"


def _finding_line(one: Finding) -> str:
    source = "" if one.source == "imagery" else f" ({t(one.source)})"
    return f"{one.target or t('the place')} {pages.finding_words(one, language())}{source}"


def _title(card: pages.SiteCard) -> str:
    return f"{card.name} · {card.name_local}" if card.name_local else card.name


# -- tables --------------------------------------------------------------------------------------------------


def _findings(page: pages.OverviewPage, shown: Shown) -> None:
    kept = [one for one in page.findings if one.site in shown.ids]
    if not kept:
        if shown.cards:
            st.caption(
                t(
                    "Nothing yet: say on the Compare page in which pictures a target is present, in which absent."
                )
            )
        return
    title = t("When things appeared or were removed ({n})", n=len(kept))
    listing.when_open(title, lambda: _table(page, kept), key="overview.events")
    lines = pages.note_lines(kept, page.names, told)
    if lines:
        title = t("What does not fit, and what bounds nothing ({n})", n=len(lines))
        listing.when_open(title, lambda: _notes(lines), key="overview.notes")


def _notes(lines: Sequence[str]) -> None:
    items = "".join(f"<li>{safe(line)}</li>" for line in lines)
    st.html(f"<ul data-contradictions style='margin:.2rem 0'>{items}</ul>")


def _table(page: pages.OverviewPage, kept: Sequence[Finding]) -> None:
    rows = pages.finding_rows(kept, page.names, page.labels, language())
    st.dataframe(
        pd.DataFrame(rows).drop(columns=["id"]),
        hide_index=True,
        width="stretch",
        height=min(420, 38 + 35 * len(rows)),
        key="overview.findings",
        column_config={
            "site": st.column_config.TextColumn(t("Site"), width=185),
            "target": st.column_config.TextColumn(t("Target"), width=112),
            "finding": st.column_config.TextColumn(t("Finding"), width=318),
            "doubts": st.column_config.TextColumn(
                t("Doubts"), width=150, help=t("What weakens the row; the sentences stand below the table.")
            ),
            "after": st.column_config.TextColumn(
                t("After"), width=80, help=t("Excluded: the event had not happened on that day yet.")
            ),
            "by": st.column_config.TextColumn(
                t("By"), width=80, help=t("Included: the event had happened by that day.")
            ),
            "witnesses": st.column_config.TextColumn(t("Bounded by"), width=300),
            "source": st.column_config.TextColumn(t("Rests on"), width=82),
            "synthetic": st.column_config.CheckboxColumn(t("Synthetic"), width=74),
        },
    )


def _unseen(shown: Shown) -> None:
    rows = [row for row in cache.unseen() if row["site"] in shown.ids]
    if rows:
        title = t("No usable picture from the last {months} months ({n})", months=cache.MONTHS, n=len(rows))
        listing.when_open(title, lambda: _unseen_list(rows), key="overview.unseen")


def _unseen_list(rows: Sequence[Mapping[str, Any]]) -> None:
    lines = [
        (row["name"], t("last {day}", day=row["last"]) if row["last"] else t("none yet")) for row in rows
    ]
    items = "".join(f"<li><bdi>{safe(name)}</bdi>: {safe(last)}</li>" for name, last in lines)
    st.html(f"<ul data-unseen style='margin:.2rem 0'>{items}</ul>")


def _not_located(shown: Shown) -> None:
    lost = [card for card in shown.cards if card.lonlat is None]
    if lost:
        with st.expander(t("Not located ({n})", n=len(lost)), expanded=len(lost) <= FEW):
            st.html(", ".join(f"<bdi>{safe(_title(card))}</bdi>" for card in lost))


show()
