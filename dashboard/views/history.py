"""History: what was written lately, and every revision of one object with what changed in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import streamlit as st

from dashboard import cache, notices, state
from dashboard.components.differences import differences
from dashboard.language import language, t, tn
from dashboard.projects import current_project
from dashboard.safetext import safe
from dashboard.told import told
from workflow import actions
from workflow.errors import UnknownName, WorkflowError
from workflow.readmodels import history
from workflow.readmodels.history import ObjectHistory

AT_ONCE = 30
LINKS = 2
MOST_LINKS = 50
DAYS = (1, 7, 30, 90, 365)
_ANY = ""
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
    """What a kind of object is called."""
    return {
        "annotation": t("mark"),
        "observation": t("state"),
        "capture": t("picture"),
        "offset": t("alignment"),
        "review": t("review step"),
        "evidence": t("published statement"),
        "intake_event": t("intake"),
        "export": t("export"),
        "site": t("site"),
        "target": t("target"),
        "claim": t("claim"),
        "figure": t("figure"),
    }.get(kind, kind)


def _capital(kind: str) -> str:
    return _word(kind).capitalize()


def _reader() -> str | None:
    now = state.author()
    return now.name if now else None


# -- one object ----------------------------------------------------------------------------------------------


def _object(kind: str, key: str) -> None:
    st.button(
        t("All recent changes"),
        key="history.all",
        icon=":material/arrow_back:",
        type="tertiary",
        on_click=_leave,
    )
    try:
        found = history.object_history(current_project(), kind, key, reader=_reader(), language=language())
    except UnknownName as error:
        notices.say("note", told(error))
        return
    gone = f" ({t('taken back')})" if found.deleted else ""
    notices.heading(f"{_capital(kind)}: {found.title}{gone}", f"{t(kind)} {found.id}")
    _about(found)
    said, sentence = st.session_state.pop(_SAID, ("", ""))
    if said:
        notices.say(said, sentence)
    _versions(found)
    for part in found.parts:
        with st.expander(
            f"{_capital(part.kind)} {safe(part.id)} ({t('version {number}', number=part.version)})"
        ):
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
                label=t("Compare pictures of the site"),
                icon=":material/compare:",
                query_params={"site": found.site},
            )
        links = {
            "site": (found.site, t("History of the site")),
            "capture": (found.capture, t("History of the picture")),
        }
        for kind, (key, label) in links.items():
            if key and kind != found.kind:
                _link(label, kind, key)


def _versions(found: ObjectHistory, *, can_go_back: bool = True) -> None:
    name = f"history.shown.{found.kind}.{found.id}"
    count = st.session_state.get(name, AT_ONCE)
    for row in found.revisions[:count]:
        with st.container(border=True):
            _version(found, row, can_go_back and state.may_write() and row["version"] < found.version)
    if len(found.revisions) > count:
        st.button(
            t("Show older ({n})", n=len(found.revisions) - count),
            key=f"{name}.more",
            on_click=lambda: st.session_state.update({name: count + AT_ONCE}),
        )


def _version(found: ObjectHistory, row: Mapping[str, Any], can_go_back: bool) -> None:
    at = datetime.fromisoformat(row["at"])
    declared = t("declared") if row["declared"] else t("logged in")
    text, side = st.columns([6, 1.3], vertical_alignment="top")
    text.html(
        f"<div><b>{safe(t('Version {number}', number=row['version']))}</b> · <bdi>{safe(row['author'])}</bdi> "
        f"<span style='opacity:.75'>({safe(t(row['role']))}, {safe(declared)})</span> · {at:%Y-%m-%d %H:%M:%S} UTC "
        f"<span style='opacity:.75'>({safe(history.ago(at, datetime.now(UTC), language()))})</span></div>"
        f"<div style='overflow-wrap:anywhere'>{safe(told(row['reason']))}</div>"
        f"{differences(found, row)}"
        f"<div style='font-size:.75rem;opacity:.6;overflow-wrap:anywhere'>"
        f"{safe(t('Number {number} in the chain', number=row['seq']))} · "
        f"SHA-256 <code style='font-size:.72rem'>{safe(row['sha256'])}</code></div>"
    )
    if can_go_back:
        with side.popover(t("Put back"), width="stretch"):
            _put_back(found, row["version"])


def _put_back(found: ObjectHistory, version: int) -> None:
    with st.form(f"history.back.{version}", border=False):
        reason = f"history.reason.{found.id}.{version}"
        st.text_input(t("Reason"), max_chars=500, key=reason, placeholder=t("Why it goes back"))
        st.form_submit_button(
            t("Put back to this version"),
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
        st.session_state[_SAID] = ("warning", told(error))
    else:
        st.session_state[_SAID] = (
            "done",
            t("Put back to version {number}, as a new version.", number=version),
        )


# -- what was written lately ---------------------------------------------------------------------------------


def _activity() -> None:
    notices.heading(t("History"), t("what was written, the newest first"))
    titles = cache.site_titles()
    columns = st.columns([1, 1.4, 1.4, 2.2])
    days = columns[0].selectbox(t("Days"), DAYS, index=DAYS.index(30), key="history.days")
    now = datetime.now(UTC)
    rows = history.activity_rows(
        current_project(), now - timedelta(days=days), now + timedelta(days=1), reader=_reader()
    )
    who = _filter(columns[1], t("Who"), "author", rows, str)
    kind = _filter(columns[2], t("What"), "kind", rows, _word)
    site = _filter(columns[3], t("Site"), "site", rows, lambda one: titles.get(one, one))
    kept = [
        row
        for row in rows
        if who in (_ANY, row["author"]) and kind in (_ANY, row["kind"]) and site in (_ANY, row["site"])
    ]
    if not kept:
        st.info(
            safe(
                t("Nothing fits these filters.")
                if rows
                else tn(
                    days, "Nothing was written in the last day.", "Nothing was written in the last {n} days."
                )
            ),
            icon=":material/info:",
        )
        return
    writes = history.by_write(kept)
    count = st.session_state.setdefault("history.count", AT_ONCE)
    changes = tn(len(kept), "{n} change", "{n} changes")
    shown = t(", the newest {n} shown", n=count) if len(writes) > count else ""
    st.caption(tn(len(writes), "{changes} in {n} write", "{changes} in {n} writes", changes=changes) + shown)
    for write in writes[:count]:
        _write(write, titles, now)
    if len(writes) > count:
        st.button(
            t("Show more"),
            key="history.more",
            on_click=lambda: st.session_state.update({"history.count": count + AT_ONCE}),
        )


def _filter(
    column: Any, label: str, field: str, rows: Iterable[Mapping[str, Any]], words: Callable[[str], str]
) -> str:
    known = dict.fromkeys(str(row[field]) for row in rows if row[field])
    key = f"history.{field}"
    if st.session_state.get(key, _ANY) not in known:
        st.session_state[key] = _ANY
    picked: str = column.selectbox(
        label,
        [_ANY, *known],
        format_func=lambda one: words(one) if one else t("all"),
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
        f"<div style='{_SMALL};line-height:1.35'>{at:%Y-%m-%d %H:%M} UTC<br>"
        f"{safe(history.ago(at, now, language()))}</div>"
    )
    what.html(
        f"<div style='overflow-wrap:anywhere;line-height:1.35'><bdi>{safe(first['author'])}</bdi> "
        f"<span style='opacity:.75'>({safe(t(first['role']))})</span> {safe(told(first['reason']))}"
        f"<br><span style='{_SMALL}'><bdi>{safe(where)}</bdi></span></div>"
    )
    # a step of review is told by what it was about, where both were written
    shown = [row for row in write if row["kind"] != "review"] or list(write)
    with links, st.container(horizontal=True, gap="small", vertical_alignment="center"):
        for row in shown[:LINKS]:
            _link(_revision(row), row["kind"], row["id"])
        if len(shown) > LINKS:
            with st.popover(t("{n} more", n=len(shown) - LINKS), type="tertiary"):
                for row in shown[LINKS : LINKS + MOST_LINKS]:
                    _link(_revision(row), row["kind"], row["id"])


def _revision(row: Mapping[str, Any]) -> str:
    return f"{_capital(row['kind'])}, {t('version {number}', number=row['version'])}"


def _link(label: str, kind: str, key: str) -> None:
    """A link to an object's history; `label` is text of ours or encoded."""
    st.page_link("views/history.py", label=label, query_params={"kind": kind, "id": key})


show()
