"""History: what was written lately, and every revision of one object with what changed in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import streamlit as st

from dashboard import cache, notices, state
from dashboard.components.differences import differences
from dashboard.projects import current_project
from dashboard.safetext import safe
from workflow import actions
from workflow.errors import UnknownName, WorkflowError
from workflow.readmodels import history
from workflow.readmodels.history import ObjectHistory

AT_ONCE = 30
LINKS = 2
MOST_LINKS = 50
DAYS = (1, 7, 30, 90, 365)
_ANY = ""
_WORDS = {
    "annotation": "mark",
    "observation": "state",
    "capture": "picture",
    "offset": "alignment",
    "review": "review step",
    "evidence": "published statement",
    "intake_event": "intake",
}
_SAID = "history.said"
_SMALL = "font-size:.85rem;opacity:.75"


def show() -> None:
    """The page: one object where the address names one, else what was written lately."""
    kind, key = st.query_params.get("kind"), st.query_params.get("id")
    if kind and key:
        _object(kind, key)
    else:
        _activity()


def _word(kind: str) -> str:
    return _WORDS.get(kind, kind)


def _reader() -> str | None:
    now = state.author()
    return now.name if now else None


# -- one object ----------------------------------------------------------------------------------------------


def _object(kind: str, key: str) -> None:
    st.button(
        "All recent changes",
        key="history.all",
        icon=":material/arrow_back:",
        type="tertiary",
        on_click=_leave,
    )
    try:
        found = history.object_history(current_project(), kind, key, reader=_reader())
    except UnknownName as error:
        notices.say("note", str(error))
        return
    gone = " (taken back)" if found.deleted else ""
    notices.heading(f"{_word(kind).capitalize()}: {found.title}{gone}", f"{kind} {found.id}")
    _about(found)
    said, sentence = st.session_state.pop(_SAID, ("", ""))
    if said:
        notices.say(said, sentence)
    _versions(found)
    for part in found.parts:
        with st.expander(f"{_word(part.kind).capitalize()} {safe(part.id)} (version {part.version})"):
            st.html(f"<b>{safe(part.title)}</b>")
            _versions(part, can_go_back=False)


def _leave() -> None:
    st.query_params.clear()


def _about(found: ObjectHistory) -> None:
    """Where it belongs: links to the site's comparison and histories."""
    titles = cache.site_titles()
    with st.container(horizontal=True):
        if found.site in titles:
            st.page_link(
                "views/compare.py",
                label="Compare pictures of the site",
                icon=":material/compare:",
                query_params={"site": found.site},
            )
        for kind, key in (("site", found.site), ("capture", found.capture)):
            if key and kind != found.kind:
                _link(f"History of the {_word(kind)}", kind, key)


def _versions(found: ObjectHistory, *, can_go_back: bool = True) -> None:
    name = f"history.shown.{found.kind}.{found.id}"
    count = st.session_state.get(name, AT_ONCE)
    for row in found.revisions[:count]:
        with st.container(border=True):
            _version(found, row, can_go_back and state.may_write() and row["version"] < found.version)
    if len(found.revisions) > count:
        st.button(
            f"Show older ({len(found.revisions) - count})",
            key=f"{name}.more",
            on_click=lambda: st.session_state.update({name: count + AT_ONCE}),
        )


def _version(found: ObjectHistory, row: Mapping[str, Any], can_go_back: bool) -> None:
    at = datetime.fromisoformat(row["at"])
    declared = "declared" if row["declared"] else "logged in"
    text, side = st.columns([6, 1.3], vertical_alignment="top")
    text.html(
        f"<div><b>Version {row['version']}</b> · <bdi>{safe(row['author'])}</bdi> "
        f"<span style='opacity:.75'>({safe(row['role'])}, {declared})</span> · {at:%Y-%m-%d %H:%M:%S} UTC "
        f"<span style='opacity:.75'>({safe(history.ago(at, datetime.now(UTC)))})</span></div>"
        f"<div style='overflow-wrap:anywhere'>{safe(row['reason'])}</div>"
        f"{differences(found, row)}"
        f"<div style='font-size:.75rem;opacity:.6;overflow-wrap:anywhere'>Number {row['seq']} in the chain · "
        f"SHA-256 <code style='font-size:.72rem'>{safe(row['sha256'])}</code></div>"
    )
    if can_go_back:
        with side.popover("Put back", width="stretch"):
            _put_back(found, row["version"])


def _put_back(found: ObjectHistory, version: int) -> None:
    with st.form(f"history.back.{version}", border=False):
        reason = f"history.reason.{found.id}.{version}"
        st.text_input("Reason", max_chars=500, key=reason, placeholder="Why it goes back")
        st.form_submit_button(
            "Put back to this version",
            key=f"history.undo.{version}",
            type="primary",
            on_click=_undo,
            args=(found, version, reason),
        )


