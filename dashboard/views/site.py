"""Site: where one place is and what it is called, its targets and what is known of them, its pictures, its map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from dashboard import assets, cache, notices, routes, state
from dashboard.components import assigned, dates, listing, narrowing, site_form, site_map
from dashboard.components.map_frame import Clicked
from dashboard.language import language, t, tn
from dashboard.projects import current_project
from dashboard.safetext import safe
from dashboard.told import told
from workflow.coords import format_decimal
from workflow.model import Author, Capture, DateSpan, Evidence, Precision, Site, Target
from workflow.publish import data
from workflow.readmodels import exports, pages, sitepage
from workflow.stills import cone_features
from workflow.visibility import told_position

MAP_PX = 460
MANY = 12
_MARK, _SEEN = "site.mark", "site.seen"
# a letter for each state, as the keys of the comparison have them, and a colour beside it
_LETTERS = {
    "present": ("P", "#0072b2"),
    "absent": ("A", "#b34700"),
    "uncertain": ("U", "#7a54b8"),
    "obscured": ("O", "#66707c"),
    "insufficient": ("I", "#66707c"),
    "disputed": ("!", "#b3261e"),
}


def show() -> None:
    """The page."""
    assets.require()
    names = cache.site_titles()
    if not names:
        _first()
        return
    following = st.session_state.pop(site_form.NEXT, None)
    if following in names:
        st.session_state["site.site"] = following
        st.session_state["site.text"] = ""
    choice, buttons = st.columns([4, 5], vertical_alignment="bottom")
    with choice:
        key = state.select(t("Site"), "site", _found(names), key="site.site")
    stamp, author = current_project().record.stamp, state.author()
    page = cache.compare(key, stamp, author.name if author else None)
    with buttons:
        _links(page, author)
    site_form.said()
    assigned.said()
    draft = site_form.draft_of(key)
    if draft is not None and draft.kind == site_form.CHANGE:
        site_form.show(draft, page.site, _categories())
    left, right = st.columns([6, 5], gap="medium")
    with left:
        _map(page)
        if draft is not None and draft.kind in (site_form.ADD, site_form.MOVE):
            site_form.show(draft, page.site, _categories())
        _strip(page)
    with right:
        _about(page.site)
        assigned.of_site(page.site)
        _targets(page, draft)
    _marks(page)
    _evidence(page.site.evidence)


def _categories() -> list[str]:
    return sorted({site.category for site in current_project().sites()})


def _found(names: Mapping[str, str]) -> Mapping[str, str]:
    """The sites to choose from: where there are many, those that a text finds, Hangul as it is being typed."""
    if len(names) <= MANY:
        return names
    by_text = narrowing.by_text("site", t("Find a site"))
    found = {site.id: names[site.id] for site in current_project().sites() if by_text(site)}
    if not found:
        st.caption(t("No site fits. All are listed."))
    return found or names


def _first() -> None:
    """Where there is no site yet: the first one is added by a click on the map."""
    notices.heading(t("Site"))
    site_form.said()
    if not state.may_write():
        notices.empty(t("No sites yet."), "sitetrack sites import FILE.geojson")
        return
    notices.empty(
        t("No sites yet. Click on the map to add the first one, or bring a register in."),
        "sitetrack sites import FILE.geojson",
    )
    _clickable(None, [], None)
    draft = site_form.draft_of("")
    if draft is not None:
        site_form.show(draft, None, [])


def _links(page: pages.ComparePage, author: Author | None) -> None:
    site = page.site
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="right"):
        st.page_link(
            "views/compare.py", label=t("Compare"), icon=":material/compare:", query_params={"site": site.id}
        )
        st.page_link(
            "views/history.py",
            label=t("History"),
            icon=":material/history:",
            query_params={"kind": "site", "id": site.id},
        )
        if author is not None and told_position(site) is not None:
            st.download_button(
                t("Google Earth (KML)"),
                data=partial(_kml, author, site.id),
                file_name=f"{site.id}.kml",
                mime="application/vnd.google-earth.kml+xml",
                icon=":material/public:",
                on_click="ignore",
                key=f"site.kml.{site.id}",
            )
        if state.may_write():
            _opens(t("Change"), ":material/edit:", "site.change", site_form.CHANGE, site.id)
            _opens(t("Add a site"), ":material/add_location_alt:", "site.add", site_form.ADD)


def _kml(author: Author, site: str) -> bytes:
    """The site as everybody may be told of it; the record notes who took it."""
    project = current_project()
    shown = exports.extract(project, [site])
    return data.handed_out(project, author, shown, "kml", f"{site}.kml", "taken from the page of the site")


def _opens(label: str, icon: str, key: str, *form: str, **more: str) -> None:
    """A button that opens a form of `site_form`."""
    st.button(label, icon=icon, key=key, on_click=site_form.open_form, args=form, kwargs=more)


# -- the map -------------------------------------------------------------------------------------------------


def _map(page: pages.ComparePage) -> None:
    on_map = [current_project().capture(card.id) for card in page.captures]
    ground = None
    if page.grid is not None and on_map:
        ground = (sitepage.ground_of(page.grid), routes.view_url(page.site.id, on_map[-1].id))
    cones = _cones(page.site)
    _clickable(page.site, on_map, ground, cones)
    _legend(cones)
    if on_map:
        newest = page.captures[-1]
        badge = notices.SYNTHETIC if newest.synthetic else ""
        words = t("On the map: the picture of {date}. {credit}", date=_day(newest), credit=newest.credit)
        st.html(f"<div style='font-size:.85rem;opacity:.85'>{badge}<bdi>{safe(words)}</bdi></div>")


def _cones(site: Site) -> list[dict[str, Any]]:
    """What the cameras of the site's stills saw, where that is known."""
    stills = current_project().stills(site.id)
    return cone_features(stills, site.position.lonlat if site.position else None, language())


