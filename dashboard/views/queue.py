"""Queue: which pair of pictures to look at first, whose it is, and how much is left."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import cache, notices, routes, state
from dashboard.components import assigned, inplace, narrowing
from dashboard.components.inplace import link
from dashboard.language import language, t, tn
from dashboard.safetext import safe
from dashboard.told import told
from workflow.actions.permissions import ALLOWED, Deed
from workflow.model import Author, Basis, Site
from workflow.readmodels import work
from workflow.readmodels.work import Picture, QueuePage, QueuePair
from workflow.timespan import format_span

MARKS = {
    "present": "●",
    "absent": "○",
    "uncertain": "?",
    "obscured": "▒",
    "insufficient": "–",
    "disputed": "≠",
}
OPEN, DECIDED, ALL = "open", "decided", "all"
LONG_DAYS = 365
# of a small picture: the side of the whole one, and its middle in the part that shows
_CHIP_PX, _MIDDLE_PX = 86, (43, 30)
_STYLE = """<style>
.queue { border-collapse: collapse; width: 100%; font: 400 .875rem/1.35 var(--st-font, sans-serif);
  color: var(--st-text-color); }
.queue th { text-align: left; font-weight: 600; font-size: .8rem; padding: .25rem .6rem .25rem 0; white-space: nowrap;
  border-bottom: 1px solid var(--st-border-color); }
.queue td { padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--st-border-color); vertical-align: middle;
  overflow-wrap: anywhere; }
.queue .n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.queue a { color: inherit; text-underline-offset: .2em; }
.queue .site { font-weight: 600; }
.queue .quiet { opacity: .8; font-size: .8rem; }
.queue .pair { display: flex; gap: 4px; width: 176px; }
.queue .chip { display: block; position: relative; width: 86px; height: 60px; border-radius: 4px; overflow: hidden;
  background: var(--st-secondary-background-color); font-size: .7rem; }
.queue .chip img { width: 86px; height: 60px; object-fit: cover; display: block; }
.queue .chip b { position: absolute; left: 0; bottom: 0; background: #b3261e; color: #fff; padding: 0 4px;
  font-size: .6rem;
  letter-spacing: .02em; }
