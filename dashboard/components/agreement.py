"""How far readers agree, in a sentence and tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.safetext import safe

__all__ = ["agreement_sentence", "show_agreement"]

Row = Mapping[str, Any]
_SMALL = "font-size:.85rem;opacity:.75"


def show_agreement(found: Sequence[Row]) -> None:
    """The rows of `reviews.agreement`: blind second readings, then the other pairs."""
    rows = [row for row in found if row["question"] == "state" or row["n"]]
    for blind, title in (
        (True, "Second readings, given without sight of the first"),
        (False, "Two people who could see each other's statements"),
    ):
        st.html(f"<b>{safe(title)}</b>")
        some = [row for row in rows if row["blind"] is blind]
        whole = next(row for row in some if row["targets"] == "all" and row["question"] == "state")
        st.html(f"<div data-agreement style='font-size:1.02rem'>{safe(agreement_sentence(whole))}</div>")
        if not whole["n"]:
            continue
        table, more = st.columns([2, 3])
        table.html(_confusion(whole))
        with more:
            st.dataframe(
                pd.DataFrame([_agreement_cells(row) for row in some]),
                hide_index=True,
                width="stretch",
                placeholder="",
                key=f"review.agreement.{blind}",
            )


def agreement_sentence(row: Row) -> str:
    """Agreement in words: the share, kappa with its interval, or why there is none."""
    if not row["n"]:
        return f"Not defined: {row['reason']}."
    share = f"{row['agreed']} of {row['n']} pairs agree ({row['percent']:.0f} %)"
    if row["kappa"] is None:
        return f"{share}. Kappa is not defined: {row['reason']}."
    if row["low"] is None:
        return f"{share}. Kappa {row['kappa']:.2f}; no interval: {row['reason']}."
    return f"{share}. Kappa {row['kappa']:.2f}, 95 % interval {row['low']:.2f} to {row['high']:.2f}."


def _agreement_cells(row: Row) -> dict[str, Any]:
    return {
        "Targets": row["targets"],
        "Question": "state" if row["question"] == "state" else "decides at all",
        "n": row["n"],
        "Agree (%)": None if row["percent"] is None else round(row["percent"]),
        "Kappa": None if row["kappa"] is None else round(row["kappa"], 2),
        "Interval": "" if row["low"] is None else f"{row['low']:.2f} to {row['high']:.2f}",
        "Not defined because": row["reason"],
    }


def _confusion(row: Row) -> str:
    """How often each pair of words was said: first reading down, second across."""
    words = list(row["table"])
    head = "".join(f"<th style='padding:.1rem .5rem;font-weight:600'>{safe(word)}</th>" for word in words)
    lines = "".join(
        f"<tr><th style='text-align:left;font-weight:600'>{safe(first)}</th>"
        f"{_counts(row['table'][first], words, first)}</tr>"
        for first in words
    )
    return (
        f"<table style='border-collapse:collapse;font-size:.88rem'><tr><td style='{_SMALL}'>first ↓ second →</td>"
        f"{head}</tr>{lines}</table>"
    )


def _counts(seconds: Mapping[str, int], words: Iterable[str], first: str) -> str:
    return "".join(
        "<td style='text-align:right;padding:.1rem .5rem;border-top:1px solid rgba(127,127,127,.25);"
        f"{'background:rgba(37,150,74,.14)' if word == first else ''}'>{seconds[word]}</td>"
        for word in words
    )