def _legend(cones: Sequence[Mapping[str, Any]]) -> None:
    """A line for each cone on the map, with the number that it has there."""
    if not cones:
        return
    dot = (
        f"<span style='display:inline-grid;place-items:center;width:1.25rem;height:1.25rem;border-radius:50%;"
        f"background:{site_map.CONE};color:#fff;font-weight:700;font-size:.75rem'>"
    )
    lines = "".join(
        f"<div data-cone-line>{dot}{one['properties']['number']}</span> "
        f"<bdi>{safe(one['properties']['words'])}</bdi></div>"
        for one in cones
    )
    title = t("Cones: where stills were taken from and what they show; how far one could see is not known.")
    st.html(f"<div style='font-size:.85rem'>{lines}<div style='opacity:.8'>{safe(title)}</div></div>")


def _clickable(
    site: Site | None,
    captures: Sequence[Capture],
    ground: tuple[sitepage.Ground, str] | None,
    cones: Sequence[Mapping[str, Any]] = (),
) -> None:
    """The map, and what can be done with the place that was clicked."""
    made = site_map.site_map(
        cache.map_sites(),
        chosen=site.id if site else None,
        outlines=[one.footprint for one in captures if one.footprint],
        cones=cones,
        ground=ground,
        dark=st.context.theme.type == "dark",
    )
    name = site.id if site else ""
    mark: Clicked = st.session_state.get(_MARK, Clicked())
    clicked = site_map.show_map(made, mark=mark.place, key=f"site.map.{name}", height_px=MAP_PX)
    seen: Clicked = st.session_state.get(f"{_SEEN}.{name}", Clicked())
    if clicked != seen:
        st.session_state[f"{_SEEN}.{name}"] = clicked
        if clicked.site is not None and clicked.site not in (seen.site, name):
            st.session_state[site_form.NEXT] = clicked.site
            site_form.close()
            st.rerun()
        if clicked.place is not None and clicked.place != seen.place:
            st.session_state[_MARK] = clicked
            st.rerun()
    if mark.place is not None:
        _clicked(format_decimal(mark.place, site_map.digits(mark)), site)


def _clicked(text: str, site: Site | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="site.clicked"):
        st.html(f"<div data-clicked='{safe(text)}'>{safe(t('Clicked: {place}', place=text))}</div>")
        if state.may_write() and site is not None:
            _opens(
                t("Move the site here"),
                ":material/near_me:",
                "site.move",
                site_form.MOVE,
                site.id,
                place=text,
            )
        if state.may_write():
            _opens(
                t("Add a site here"),
                ":material/add_location_alt:",
                "site.add.here",
                site_form.ADD,
                place=text,
            )
        st.button(t("Forget it"), key="site.forget", type="tertiary", on_click=site_form.close)


# -- what it is ----------------------------------------------------------------------------------------------