.queue .chip i { position: absolute; width: 16px; height: 16px; margin: -8px 0 0 -8px; border-radius: 50%;
  border: 1.5px dashed #fff; box-shadow: 0 0 0 1px rgba(0, 0, 0, .6), inset 0 0 0 1px rgba(0, 0, 0, .6); }
.queue .mark { display: inline-block; width: 1.1em; text-align: center; }
.queue .bar { display: inline-block; width: 44px; height: 6px; border-radius: 3px; background: var(--st-border-color);
  vertical-align: middle; margin-left: .4rem; overflow: hidden; }
.queue .bar i { display: block; height: 6px; background: var(--st-primary-color); }
.queue button { font: inherit; font-size: .8rem; color: inherit; background: transparent; cursor: pointer;
  min-height: 26px;
  border: 1px solid var(--st-border-color); border-radius: 6px; padding: .1rem .6rem; white-space: nowrap; }
.queue button:hover, .queue button:focus-visible, .queue a:focus-visible {
  outline: 2px solid var(--st-primary-color); }
</style>"""


def show() -> None:
    """The page."""
    me = state.author()
    if me is None:
        return
    page = cache.queue(me.name)
    notices.heading(t("Queue"), t("what to look at first"))
    assigned.said()
    if not page.sites:
        notices.no_sites()
        return
    if not page.pairs:
        notices.empty(
            t("No site has two dated pictures yet, so there is nothing to compare."),
            "sitetrack ingest PATH...",
            "sitetrack track",
        )
        return
    _list(me, page)


def _list(me: Author, page: QueuePage) -> None:
    scope, which, sites = _choice(me, page)
    within = [pair for pair in page.pairs if pair.site in sites]
    left = [pair for pair in within if not pair.decided]
    shown = {OPEN: left, DECIDED: [pair for pair in within if pair.decided], ALL: within}[which]
    _progress(len(within) - len(left), len(within))
    if Deed.ASSIGN_SITES in ALLOWED[me.role]:
        _assign_many(page, sites)
    if not shown:
        _nothing(me, page, scope, which, within)
        return
    if any(pair.before.synthetic or pair.after.synthetic for pair in shown):
        notices.synthetic_banner(
            t("Some pictures are rendered scenes; they are no statement about the world.")
        )
    rows = shown[narrowing.paged(len(shown), "queue", (scope, which, tuple(sites)))]
    clicked = inplace.show(_table(me, page, rows, scope), key="queue.rows")
    inplace.follow(clicked)
    if clicked.act:
        _act(me, page, clicked.act)


def _choice(me: Author, page: QueuePage) -> tuple[str, str, dict[str, Site]]:
    """Whose queue, which pairs of it, and the sites that the rest leaves; all of it stands in the address."""
    counts = {
        scope: sum(work.in_scope(site, me.name, scope) for site in page.sites.values())
        for scope in work.SCOPES
    }
    names = {"mine": t("Mine"), "all": t("All sites"), "unassigned": t("Assigned to nobody")}
    whose, category, text, pairs = st.columns([9, 5, 5, 7], vertical_alignment="bottom")
    with whose:
        scope = narrowing.segments(
            t("Whose sites"),
            "queue",
            {one: f"{name} ({counts[one]})" for one, name in names.items()},
            key="queue.scope",
            first="mine" if counts["mine"] else "all",
        )
    with category:
        of_category = narrowing.by_category(page.sites, "queue")
    with text:
        by_text = narrowing.by_text("queue")
    with pairs:
        kinds = {OPEN: t("To decide"), DECIDED: t("Decided"), ALL: t("All pairs")}
        which = narrowing.segments(t("Pairs"), "show", kinds, key="queue.show")
    sites = {
        key: site
        for key, site in page.sites.items()
        if work.in_scope(site, me.name, scope) and of_category(site) and by_text(site)
    }
    return scope, which, sites


def _progress(decided: int, total: int) -> None:
    if not total:
        return
    words = tn(total, "{decided} of {n} pair decided", "{decided} of {n} pairs decided", decided=decided)
    left = tn(total - decided, "{n} to decide", "{n} to decide")
    st.progress(decided / total, text=f"**{safe(words)}** · {safe(left)}")


def _nothing(me: Author, page: QueuePage, scope: str, which: str, within: Sequence[QueuePair]) -> None:
    """Why the list is empty, and what to do."""
    if scope == "mine" and not any(work.in_scope(one, me.name, "mine") for one in page.sites.values()):
        if Deed.TAKE_SITES in ALLOWED[me.role]:
            notices.say("note", t("No site is assigned to you yet. Take some of those that nobody has."))
            st.button(
                t("Show sites that nobody has"),
                key="queue.take",
                type="primary",
                on_click=lambda: st.session_state.update({"queue.scope": "unassigned"}),
            )
        else:
            notices.say("note", t("No site is assigned to you."))
    elif within and which == OPEN:
        notices.say("done", t("All pairs of these sites are decided."))
    elif within:
        notices.say("note", t("No pair of these sites is decided yet."))
    elif scope == "unassigned" and not any(work.in_scope(one, "", scope) for one in page.sites.values()):
        notices.say("done", t("Every site is assigned to somebody."))
    else:
        notices.say("note", t("No site with two pictures fits. Choose another category or name."))


# -- rows ----------------------------------------------------------------------------------------------------


def _table(me: Author, page: QueuePage, rows: Sequence[QueuePair], scope: str) -> str:
    heads = (
        *(t("Before and after"), t("Site and target"), t("Pictures")),
        *(t("Days between"), t("Change score"), t("Why now"), t("Assigned to")),
    )
    cells = "".join(
        f"<th scope='col'{' class=n' if number == 3 else ''}>{safe(head)}</th>"
        for number, head in enumerate(heads)
    )
    body = "".join(_row(me, page.sites[pair.site], pair, scope) for pair in rows)
    return f"{_STYLE}<table class='queue'><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>"


def _row(me: Author, site: Site, pair: QueuePair, scope: str) -> str:
    opens = link(
        "compare",
        site=pair.site,
        target=pair.target,
        left=pair.before.capture,
        right=pair.after.capture,
        queue=scope,
        lang="ko" if language() == "ko" else "",
    )
    at = None if pair.decided else pair.at
    chips = "".join(_chip(site, one, at) for one in (pair.before, pair.after))
    local = (
        f" <span class='quiet' lang='ko'><bdi>{safe(site.name_local)}</bdi></span>" if site.name_local else ""
    )
    return (
        f"<tr data-pair='{safe(pair.site)}'>"
        f"<td><a {opens} class='pair' tabindex='-1' aria-hidden='true'>{chips}</a></td>"
        f"<td style='min-width:9rem'><a {opens} class='site'><bdi>{safe(site.name)}</bdi></a>{local}"
        f"<div class='quiet'><bdi>{safe(pair.target_name)}</bdi> · {safe(site.category)}</div></td>"
        f"<td style='min-width:13rem'>{_picture(pair.before)}{_picture(pair.after)}</td>"
        f"<td class='n'>{pair.days}</td><td>{_score(pair)}</td>"
        f"<td style='min-width:8rem'>{_why(pair)}</td><td>{_people(me, site, pair)}</td></tr>"
    )


def _chip(site: Site, one: Picture, at: tuple[float, float] | None) -> str:
    """A small picture of the site, with a ring where the likeliest change is; its upper and lower parts are cut off."""
    mapped = one.is_mapped and site.position is not None
    address = routes.chip_url(site.id, one.capture) if mapped else routes.still_url(one.capture)
    rendered = "<b>SYNTHETIC</b>" if one.synthetic else ""
    ring = ""
    if mapped and at is not None:
        left, top = (
            half + _CHIP_PX / 2 * metres / site.radius_m
            for half, metres in zip(_MIDDLE_PX, (at[0], -at[1]), strict=True)
        )
        ring = f"<i style='left:{left:.0f}px;top:{top:.0f}px'></i>"
    return f"<span class='chip'><img src='{address}' alt='' loading='lazy'>{ring}{rendered}</span>"


def _picture(one: Picture) -> str:
    """Its date, what the date rests on, and what was said of the target there."""
    basis = (
        ""
        if one.span.basis is Basis.UNKNOWN
        else f" <span class='quiet'>({safe(t(one.span.basis.value))})</span>"
    )
    word = one.state or "not examined"
    return (
        f"<div><span class='mark' aria-hidden='true'>{MARKS.get(word, '·')}</span>"
        f"{safe(format_span(one.span, language()))}{basis} <span class='quiet'>{safe(t(word))}</span></div>"
    )


def _score(pair: QueuePair) -> str:
    if pair.score is None:
        return f"<span class='quiet'>{safe(t('no score'))}</span>"
    return (
        f"<span style='white-space:nowrap'>{pair.score:.2f}"
        f"<span class='bar' aria-hidden='true'><i style='width:{round(100 * pair.score)}%'></i></span></span>"
    )


def _why(pair: QueuePair) -> str:
    """What makes the pair urgent, or less so; with the parts of its priority in words."""
    if pair.decided:
        return f"<span class='quiet'>{safe(t('both pictures decided'))}</span>"
    ends = sum(one.state in ("present", "absent", "disputed") for one in (pair.before, pair.after))
    words = [
        t("one picture decided") if ends else t("neither picture decided"),
        t("more than a year between") if pair.days > LONG_DAYS else "",
    ]
    first = safe(", ".join(word for word in words if word))
    quiet = "".join(f"<div class='quiet'>{safe(one)}</div>" for one in (pair.why, told(pair.reason)) if one)
    return first + quiet


def _people(me: Author, site: Site, pair: QueuePair) -> str:
    names = f"<div><bdi>{safe(', '.join(site.assigned))}</bdi></div>" if site.assigned else ""
    if Deed.TAKE_SITES not in ALLOWED[me.role]:
        return names or f"<span class='quiet'>{safe(t('nobody'))}</span>"
    is_mine = work.in_scope(site, me.name, "mine")
    label, deed = (t("Drop"), "drop") if is_mine else (t("Take"), "take")
    row = f"{site.id}:{pair.target}:{pair.after.capture}"
    return (
        f"{names}<button type='button' data-act='{safe(f'{deed}:{site.id}')}' data-at='{safe(row)}' "
        f"aria-label='{safe(f'{label}: {site.name}')}'>{safe(label)}</button>"
    )


# -- who works on what ---------------------------------------------------------------------------------------


def _act(me: Author, page: QueuePage, act: str) -> None:
    """Take or drop the site of a row, then draw the page anew."""
    deed, _, site = act.partition(":")
    if site not in page.sites:
        return
    name = page.sites[site].name
    if deed == "take":
        assigned.do(t("{site} is yours now.", site=name), [site], add=[me.name])
    else:
        assigned.do(t("{site} is no longer yours.", site=name), [site], remove=[me.name])
    st.rerun()


def _assign_many(page: QueuePage, sites: dict[str, Site]) -> None:
    """A lead's way to assign some or all of the sites of the list to anybody."""
    with st.popover(t("Assign sites"), icon=":material/person_add:"), st.container(width=420):
        picked = st.multiselect(
            t("Sites"),
            list(page.sites),
            format_func=lambda one: page.sites[one].name,
            key="queue.assign.sites",
            placeholder=t("choose sites"),
        )
        label = tn(len(sites), "the {n} site of this list", "all {n} sites of this list")
        if st.checkbox(label, key="queue.assign.all"):
            picked = list(dict.fromkeys((*picked, *sites)))
        assigned.choose(
            picked, page.sites.values(), "queue.assign", ("queue.assign.sites", "queue.assign.all")
        )


show()
