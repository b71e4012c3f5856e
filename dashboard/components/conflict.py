"""Two people changed the same: what it was, what the other made of it, what is wanted here, and the choice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard.language import t
from dashboard.safetext import safe
from workflow.errors import EditConflict
from workflow.readmodels.history import Change

__all__ = ["MINE", "THEIRS", "ask", "mine_of"]

THEIRS, MINE = "theirs", "mine"


def ask(
    conflict: EditConflict,
    words: Callable[[str, object], str],
    names: Callable[[str], str],
    key: str,
    since: Sequence[Change] = (),
) -> dict[str, str | None]:
    """Show each field that both changed; what was chosen for it, None where nothing was yet.

    `since` are the changes that it missed, where they are known: then a field names who last changed that one.
    """
    st.html(
        f"<b>{safe(t('Somebody else changed the same. Nothing is saved yet: choose for each field.'))}</b>"
    )
    picks: dict[str, str | None] = {}
    for one in conflict.fields:
        name = names(one.field)
        by = next((change for change in reversed(since) if one.field in change.fields), None)
        was, theirs, mine = st.columns(3)
        _value(was, t("{field} was", field=name), one.field, words(one.field, one.base))
        _value(
            theirs,
            t(
                "{author} made of it (version {version})",
                author=by.author if by else conflict.author,
                version=by.version if by else conflict.current_version,
            ),
            one.field,
            words(one.field, one.theirs),
        )
        _value(mine, t("You, not saved"), one.field, words(one.field, one.mine))
        picks[one.field] = st.radio(
            t("{field}: which one", field=name),
            [THEIRS, MINE],
            index=None,
            horizontal=True,
            format_func=lambda pick: t("Keep theirs") if pick == THEIRS else t("Use mine"),
            key=f"{key}.pick.{one.field}",
        )
    return picks


def mine_of(changes: Mapping[str, Any], picks: Mapping[str, str | None]) -> dict[str, Any]:
    """The changes but for the fields that were given up; a field of a list (``targets.mast``) is one of its items."""
    given_up = {name for name, pick in picks.items() if pick == THEIRS}
    kept: dict[str, Any] = {}
    for name, value in changes.items():
        if name in given_up:
            continue
        if isinstance(value, list):
            value = [
                one for one in value if not (isinstance(one, Mapping) and f"{name}.{one['id']}" in given_up)
            ]
            if not value:
                continue
        kept[name] = value
    return kept


def _value(column: Any, title: str, field: str, text: str) -> None:
    shown = safe(text) if text else f"<span style='opacity:.7'>{safe(t('empty'))}</span>"
    column.html(
        f"<div data-value='{safe(field)}' style='font-size:.85rem;opacity:.8'>{safe(title)}</div>"
        f"<div style='overflow-wrap:anywhere;white-space:pre-wrap;max-height:12rem;overflow:auto'>{shown}</div>"
    )