def _undo(found: ObjectHistory, version: int, reason: str) -> None:
    author = state.author()
    if author is None:
        return
    try:
        actions.undo(
            current_project(),
            author,
            found.kind,
            found.id,
            base_version=found.version,
            to=version,
            reason=st.session_state[reason],
        )
    except WorkflowError as error:
        st.session_state[_SAID] = ("warning", str(error))
    else:
        st.session_state[_SAID] = ("done", f"Put back to version {version}, as a new version.")


# -- what was written lately ---------------------------------------------------------------------------------


def _activity() -> None:
    notices.heading("History", "what was written, the newest first")
    titles = cache.site_titles()
    columns = st.columns([1, 1.4, 1.4, 2.2])
    days = columns[0].selectbox("Days", DAYS, index=DAYS.index(30), key="history.days")
    now = datetime.now(UTC)
    rows = history.activity_rows(
        current_project(), now - timedelta(days=days), now + timedelta(days=1), reader=_reader()
    )
    who = _filter(columns[1], "Who", "author", rows, {})
    kind = _filter(columns[2], "What", "kind", rows, _WORDS)
    site = _filter(columns[3], "Site", "site", rows, titles)
    kept = [
        row
        for row in rows
        if who in (_ANY, row["author"]) and kind in (_ANY, row["kind"]) and site in (_ANY, row["site"])
    ]
    if not kept:
        st.info(
            safe("Nothing fits these filters." if rows else f"Nothing was written in the last {days} days."),
            icon=":material/info:",
        )
        return
    writes = history.by_write(kept)
    count = st.session_state.setdefault("history.count", AT_ONCE)
    st.caption(
        f"{_number(len(kept), 'change')} in {_number(len(writes), 'write')}"
        + (f", the newest {count} shown" if len(writes) > count else "")
    )
    for write in writes[:count]:
        _write(write, titles, now)
    if len(writes) > count:
        st.button(
            "Show more",
            key="history.more",
            on_click=lambda: st.session_state.update({"history.count": count + AT_ONCE}),
        )


def _number(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _filter(
    column: Any, label: str, field: str, rows: Iterable[Mapping[str, Any]], words: Mapping[str, str]
) -> str:
    known = dict.fromkeys(str(row[field]) for row in rows if row[field])
    key = f"history.{field}"
    if st.session_state.get(key, _ANY) not in known:
        st.session_state[key] = _ANY
    picked: str = column.selectbox(
        label,
        [_ANY, *known],
        format_func=lambda one: words.get(one, one) if one else "all",
        key=key,
    )
    return picked


def _write(write: Sequence[Mapping[str, Any]], titles: Mapping[str, str], now: datetime) -> None:
    """One line: when, who and why, with links to what was written."""
    first = write[0]
    at = datetime.fromisoformat(first["at"])
    sites = dict.fromkeys(row["site"] for row in write if row["site"])
    where = ", ".join(titles.get(one, one) for one in list(sites)[:2]) + (", …" if len(sites) > 2 else "")
    when, what, links = st.columns([1.25, 4, 2.6], vertical_alignment="top")
    when.html(
        f"<div style='{_SMALL};line-height:1.35'>{at:%Y-%m-%d %H:%M} UTC<br>{safe(history.ago(at, now))}</div>"
    )
    what.html(
        f"<div style='overflow-wrap:anywhere;line-height:1.35'><bdi>{safe(first['author'])}</bdi> "
        f"<span style='opacity:.75'>({safe(first['role'])})</span> {safe(first['reason'])}"
        f"<br><span style='{_SMALL}'><bdi>{safe(where)}</bdi></span></div>"
    )
    # a step of review is told by what it was about, where both were written
    shown = [row for row in write if row["kind"] != "review"] or list(write)
    with links, st.container(horizontal=True, gap="small", vertical_alignment="center"):
        for row in shown[:LINKS]:
            _link(f"{_word(row['kind']).capitalize()}, version {row['version']}", row["kind"], row["id"])
        if len(shown) > LINKS:
            with st.popover(f"{len(shown) - LINKS} more", type="tertiary"):
                for row in shown[LINKS : LINKS + MOST_LINKS]:
                    _link(
                        f"{_word(row['kind']).capitalize()}, version {row['version']}", row["kind"], row["id"]
                    )


def _link(label: str, kind: str, key: str) -> None:
    """A link to an object's history; `label` is text of ours or encoded."""
    st.page_link("views/history.py", label=label, query_params={"kind": kind, "id": key})


show()
