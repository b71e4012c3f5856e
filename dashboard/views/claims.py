"""Claims: what was published, what it rests on, whether it still holds, and what changed since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import cache, notices, state
from dashboard.components import claim_form
from dashboard.language import language, t
from dashboard.projects import current_project
from dashboard.safetext import safe
from dashboard.told import told
from workflow import actions
from workflow.actions.permissions import ALLOWED, Deed
from workflow.claims import Standing, arrival_in, dated_in
from workflow.errors import WorkflowError
from workflow.model import Author
from workflow.readings import person
from workflow.readmodels import claims
from workflow.search import matches

Row = Mapping[str, Any]
_ANY = ""
_SAID = "claims.said"
_SMALL = "font-size:.85rem;opacity:.75"
AT_ONCE = 30
# what no longer holds comes first, what is not for us to judge last
_ORDER = {False: 0, True: 1, None: 2}
# sign and colour: readable without the colour too
_LIGHTS = {
    Standing.HOLDS: ("●", "37,150,74"),
    Standing.NARROWED: ("◉", "37,150,74"),
    Standing.WIDENED: ("◐", "199,106,0"),
    Standing.CHANGED: ("◆", "199,106,0"),
    Standing.CONTRADICTED: ("▲", "200,40,30"),
    Standing.UNREADABLE: ("▲", "200,40,30"),
    Standing.NOT_DERIVED: ("❝", "110,120,135"),
    Standing.WITHDRAWN: ("✕", "110,120,135"),
}


def _help(standing: Standing) -> str:
    return {
        Standing.HOLDS: t("what was claimed is borne out as it was"),
        Standing.NARROWED: t("borne out, and more is known now"),
        Standing.WIDENED: t("less is known now than was claimed"),
        Standing.CHANGED: t("partly something else than was claimed"),
        Standing.CONTRADICTED: t("the record says otherwise now"),
        Standing.UNREADABLE: t("its query cannot be read"),
        Standing.NOT_DERIVED: t("a publication says it; nothing was derived here"),
        Standing.WITHDRAWN: t("taken back"),
    }[standing]


def show() -> None:
    """The page: one claim where the address names one, else all."""
    me = state.author()
    if me is None:
        return
    key = st.query_params.get("id")
    rows = sorted(cache.ledger(), key=lambda row: _ORDER[row["stands"]])
    if key in {row["id"] for row in rows}:
        _one(me, str(key))
    else:
        _all(me, rows)


def _say() -> None:
    said = st.session_state.pop(_SAID, None)
    for kind, sentence in said or ():
        notices.say(kind, sentence)


def _do(done: str, action: Callable[..., Any], *arguments: Any) -> None:
    """Carry out an action of somebody who clicked, and keep what there is to say of it."""
    me = state.author()
    if me is None:
        return
    try:
        action(current_project(), me, *arguments)
    except WorkflowError as error:
        st.session_state[_SAID] = [("warning", told(error))]
    else:
        st.session_state[_SAID] = [("done", done)]


def light(status: str) -> str:
    """Sign and word for how a claim stands (HTML)."""
    one = Standing(status)
    sign, colour = _LIGHTS[one]
    return (
        f"<span title='{safe(_help(one))}' style='white-space:nowrap;font-weight:600'>"
        f"<span style='color:rgb({colour})'>{sign}</span> {safe(t(status))}</span>"
    )


# -- all claims ----------------------------------------------------------------------------------------------


def _all(me: Author, rows: Sequence[Row]) -> None:
    counted = Counter(row["status"] for row in rows)
    detail = ", ".join(
        t("{n} {status}", n=counted[one], status=t(one.value)) for one in Standing if counted[one]
    )
    notices.heading(t("Claims"), detail or t("what was published, and whether it still holds"))
    _say()
    if Deed.CLAIM in ALLOWED[me.role]:
        with st.expander(t("Add a claim"), icon=":material/add:", expanded=not rows):
            claim_form.show_form(_do)
    if not rows:
        notices.empty(
            t(
                "No claims yet. A claim keeps a published sentence with what it rests on, and says when that changes."
            ),
            'sitetrack claims add "SENTENCE" --event SITE/TARGET/appeared',
            'sitetrack claims add "At least 3 gantries by the end of 2022" --growth 2022',
        )
        return
    kept = _filtered(rows)
    if not kept:
        notices.say("note", t("Nothing fits these filters."))
        return
    count = st.session_state.setdefault("claims.count", AT_ONCE)
    shown: set[str] = set()
    for row in kept[:count]:
        if row["id"] in shown:
            continue
        rivals = [one for one in kept if row["topic"] and one["topic"] == row["topic"]]
        if len(rivals) > 1:
            _beside(rivals)
            shown |= {one["id"] for one in rivals}
        else:
            with st.container(border=True):
                _line(row)
    if len(kept) > count:
        st.button(
            t("Show more ({n})", n=len(kept) - count),
            key="claims.more",
            on_click=lambda: st.session_state.update({"claims.count": count + AT_ONCE}),
        )


def _filtered(rows: Sequence[Row]) -> list[Row]:
    text, status, who, withdrawn = st.columns([3, 2, 2, 1.4], vertical_alignment="bottom")
    wanted = text.text_input(
        t("Find"), key="claims.find", placeholder=t("words of a sentence, source or topic")
    )
    statuses = [one.value for one in Standing if any(row["status"] == one for row in rows)]
    chosen = status.selectbox(
        t("Stands as"), [_ANY, *statuses], format_func=lambda one: t(one or "all"), key="claims.status"
    )
    names = list(dict.fromkeys(str(row["author"]) for row in rows))
    author = who.selectbox(
        t("Author"), [_ANY, *names], format_func=lambda one: one or t("all"), key="claims.by"
    )
    old = withdrawn.checkbox(t("Withdrawn too"), key="claims.withdrawn")
    return [
        row
        for row in rows
        if chosen in (_ANY, row["status"])
        and author in (_ANY, row["author"])
        and (old or chosen == Standing.WITHDRAWN or not row["withdrawn"])
        and matches(wanted, row["sentence"], row["source"], row["topic"], row["id"])
    ]


def _beside(rivals: Sequence[Row]) -> None:
    """Claims on one topic side by side; never averaged."""
    with st.container(border=True):
        said = t("{n} statements on {topic}, held beside each other", n=len(rivals), topic=rivals[0]["topic"])
        st.html(f"<b>{safe(said)}</b>")
        for start in range(0, len(rivals), 4):
            some = rivals[start : start + 4]
            for column, row in zip(st.columns(max(len(some), 2)), some, strict=False):
                with column:
                    column.html(f"<div style='font-size:1.15rem;font-weight:600'>{safe(_dated(row))}</div>")
                    _line(row, narrow=True)
        for sentence in dict.fromkeys(clash for row in rivals for clash in row["clashes"]):
            notices.say("warning", sentence)


def _dated(row: Row) -> str:
    return str(row["present"] or row["frozen"])


def _line(row: Row, *, narrow: bool = False) -> None:
    text, side = (st.container(), st.container()) if narrow else st.columns([6, 1], vertical_alignment="top")
    synthetic = notices.SYNTHETIC if row["synthetic"] else ""
    results = "" if narrow else _results(row)
    text.html(
        f"<div style='overflow-wrap:anywhere;line-height:1.45'>{light(row['status'])} {synthetic}"
        f"<bdi style='font-size:1.02rem'>{safe(row['sentence'])}</bdi>{results}"
        f"<div style='{_SMALL}'>{_origin(row)}</div></div>"
    )
    for sentence in row["warnings"] if not row["withdrawn"] else ():
        with text:
            notices.say("warning", sentence)
    side.page_link(
        "views/claims.py",
        label=t("What changed") if row["present"] else t("Details"),
        query_params={"id": row["id"]},
    )


def _results(row: Row) -> str:
    if row["present"] is None:
        return f"<div>{safe(row['frozen'])}</div>" if row["kind"] == "none" else ""
    if row["present"] == row["frozen"]:
        return f"<div>{safe(row['frozen'])}</div>"
    return f"<div>{safe(row['frozen'])} <b>→ {safe(t('now'))}</b> {safe(row['present'])}</div>"


def _origin(row: Row) -> str:
    parts = [
        ", ".join(part for part in (row["source"], row["page"]) if part),
        row["id"],
        t("by {name}", name=row["author"]),
    ]
    if row["as_of"]:
        parts.append(t("frozen {day} at number {number} in the chain", day=row["as_of"], number=row["chain"]))
    if row["withdrawn"]:
        parts.append(t("withdrawn: {reason}", reason=row["withdrawn"]))
    return " · ".join(f"<bdi>{safe(part)}</bdi>" for part in parts if part)


# -- one claim -----------------------------------------------------------------------------------------------


def _one(me: Author, key: str) -> None:
    st.button(
        t("All claims"),
        key="claims.all",
        icon=":material/arrow_back:",
        type="tertiary",
        on_click=st.query_params.clear,
    )
    row = claims.claim(current_project(), key, reader=me.name, language=language())
    notices.heading(t("Claim {id}", id=row["id"]), f"{t(row['status'])}: {_help(Standing(row['status']))}")
    _say()
    if row["synthetic"]:
        notices.synthetic_banner(t("It rests on rendered scenes; it is no statement about the world."))
    st.html(
        f"<div style='font-size:1.2rem;overflow-wrap:anywhere'>{light(row['status'])} "
        f"<bdi>{safe(row['sentence'])}</bdi></div>"
        f"<div style='{_SMALL}'>{_origin(row)}</div>"
        + (f"<div style='overflow-wrap:anywhere'>{safe(row['note'])}</div>" if row["note"] else "")
    )
    for sentence in (*row["warnings"], *row["clashes"]):
        notices.say("warning", sentence)
    if row["now"] is None:
        st.html(f"<div>{safe(row['frozen'])}</div>")
    else:
        _side_by_side(row)
        _since(row)
    _rivals(row)
    _buttons(me, row)


def _side_by_side(row: Row) -> None:
    then, now = st.columns(2)
    for column, title, words, result in (
        (then, t("Then, on {day}", day=row["as_of"]), row["frozen"], row["result"]),
        (now, t("Now"), row["present"], row["now"]),
    ):
        with column.container(border=True):
            st.html(
                f"<div style='{_SMALL}'>{safe(title)}</div><div style='font-size:1.1rem'><b>{safe(words)}</b></div>"
            )
            _behind(row["kind"], result, f"claims.{'then' if column is then else 'now'}")


def _behind(asks: str, result: Row, key: str) -> None:
    """What a result rests on: witnesses of an event, targets of a count."""
    rows = _witness_rows(result) if asks == "event" else _target_rows(result)
    if rows:
        st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", key=key)
    else:
        st.caption(t("It rests on nothing."))
    for kind, name in (("warning", "contradictions"), ("note", "remarks")):
        for sentence in result.get(name, ()):
            notices.say(kind, told(sentence))


def _witness_rows(result: Row) -> list[dict[str, str]]:
    return [
        {t("state"): t("says so"), t("date"): "", t("witness"): one["publication"], "SHA-256": ""}
        if "publication" in one
        else {
            t("state"): t(one["state"]),
            t("date"): dated_in(one["date"], language()),
            t("witness"): one["file"],
            "SHA-256": one["sha256"][:12],
        }
        for one in result["witnesses"]
    ]


def _target_rows(result: Row) -> list[dict[str, str]]:
    return [
        {
            t("counts"): t(one["counts"]),
            t("site"): one["site"],
            t("target"): one["target"],
            t("when"): arrival_in(one["phrase"], language()),
            t("rests on"): t(one["source"]),
        }
        for one in result["targets"]
    ]


def _since(row: Row) -> None:
    if row["changes"]:
        st.html(f"<b>{safe(t('What differs'))}</b>")
        st.html(_table(row["changes"]))
    if not row["causes"]:
        said = t("Nothing that it rests on was written since.")
        more = t("The program reads the same record otherwise now.") if row["changes"] else ""
        st.caption(f"{said} {more}".rstrip())
        return
    st.html(f"<b>{safe(t('What was written since, the newest first'))}</b>")
    for one in row["causes"]:
        at = datetime.fromisoformat(one["at"])
        text, link = st.columns([6, 1])
        text.html(
            f"<div style='overflow-wrap:anywhere;line-height:1.4'>"
            f"<span style='{_SMALL}'>{at:%Y-%m-%d %H:%M} UTC</span> <bdi>{safe(one['author'])}</bdi> "
            f"{safe(one['what'])} <span style='{_SMALL}'>{safe(one['site'])} · {safe(one['reason'])}</span></div>"
        )
        link.page_link(
            "views/history.py", label=t("History"), query_params={"kind": one["kind"], "id": one["id"]}
        )


def _table(rows: Sequence[Row]) -> str:
    """Rows ``what before after`` as a table whose long texts wrap (HTML)."""
    cell = "padding:.25rem .9rem .25rem 0;vertical-align:top;overflow-wrap:anywhere;text-align:left"
    head = "".join(
        f"<th style='{cell};{_SMALL}'>{name}</th>" for name in ("", safe(t("then")), safe(t("now")))
    )
    body = "".join(
        "<tr>"
        + "".join(f"<td style='{cell}'>{safe(row[name])}</td>" for name in ("what", "before", "after"))
        + "</tr>"
        for row in rows
    )
    return f"<table style='border-collapse:collapse'><tr>{head}</tr>{body}</table>"


def _rivals(row: Row) -> None:
    rows = {one["id"]: one for one in cache.ledger()}
    rivals = [rows[key] for key in row["rivals"] if key in rows]
    if rivals:
        _beside([rows[row["id"]], *rivals])


def _buttons(me: Author, row: Row) -> None:
    may_any = Deed.CHANGE_CLAIMS in ALLOWED[me.role]
    own = Deed.CLAIM in ALLOWED[me.role] and person(row["author"]) == person(me.name)
    with st.container(horizontal=True):
        st.page_link(
            "views/history.py", label=t("All its versions"), query_params={"kind": "claim", "id": row["id"]}
        )
        if row["withdrawn"] or not (own or may_any):
            return
        if row["now"] is not None:
            st.button(
                t("Freeze anew"),
                key="claims.renew",
                help=t("Keep the sentence and take what the record gives now, as a new version."),
                on_click=_renew,
                args=(row["id"],),
            )
        with st.popover(t("Withdraw")), st.form("claims.withdraw.form", border=False):
            st.text_input(t("Reason"), max_chars=500, key="claims.reason")
            st.form_submit_button(
                t("Withdraw this claim"),
                key="claims.withdraw",
                type="primary",
                on_click=_withdraw,
                args=(row["id"], row["version"]),
            )


def _renew(key: str) -> None:
    _do(
        t("Frozen anew."),
        lambda project, me: actions.renew_claim(project, me, key, claims.freeze_again(project, key)),
    )


def _withdraw(key: str, version: int) -> None:
    reason = st.session_state["claims.reason"]
    _do(
        t("Withdrawn."),
        lambda project, me: actions.withdraw_claim(project, me, key, reason, base_version=version),
    )


show()