def _about(site: Site) -> None:
    others = "; ".join(site.aliases)
    local = f" · <bdi>{safe(site.name_local)}</bdi>" if site.name_local else ""
    st.html(
        "<h1 style='font-size:1.35rem;margin:0;padding:0;overflow-wrap:anywhere'>"
        f"<bdi>{safe(site.name)}</bdi>{local}</h1>"
    )
    rows = [(t("other names"), others), (t("category"), site.category)]
    if site.position is None:
        rows.append((t("position"), t("not located: click on the map, or change the site")))
    else:
        rows += [(t(name), value) for name, value in sitepage.position_rows(site.position)]
        rows.append((t("as written"), site.position.text))
    rows += [
        (t("watch radius"), f"{site.radius_m:g} m"),
        (t("road"), site.road),
        (t("traffic"), t(site.traffic.value) if site.traffic else ""),
        (t("time zone"), site.timezone),
        (t("source"), site.source),
        (t("visibility"), t(site.visibility) if site.visibility != "public" else ""),
        (t("note"), site.note),
    ]
    body = "".join(
        f"<tr><td style='opacity:.8;padding-right:1em;white-space:nowrap'>{safe(name)}</td>"
        f"<td style='overflow-wrap:anywhere'><bdi>{safe(value)}</bdi></td></tr>"
        for name, value in rows
        if value
    )
    st.html(
        f"<table data-site='{safe(site.id)}' style='font-size:.9rem;text-align:left;vertical-align:top'>{body}</table>"
    )


