"""What others do to a site while a page of it is open: a quiet strip that looks again every few seconds.

A look costs one SQL statement while nothing was written. When this site's marks or states changed, the page's body
runs again with them; the viewer takes the new data in place, so that its pictures, zoom and drawing stay.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import streamlit as st

from dashboard import state
from dashboard.language import language, t
from dashboard.projects import current_project
from dashboard.safetext import safe
from workflow.readings import person
from workflow.readmodels.history import Change, site_changes

__all__ = ["EVERY_S", "looked_at", "strip"]

EVERY_S = 3
SHOWN = 6
Stamp = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Watch:
    """What a session knows of a site: since when it watches, what the body shows, and what has changed since."""

    opened: int
    since: datetime
    body: int
    stamp: Stamp
    changes: tuple[Change, ...] = ()


def looked_at(site: str, stamp: Stamp) -> None:
    """The page's body is about to show the site as it was at this stamp of the record."""
    key = _key(site)
    known: Watch | None = st.session_state.get(key)
    if known is None:
        known = Watch(stamp[0], datetime.now(UTC), stamp[0], stamp)
    st.session_state[key] = replace(known, body=max(stamp[0], known.body))


@st.fragment(run_every=EVERY_S)
def strip(site: str) -> None:
    """What others changed at the site since the page was opened, the newest first."""
    now = _looked_again(st.session_state[_key(site)], site)
    st.session_state[_key(site)] = now
    if any(one.seq > now.body for one in now.changes):
        st.session_state[_key(site)] = replace(now, body=now.stamp[0])
        st.rerun()
    me = state.author()
    others = [one for one in now.changes if me is None or person(one.author) != person(me.name)]
    opened = f"{now.since:%H:%M} UTC"
    if not others:
        quiet = t("Nobody else changed marks or states here since {time}.", time=opened)
        st.html(f"<div data-live style='font-size:.85rem;opacity:.7'>{safe(quiet)}</div>")
        return
    lines = "".join(f"<li>{safe(_line(one))}</li>" for one in others[:SHOWN])
    more = f"<li>{safe(t('{n} earlier', n=len(others) - SHOWN))}</li>" if len(others) > SHOWN else ""
    st.html(
        "<div data-live role='log' aria-live='polite' style='font-size:.85rem;border-left:3px solid #2f6fdb;"
        f"padding:.1rem .8rem'><b>{safe(t('Changed by others since {time}', time=opened))}</b>"
        f"<ul style='margin:.15rem 0 0;padding-left:1.1rem'>{lines}{more}</ul></div>"
    )


def _looked_again(watch: Watch, site: str) -> Watch:
    project = current_project()
    stamp = project.record.stamp
    if stamp == watch.stamp:
        return watch
    me = state.author()
    reader = me.name if me else None
    found = site_changes(project, site, watch.opened, watch.since, reader=reader, language=language())
    return replace(watch, stamp=stamp, changes=tuple(found))


def _line(one: Change) -> str:
    return f"{one.at:%H:%M} {one.author} {one.text} ({t('version {number}', number=one.version)})"


def _key(site: str) -> str:
    return f"live.{site}"
