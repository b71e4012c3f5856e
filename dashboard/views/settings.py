"""Settings: language, who uses the session, what the project and the program are, limits, keys, licences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import assets, notices, state, who
from dashboard.language import t
from dashboard.projects import current_project
from dashboard.safetext import safe
from dashboard.told import told
from workflow import actions
from workflow.errors import InputRefused, WorkflowError
from workflow.interpretability import KEYS
from workflow.model import Role
from workflow.providers.profiles import PROFILES
from workflow.readmodels import health, tables

Row = Mapping[str, Any]
_SAID = "settings.said"


def show() -> None:
    """The page."""
    notices.heading(t("Settings"), current_project().root.name)
    said = st.session_state.pop(_SAID, None)
    if said:
        notices.say(*said)
    parts = {
        "you": t("You"),
        "project": t("Project"),
        "limits": t("Interpretability"),
        "providers": t("Providers"),
        "keys": t("Keys"),
        "program": t("Program"),
    }
    key = "settings.part"
    st.session_state.setdefault(key, state.chosen("part", tuple(parts)))
    picked = st.segmented_control(
        t("Part"),
        list(parts),
        format_func=lambda one: parts[one],
        key=key,
        required=True,
        label_visibility="collapsed",
    )
    state.choose("part", str(picked))
    {
        "you": _you,
        "project": _project,
        "limits": _limits,
        "providers": _providers,
        "keys": _keys,
        "program": _program,
    }[str(picked)]()


def _you() -> None:
    with st.container(width=520):
        who.language_switch("settings.language")
        st.caption(
            t("The language stands in the address, so a link opens in it; else the browser's own holds.")
        )
        st.html(f"<b>{safe(t('Who you are'))}</b>")
        st.caption(safe(who.declared()))
        who.form("settings.who")


def _project() -> None:
    facts = health.project_facts(current_project())
    verified = facts["verified"]
    checked = (
        t("{time} UTC, at number {number} in the chain", time=_minute(verified[0]), number=verified[1])
        if verified
        else t("not yet: run sitetrack verify")
    )
    _facts(
        {
            t("Folder"): facts["folder"],
            t("Record"): facts["record"] if facts["record"] == "SQLite" else f"PostgreSQL, {facts['where']}",
            t("Format"): facts["format"],
            t("Revisions"): facts["revisions"],
            t("Head of the chain"): facts["head"] or "–",
            t("Last noted as whole"): checked,
        }
    )
    if facts["backup"]:
        notices.say("note", t("This folder is a backup."))
    st.dataframe(
        pd.DataFrame(
            [
                {
                    t("Kind"): t(row["kind"]),
                    t("Count"): row["count"],
                    t("Waiting"): row["pending"],
                    t("for"): t(row["what"]) if row["pending"] else "",
                }
                for row in tables.status(current_project())
            ]
        ),
        hide_index=True,
        width=640,
        key="settings.counts",
    )


def _minute(at: str) -> str:
    return at[:16].replace("T", " ")


def _facts(rows: Mapping[str, object]) -> None:
    """Names and values in two columns; long values wrap."""
    cell = "padding:.2rem 1.2rem .2rem 0;vertical-align:top;overflow-wrap:anywhere"
    lines = "".join(
        f"<tr><th style='{cell};text-align:left;font-weight:400;opacity:.75;white-space:nowrap'>{safe(name)}</th>"
        f"<td style='{cell}'>{safe(value)}</td></tr>"
        for name, value in rows.items()
    )
    st.html(f"<table style='border-collapse:collapse'>{lines}</table>")


# -- interpretability ----------------------------------------------------------------------------------------


def _limits() -> None:
    st.caption(
        t(
            "How fine a picture must be to show a class of target: metres a pixel at most, and NIIRS at least. What a "
            "project changes stands in interpretability.toml."
        )
    )
    rows = tables.classes(current_project())
    st.dataframe(
        pd.DataFrame([_limit_cells(row) for row in rows]),
        hide_index=True,
        width="stretch",
        height="content",
        key="settings.classes",
    )
    me = state.author()
    if me is None or me.role is not Role.LEAD:
        st.caption(t("A lead may change them."))
        return
    with st.expander(t("Change a class"), icon=":material/edit:"):
        _change(rows)


def _limit_cells(row: Row) -> dict[str, Any]:
    def metres(value: float | None) -> str:
        return t("any") if value is None else f"{value:g} m"

    return {
        t("Class"): t(row["class"]),
        t("Detect"): metres(row["detect_gsd_m"]),
        t("Detect, NIIRS"): f"{row['detect_niirs']:.1f}",
        t("Identify"): metres(row["identify_gsd_m"]),
        t("Identify, NIIRS"): f"{row['identify_niirs']:.1f}",
        t("Set by"): t("the project") if row["overridden"] else t("default"),
        t("Targets"): row["targets"],
    }


def _change(rows: Iterable[Row]) -> None:
    known = {row["class"]: row for row in rows}
    kind = st.selectbox(t("Class"), list(known), format_func=t, key="settings.class")
    labels = {
        "detect_gsd_m": t("Detect: coarsest pixel (m)"),
        "detect_niirs": t("Detect: least NIIRS"),
        "identify_gsd_m": t("Identify: coarsest pixel (m)"),
        "identify_niirs": t("Identify: least NIIRS"),
    }
    with st.form(f"settings.limits.{kind}", border=False):
        for column, name in zip(st.columns(4, vertical_alignment="bottom"), KEYS, strict=True):
            column.number_input(
                labels[name],
                value=None,
                min_value=0.0,
                placeholder=t("unchanged"),
                key=f"settings.{kind}.{name}",
            )
        st.form_submit_button(t("Save"), type="primary", key="settings.save", on_click=_save, args=(kind,))


def _save(kind: str) -> None:
    typed = {name: st.session_state[f"settings.{kind}.{name}"] for name in KEYS}
    try:
        if not any(value is not None for value in typed.values()):
            raise InputRefused(t("Limits"), t("no field was filled in"), t("fill in at least one"))
        actions.set_limits(
            current_project(), kind, {name: value for name, value in typed.items() if value is not None}
        )
    except WorkflowError as error:
        st.session_state[_SAID] = ("warning", told(error))
    else:
        st.session_state[_SAID] = ("done", t("Saved in interpretability.toml."))


# -- what is fixed -------------------------------------------------------------------------------------------


def _providers() -> None:
    st.caption(
        t(
            "What goes without saying for a provider; what a file or a person states comes first. No legal advice."
        )
    )
    st.dataframe(
        pd.DataFrame(
            [
                {
                    t("Provider"): one.provider,
                    t("Kind"): t(one.kind.value),
                    t("Credit"): one.credit,
                    t("Terms"): one.licence,
                    t("A stated date is"): t(one.basis.value) if one.basis else t("the date itself"),
                }
                for one in PROFILES
            ]
        ),
        hide_index=True,
        width="stretch",
        height="content",
        key="settings.providers",
    )


def _keys() -> None:
    _facts(
        {
            "P A U O I": t("Compare: present, absent, uncertain, obscured, insufficient"),
            "J K": t("Compare: earlier, later picture"),
            "1 2 3 …": t("Compare: ways to look"),
            "N B": t("Compare: next site, site before"),
            "M L Y D E G T": t("Compare: draw a mark"),
            "Z, Shift+Z, F": t("Compare: undo, redo, copy marks to other dates"),
            "V Q C": t("Compare: measure, bands and limits, copy the position"),
            "?": t("Compare: all keys"),
            "A": t("Review: approve"),
            "T": t("Review: return, with what is to be changed"),
            "S": t("Review: put off"),
        }
    )
    st.caption(t("Keys of Compare act while the pictures have the focus; none acts while you write."))


def _program() -> None:
    rows = health.versions()
    _facts({told(row["name"]): row["value"] or "–" for row in rows})
    for row in rows:
        if not row["ok"]:
            notices.say("note", f"{told(row['name'])}: {told(row['note'])}")
    files = sorted((assets.BUILD / "licences").glob("*.txt"))
    if files:
        st.html(f"<b>{safe(t('Licences of what is bundled'))}</b>")
    for file in files:
        with st.expander(safe(file.stem.replace("__", "/"))):
            st.code(file.read_text(encoding="utf-8"), language=None, wrap_lines=True)


show()