def _targets(page: pages.ComparePage, draft: site_form.Draft | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(f"<b>{safe(t('Targets'))}</b>", width="stretch")
        if state.may_write():
            st.button(
                t("Add a target"),
                icon=":material/add:",
                type="tertiary",
                key="site.target.add",
                on_click=site_form.open_form,
                args=(site_form.TARGET, page.site.id),
            )
    for target in page.site.targets:
        _one_target(page, target)
    place = [one for one in page.findings if not one.target]
    if place:
        lines = "".join(f"<div>{safe(pages.finding_words(one, language()))}</div>" for one in place)
        st.html(f"<div style='font-size:.92rem'>{safe(t('The place:'))} {lines}</div>")
    names = {one.id: one.name or one.id for one in page.site.targets}
    notes = (
        f"{names.get(one.target, t('the place'))}: {told(sentence)}"
        for one in page.findings
        for sentence in (*one.contradictions, *one.remarks)
    )
    for sentence in dict.fromkeys(notes):
        st.html(f"<div style='font-size:.88rem;overflow-wrap:anywhere'>⚠ {safe(sentence)}</div>")
    if draft is not None and draft.kind == site_form.TARGET:
        site_form.show(draft, page.site, [])


def _one_target(page: pages.ComparePage, target: Target) -> None:
    mine = [one for one in page.findings if one.target == target.id]
    lines = []
    for one in mine:
        behind = [t(one.source)] if one.source != "imagery" else []
        behind += [t(str(doubt)) for doubt in one.doubts] + (["SYNTHETIC"] if one.synthetic else [])
        quiet = f" <span style='opacity:.8'>({safe(', '.join(behind))})</span>" if behind else ""
        lines.append(
            f"<div style='margin-left:1rem'>{safe(pages.finding_words(one, language()))}{quiet}</div>"
        )
    if not lines:
        lines = [f"<div style='margin-left:1rem;opacity:.8'>{safe(t('no date follows yet'))}</div>"]
    direction = f", {t(target.direction.value)}" if target.direction else ""
    with st.container(horizontal=True, vertical_alignment="top"):
        st.html(
            f"<div style='font-size:.92rem;overflow-wrap:anywhere' data-target='{safe(target.id)}'>"
            f"<bdi>{safe(target.name or target.id)}</bdi> <span style='opacity:.8'>"
            f"({safe(t(target.kind.value) + direction)})</span>{''.join(lines)}</div>",
            width="stretch",
        )
        if state.may_write():
            st.button(
                t("Change"),
                key=f"site.target.{target.id}",
                type="tertiary",
                on_click=site_form.open_form,
                args=(site_form.TARGET, page.site.id),
                kwargs={"target": target.id},
                help=t("Change the target {id}", id=target.id),
            )


# -- its pictures --------------------------------------------------------------------------------------------


def _strip(page: pages.ComparePage) -> None:
    """All pictures in time, each with a letter for the state of each target."""
    cards = sorted((*page.captures, *page.stills), key=_first_day)
    if not cards:
        notices.empty(
            t("No picture shows this site yet: drop some on the Imagery page."), "sitetrack ingest PATH"
        )
        return
    st.html(f"<b>{safe(tn(len(cards), '{n} picture of it', '{n} pictures of it'))}</b>")
    names = {one.id: one.name or one.id for one in page.site.targets}
    frames = "".join(_frame(page.site.id, card, names) for card in cards)
    st.html(
        f"<div tabindex='0' role='group' aria-label='{safe(t('Pictures in time'))}' data-strip='{len(cards)}' "
        f"style='display:flex;gap:.5rem;overflow-x:auto;padding-bottom:.4rem'>{frames}</div>"
    )
    used = {said for card in cards for said in card.states.values()}
    key = " · ".join(f"{letter} {t(name)}" for name, (letter, _) in _LETTERS.items() if name in used)
    if key:
        st.caption(key)


def _first_day(card: pages.CaptureCard) -> tuple[bool, str]:
    day = card.earliest or card.latest
    return day is None, str(day)


def _frame(site: str, card: pages.CaptureCard, names: Mapping[str, str]) -> str:
    states = "".join(_letter(names.get(target, target), said) for target, said in card.states.items())
    badge = notices.SYNTHETIC if card.synthetic else ""
    return (
        "<figure style='margin:0;flex:0 0 8.2rem;min-width:0;overflow:hidden;font-size:.78rem;line-height:1.3'>"
        f"<img loading='lazy' src='{routes.chip_url(site, card.id)}' alt='{safe(card.file)}' "
        "style='width:8.2rem;height:8.2rem;object-fit:cover;border-radius:4px;background:#14171c;display:block'>"
        f"<figcaption>{badge}{safe(_day(card))}<br>"
        f"<span style='opacity:.8'>{safe(card.basis.rpartition(': ')[2])}</span>"
        f"{states}</figcaption></figure>"
    )


def _day(card: pages.CaptureCard) -> str:
    """The days of a picture in the session's language."""
    return dates.days(DateSpan(card.earliest, card.latest, Precision.RANGE))


def _letter(target: str, said: str) -> str:
    letter, colour = _LETTERS.get(said, ("?", "#66707c"))
    title = f"{target}: {t(said)}"
    return (
        f"<div title='{safe(title)}' style='background:{colour};color:#fff;border-radius:3px;padding:0 .3rem;"
        "margin-top:2px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap'>"
        f"<b>{letter}</b> <bdi>{safe(target)}</bdi></div>"
    )


def _marks(page: pages.ComparePage) -> None:
    if not page.marks:
        return
    days = {card.id: _day(card) for card in (*page.captures, *page.stills)}
    names = {one.id: one.name or one.id for one in page.site.targets}
    rows = [
        {
            "picture": days.get(card.mark.capture, card.mark.capture),
            "shape": t(card.mark.shape),
            "label": card.mark.label,
            "note": card.mark.note,
            "target": names.get(card.mark.target or "", card.mark.target or ""),
            "author": card.mark.author,
            "review": t(card.mark.review.value),
        }
        for card in page.marks
    ]
    with st.expander(tn(len(rows), "{n} mark", "{n} marks")):
        listing.table(
            rows,
            {
                "picture": t("Picture"),
                "shape": t("Shape"),
                "label": t("Label"),
                "note": t("Note"),
                "target": t("Target"),
                "author": t("Drawn by"),
                "review": t("Review"),
            },
            key=f"site.marks.{page.site.id}",
        )


def _evidence(said: Sequence[Evidence]) -> None:
    if not said:
        return
    rows = [
        {
            "target": one.target or t("the place"),
            "says": t(str(one.event or one.state)) if one.event or one.state else "",
            "when": dates.days(one.when) if one.when else "",
            "wording": one.wording,
            "source": ", ".join(part for part in (one.source, one.page) if part),
        }
        for one in said
    ]
    with st.expander(tn(len(rows), "{n} published statement", "{n} published statements"), expanded=True):
        listing.table(
            rows,
            {
                "target": st.column_config.TextColumn(t("Target"), width=110),
                "says": st.column_config.TextColumn(t("Says"), width=90),
                "when": st.column_config.TextColumn(t("When"), width=150),
                "wording": st.column_config.TextColumn(t("Wording"), width=460),
                "source": st.column_config.TextColumn(t("Source"), width=420),
            },
            key="site.evidence",
        )


show()
