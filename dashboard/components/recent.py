"""What changed of late: site by site, who wrote what, new pictures, events that are known anew."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal

import streamlit as st

from dashboard import notices
from dashboard.components import inplace
from dashboard.language import language, t, tn
from dashboard.safetext import safe
from dashboard.told import told
from workflow.readmodels import pages
from workflow.readmodels.lately import SiteNews, Work

__all__ = ["panel"]

FEW = 2
AT_ONCE = 6
AUTHORS = 3
LINES = 3
_COUNT = "overview.news"
_QUIET = "opacity:.75"
_LINK = "style='color:inherit;text-underline-offset:.2em;padding:.15rem 0'"


def panel(
    news: Sequence[SiteNews], page: pages.OverviewPage, ids: Collection[str], *, height_px: int
) -> None:
    """The newest changes at the sites `ids` and at none, each with links to its pictures and its history."""
    kept = [one for one in news if one.site is None or one.site in ids]
    st.html(f"<b>{safe(t('What changed this week'))}</b>")
    if not kept:
        st.caption(t("Nothing was written in the last seven days."))
        return
    count = st.session_state.setdefault(_COUNT, AT_ONCE)
    # a few need no frame that is mostly empty
    height: int | Literal["content"] = height_px if len(kept) > FEW else "content"
    with st.container(height=height, border=True, key="overview-news"):
        clicked = inplace.show("".join(_one(one, page) for one in kept[:count]), key="overview.recent")
        if len(kept) > count:
            st.button(
                t("Show more ({n})", n=len(kept) - count),
                key="overview.news.more",
                type="tertiary",
                on_click=lambda: st.session_state.update({_COUNT: count + AT_ONCE}),
            )
    inplace.follow(clicked)


def _one(news: SiteNews, page: pages.OverviewPage) -> str:
    name = page.names.get(news.site, news.site) if news.site else t("The whole project")
    lines = [*_captures(news, page.labels), *_findings(news), *_work(news.work)]
    lang = "ko" if language() == "ko" else ""
    of_site = {"kind": "site", "id": news.site} if news.site else {}
    links = [(t("History"), inplace.link("history", lang=lang, **of_site))]
    if news.site:
        links.insert(0, (t("Compare"), inplace.link("compare", lang=lang, site=news.site)))
    return (
        "<div data-news style='font-size:.9rem;line-height:1.4;overflow-wrap:anywhere;margin-bottom:1rem'>"
        f"<div><b><bdi>{safe(name)}</bdi></b> <span style='{_QUIET}'>{safe(_ago(news.at))}</span></div>"
        f"{''.join(f'<div>{line}</div>' for line in lines)}"
        "<div style='display:flex;gap:1.5rem;padding-top:.3rem'>"
        f"{''.join(f'<a {where} {_LINK}>{safe(label)}</a>' for label, where in links)}</div></div>"
    )


def _captures(news: SiteNews, labels: Mapping[str, str]) -> list[str]:
    if not news.captures:
        return []
    named = [labels.get(one, one) for one in news.captures[:LINES]]
    more = ", …" if len(news.captures) > LINES else ""
    head = tn(len(news.captures), "{n} new picture", "{n} new pictures")
    return [f"<b>+</b> {safe(head)}: {safe(', '.join(named) + more)}"]


def _findings(news: SiteNews) -> list[str]:
    lines = [
        f"<b>→</b> {notices.SYNTHETIC if one.synthetic else ''}"
        f"{safe(one.target or t('the place'))} {safe(pages.finding_words(one, language()))}"
        for one in news.findings[:LINES]
    ]
    left = len(news.findings) - LINES
    return [*lines, safe(tn(left, "and {n} more event", "and {n} more events"))] if left > 0 else lines


def _work(work: Sequence[Work]) -> list[str]:
    lines = [
        f"<bdi>{safe(one.author)}</bdi>: {safe(_counted(one))}"
        + (f" <span style='{_QUIET}'>{safe(told(one.reason))}</span>" if one.reason else "")
        for one in work[:AUTHORS]
    ]
    left = len(work) - AUTHORS
    return [*lines, safe(tn(left, "and {n} more author", "and {n} more authors"))] if left > 0 else lines


def _counted(work: Work) -> str:
    return ", ".join(_number(kind, count) for kind, count in work.counts)


def _number(kind: str, count: int) -> str:
    """How many objects of a kind, in words."""
    match kind:
        case "capture":
            return tn(count, "{n} picture", "{n} pictures")
        case "observation":
            return tn(count, "{n} state", "{n} states")
        case "annotation":
            return tn(count, "{n} mark", "{n} marks")
        case "review":
            return tn(count, "{n} review step", "{n} review steps")
        case "claim":
            return tn(count, "{n} claim", "{n} claims")
        case "site":
            return tn(count, "{n} site", "{n} sites")
        case "target":
            return tn(count, "{n} target", "{n} targets")
        case _:
            return tn(count, "{n} published statement", "{n} published statements")


def _ago(at: datetime) -> str:
    """How long ago that was, in the largest whole unit."""
    seconds = int((datetime.now(UTC) - at).total_seconds())
    if seconds >= 86_400:
        return tn(seconds // 86_400, "{n} day ago", "{n} days ago")
    if seconds >= 3_600:
        return tn(seconds // 3_600, "{n} hour ago", "{n} hours ago")
    if seconds >= 60:
        return tn(seconds // 60, "{n} minute ago", "{n} minutes ago")
    return t("just now")
