"""A table of rows: as tall as its few rows, else of one height and scrolled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

__all__ = ["table"]

FEW = 8


def table(
    rows: Sequence[Mapping[str, Any]],
    columns: Mapping[str, Any],
    *,
    key: str,
    tall_px: int = 300,
    **more: Any,
) -> Any:
    """Draw `rows`; `columns` and `more` are `st.dataframe`'s, whose answer comes back."""
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
