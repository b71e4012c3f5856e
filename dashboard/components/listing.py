"""Rows as a table, and what stays closed until somebody opens it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

__all__ = ["table", "when_open"]

FEW = 8


def table(
    rows: Sequence[Mapping[str, Any]],
    columns: Mapping[str, Any],
    *,
    key: str,
    tall_px: int = 300,
    **more: Any,
) -> Any:
    """Draw `rows`, few in full, many scrolled; `columns` and `more` are `st.dataframe`'s, whose answer comes back."""
    return st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        width="stretch",
        height="content" if len(rows) <= FEW else tall_px,
        placeholder="",
        key=key,
        column_config=columns,
        **more,
    )


def when_open(label: str, draw: Callable[[], None], *, key: str) -> None:
    """A closed box with a title; what is in it is drawn once somebody opens it: no page waits for it."""
    box = st.expander(label, key=f"box.{key}", on_change="rerun")
    if box.open:
        with box:
            draw()
