"""Compare: the pictures of a site against each other, marks on them, the state of a target, and what follows."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import assets, cache, notices, routes, state
from dashboard.components import following, listing, live, marks, viewer
from dashboard.components.way import NO_TARGET, way
from dashboard.language import language, t, tn
from dashboard.projects import current_project
from dashboard.safetext import safe
from dashboard.told import told
from workflow import actions
from workflow.errors import WorkflowError
from workflow.interpretability import Legible
from workflow.model import State, Target
from workflow.readmodels import history, pages, tables

_MAP, _STILLS = "map", "stills"
_TAG_STYLE = "font-size:.75rem;border:1px solid currentColor;border-radius:4px;padding:0 5px;opacity:.8"


def show() -> None:
    """The page."""
    assets.require()
    names = cache.site_titles()
    if not names:
        notices.heading(t("Compare"))
        notices.no_sites()
        return
    _body(names)


@st.fragment
def _body(names: dict[str, str]) -> None:
    """The part that runs again when something is chosen, drawn or said; the frame around it stays."""
    with notices.refusals():
        site_column, target_column, pictures_column, link_column = st.columns(
            [4, 3, 3, 2], vertical_alignment="bottom"
        )
        with site_column:
            site = state.select(t("Site"), "site", names, key=viewer.site_key())
        stamp, author = cache.stamp(), state.author()
        live.looked_at(site, stamp)
        page = cache.compare(site, stamp, author.name if author else None)
        with target_column:
            target = _target(page)
        with pictures_column:
            stills = _stills_chosen(page)
        with link_column:
            _figure_link(page, target)
        _refused()
        _pictures(page, target, stills=stills)
        _little(page, target)
        live.strip(site)
        marks.section(page)
        _captures(page, target)
        _stills(page, target)


def _target(page: pages.ComparePage) -> Target:
    targets = page.site.targets
    if not targets:
        st.caption(t("This site has no target; give it one in sites.geojson."))
        return NO_TARGET
    names = {one.id: one.name or one.id for one in targets}
    picked = state.select(t("Target"), "target", names, key=f"compare.target.{page.site.id}")
    return next(one for one in targets if one.id == picked)


def _figure_link(page: pages.ComparePage, target: Target) -> None:
    """The page Figures with this target and, where the address names them, the two pictures that are shown."""
    known = {card.id: card.keys for card in (*page.captures, *page.stills)}
    shown = [st.query_params.get(side, "") for side in ("left", "right")]
    frames = dict(one.split(":", 1) for one in st.query_params.get("frames", "").split(",") if ":" in one)
    query = {"site": page.site.id}
    if target is not NO_TARGET:
        query["target"] = target.id
    if len(known.keys() & set(shown)) == len(shown):
        query["captures"] = ",".join(_key(known[one], frames.get(one, "")) for one in shown)
    st.page_link("views/figures.py", label=t("Make a figure"), query_params=query)


def _key(keys: Sequence[str], number: str) -> str:
    """The still of a picture that is shown: of a clip the frame with that number."""
    return keys[int(number)] if number.isdecimal() and int(number) < len(keys) else keys[0]


def _refused() -> None:
    refused = st.session_state.pop("compare.refused", None)
    if refused:
        st.warning(safe(refused), icon=":material/block:")


def _stills_chosen(page: pages.ComparePage) -> bool:
    """Whether the viewer shows the stills: where there is nothing else, or somebody chose them."""
    if page.space is None or not page.captures or page.site.position is None:
        return page.space is not None
    options = {
        _MAP: t("on the map ({n})", n=len(page.captures)),
        _STILLS: t("stills ({n})", n=sum(card.id in page.space.matrices for card in page.stills)),
    }
    key = f"compare.pictures.{page.site.id}"
    if st.session_state.get(key) not in options:
        st.session_state[key] = state.chosen("pictures", tuple(options))
    picked = st.segmented_control(
        t("Pictures"), list(options), format_func=lambda one: options[one], key=key, required=True
    )
    if picked == _STILLS:
        state.choose("pictures", _STILLS)
    else:
        st.query_params.pop("pictures", None)
    return bool(picked == _STILLS)


def _pictures(page: pages.ComparePage, target: Target, *, stills: bool) -> None:
    if stills:
        viewer.show_viewer(page, target, way(page.site.id), stills=True)
        return
    if page.site.position is None:
        notices.empty(
            t(
                "This site is not located, so no picture can be laid on it. Give it a position in sites.geojson."
            )
        )
    elif not page.captures:
        notices.empty(
            t("No picture covers this site yet. Take some in, then lay them on the site's grid."),
            "sitetrack ingest PATH",
            "sitetrack track",
        )
    else:
        viewer.show_viewer(page, target, way(page.site.id))
        return
    _following(page, target)


def _following(page: pages.ComparePage, target: Target) -> None:
    """What follows, where there is no viewer to say it."""
    said = following.of(page, target)
    lines = [
        f"<bdi>{safe(one['subject'])}</bdi> <b>{safe(one['words'])}</b> "
        + " ".join(f"<span style='{_TAG_STYLE}'>{safe(tag)}</span>" for tag in one["tags"])
        for one in said["lines"]
    ]
    some = "some" if lines else "none"
    body = "".join(f"<div>{line}</div>" for line in lines or [safe(said["none"])])
    st.html(f"<div data-finding='{some}'>{body}</div>")
    for note in said["notes"]:
        if note["serious"]:
            st.warning(safe(note["text"]), icon=":material/rule:")
        else:
            st.caption(safe(note["text"]))


def _little(page: pages.ComparePage, target: Target) -> None:
    """Why some pictures cannot show the target, before anybody says that it is absent there."""
    lines = [
        f"{card.label}: {card.readings[target.id].why}"
        for card in (*page.captures, *page.stills)
        if target.id in card.readings and card.readings[target.id].level is Legible.TOO_COARSE
    ]
    if not lines:
        return
    count = tn(
        len(lines),
        "1 picture is too coarse to show that this target is absent: 'absent' needs a note there",
        "{n} pictures are too coarse to show that this target is absent: 'absent' needs a note there",
    )
    items = "".join(f"<li>{safe(line)}</li>" for line in lines)
    st.html(
        f"<details data-too-coarse style='font-size:.9rem'><summary>{safe(count)}</summary>"
        f"<ul style='margin:.2rem 0'>{items}</ul></details>"
    )


def _captures(page: pages.ComparePage, target: Target) -> None:
    """What is known of each picture."""
    cards = (*page.captures, *page.stills)
    if not cards:
        return
    title = t("Pictures of this site ({n})", n=len(cards))
    listing.when_open(title, lambda: _captures_table(page.site.id, cards, target), key="compare.pictures")


def _captures_table(site: str, cards: tuple[pages.CaptureCard, ...], target: Target) -> None:
    rows = [
        {
            "date": _date(card),
            "basis": card.basis.rpartition(": ")[2],
            "state": t(card.states.get(target.id, "not examined")),
            "earliest": pages.bound_words(card.earliest, language()),
            "latest": pages.bound_words(card.latest, language()),
            "provider": card.provider,
            "gsd": card.gsd_m,
            "shows": _shows(card, target),
            "aligned": card.aligned,
            "synthetic": card.synthetic,
            "file": card.file,
            "warnings": " ".join(map(told, card.warnings)),
        }
        for card in cards
    ]
    chosen = listing.table(
        rows,
        {
            "date": t("Date"),
            "basis": st.column_config.TextColumn(t("What the date rests on"), width="medium"),
            "state": t("State of {target}", target=target.id),
            "earliest": t("Earliest"),
            "latest": t("Latest"),
            "provider": t("Provider"),
            "gsd": st.column_config.NumberColumn(t("GSD (m)"), format="%.3g"),
            "shows": st.column_config.TextColumn(
                t("Fine enough"),
                help=t("What it is fine enough for, with this class of target."),
            ),
            "aligned": st.column_config.TextColumn(t("Alignment"), width="medium"),
            "synthetic": t("Synthetic"),
            "file": t("File"),
            "warnings": st.column_config.TextColumn(t("Warnings"), width="medium"),
        },
        key=f"compare.captures.{site}",
        on_select="rerun",
        selection_mode="single-row",
    )
    picked = chosen["selection"]["rows"]
    if picked and picked[0] < len(cards):
        _histories(site, cards[picked[0]], target)
    else:
        st.caption(t("Choose a row for its history and for what was said of it."))


def _date(card: pages.CaptureCard) -> str:
    """``14 April 2023 (15 April in Pyongyang, UTC+09:00)``"""
    return f"{card.label} ({card.local})" if card.local else card.label


def _shows(card: pages.CaptureCard, target: Target) -> str:
    seen = card.readings.get(target.id)
    return _shows_words(seen.level) if seen else ""


def _shows_words(level: Legible) -> str:
    return {
        Legible.TOO_COARSE: t("no: too coarse"),
        Legible.DETECT: t("to detect"),
        Legible.IDENTIFY: t("to identify"),
        Legible.UNKNOWN: t("not known"),
    }[level]


def _histories(site: str, card: pages.CaptureCard, target: Target) -> None:
    """Links to how a picture, and what was said of the target in it, came to be."""
    author = state.author()
    said = history.statements(
        current_project(), site, card.id, target.id, reader=author.name if author else None
    )
    _row(f"{card.file}, {_date(card)}, {card.basis}", "capture", card.id)
    _facts(card.id)
    for one in said:
        words = t(
            "{author} said {state} ({confidence} confidence, {review}) {note}",
            author=one["author"],
            state=t(one["state"]),
            confidence=one["confidence"],
            review=one["review"],
            note=one["note"],
        )
        _row(words, "observation", one["id"])


def _facts(capture: str) -> None:
    """What is known of a picture, and the field of which file said so."""
    facts = tables.capture_facts(current_project().capture(capture), language())
    rows = "".join(
        f"<tr><td style='opacity:.75;padding-right:1em'>{safe(t(one['fact']))}</td>"
        f"<td style='padding-right:1em'>{safe(one['value'])}</td>"
        f"<td style='opacity:.75;overflow-wrap:anywhere'>{safe(one['source'])}</td></tr>"
        for one in facts
    )
    st.html(f"<table style='font-size:.85rem;text-align:left;vertical-align:top'>{rows}</table>")


def _row(words: str, kind: str, key: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link("views/history.py", label=t("History"), query_params={"kind": kind, "id": key})
        st.html(f"<div style='overflow-wrap:anywhere'>{safe(words)}</div>", width="stretch")


def _stills(page: pages.ComparePage, target: Target) -> None:
    if not page.stills:
        return
    st.html(
        f"<b>{safe(t('Pictures without coordinates'))}</b> "
        f"{safe(t('(not laid on the map; they bound dates all the same)'))}"
    )
    columns = st.columns(min(3, max(2, len(page.stills))))
    for number, card in enumerate(page.stills):
        with columns[number % len(columns)]:
            _still(page.site.id, card, target, has_others=len(page.stills) > 1)


def _still(site: str, card: pages.CaptureCard, target: Target, *, has_others: bool) -> None:
    badge = notices.SYNTHETIC if card.synthetic else ""
    st.html(
        f"<figure style='margin:0'><img src='{routes.still_url(card.id)}' alt='{safe(card.file)}' "
        "style='max-width:100%;border-radius:4px'>"
        f"<figcaption style='font-size:.85rem'>{badge}<b>{safe(_date(card))}</b> · "
        f"{safe(card.basis)} · {safe(t(card.kind))} · {safe(card.aligned)}<br>{_frames(card)}{_unknown(card, target)}"
        f"<span style='opacity:.75'>{safe(card.credit)}</span></figcaption></figure>"
    )
    if not state.may_write():
        return
    with st.container(horizontal=True):
        st.page_link(
            "views/imagery.py", label=t("Georeference by hand"), query_params={"georeference": card.id}
        )
        if has_others:
            st.page_link(
                "views/imagery.py", label=t("Align with another still"), query_params={"align": card.id}
            )
    if target is NO_TARGET:
        return
    key = f"compare.still.{card.id}.{target.id}"
    said = card.states.get(target.id)
    if key not in st.session_state:
        st.session_state[key] = said if said in list(State) else None
    st.segmented_control(
        t("State of {target}", target=safe(target.name or target.id)),
        [one.value for one in State],
        format_func=lambda one: t(one).capitalize(),
        key=key,
        on_change=_say,
        args=(site, card.id, target.id, key),
    )


def _frames(card: pages.CaptureCard) -> str:
    """A line with the time codes of a clip, as HTML."""
    if not card.frames:
        return ""
    return f"{safe(t('frames at {codes}', codes=', '.join(card.frames)))}<br>"


def _unknown(card: pages.CaptureCard, target: Target) -> str:
    """A line under a picture of which nobody knows whether it could show the target, as HTML."""
    seen = card.readings.get(target.id)
    if seen is None or seen.level is not Legible.UNKNOWN:
        return ""
    return f"{safe(seen.why)}<br>"


def _say(site: str, capture: str, target: str, key: str) -> None:
    """Record the state that was chosen under a picture."""
    author, said = state.author(), st.session_state[key]
    if author is None or said is None:
        return
    try:
        actions.observe(current_project(), author, site=site, capture=capture, state=said, target=target)
    except WorkflowError as error:
        st.session_state["compare.refused"] = told(error)


show()
