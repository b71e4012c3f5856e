"""How far readers agree, in a sentence and tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.language import t
from dashboard.safetext import safe

__all__ = ["agreement_sentence", "show_agreement"]

Row = Mapping[str, Any]
_SMALL = "font-size:.85rem;opacity:.75"


def show_agreement(found: Sequence[Row]) -> None:
    """The rows of `reviews.agreement`: blind second readings, then the other pairs."""
    rows = [row for row in found if row["question"] == "state" or row["n"]]
    for blind, title in (
        (True, t("Second readings, given without sight of the first")),
        (False, t("Two people who could see each other's statements")),
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
        return t("Not defined: {reason}.", reason=t(row["reason"]))
    share = t(
        "{agreed} of {n} pairs agree ({percent} %)",
        agreed=row["agreed"],
        n=row["n"],
        percent=f"{row['percent']:.0f}",
    )
    if row["kappa"] is None:
        return t("{share}. Kappa is not defined: {reason}.", share=share, reason=t(row["reason"]))
    kappa = f"{row['kappa']:.2f}"
    if row["low"] is None:
        return t(
            "{share}. Kappa {kappa}; no interval: {reason}.",
            share=share,
            kappa=kappa,
            reason=t(row["reason"]),
        )
    low, high = (f"{row[end]:.2f}" for end in ("low", "high"))
    return t(
        "{share}. Kappa {kappa}, 95 % interval {low} to {high}.", share=share, kappa=kappa, low=low, high=high
    )


def _agreement_cells(row: Row) -> dict[str, Any]:
    return {
        t("Targets"): t(row["targets"]),
        t("Question"): t("state") if row["question"] == "state" else t("decides at all"),
        "n": row["n"],
        t("Agree (%)"): None if row["percent"] is None else round(row["percent"]),
        t("Kappa"): None if row["kappa"] is None else round(row["kappa"], 2),
        t("Interval"): "" if row["low"] is None else f"{row['low']:.2f} – {row['high']:.2f}",
        t("Not defined because"): t(row["reason"]) if row["reason"] else "",
    }


def _confusion(row: Row) -> str:
    """How often each pair of words was said: first reading down, second across."""
    words = list(row["table"])
    head = "".join(f"<th style='padding:.1rem .5rem;font-weight:600'>{safe(t(word))}</th>" for word in words)
    lines = "".join(
        f"<tr><th style='text-align:left;font-weight:600'>{safe(t(first))}</th>"
        f"{_counts(row['table'][first], words, first)}</tr>"
        for first in words
    )
    return (
        f"<table style='border-collapse:collapse;font-size:.88rem'><tr><td style='{_SMALL}'>"
        f"{safe(t('first ↓ second →'))}</td>"
        f"{head}</tr>{lines}</table>"
    )


def _counts(seconds: Mapping[str, int], words: Iterable[str], first: str) -> str:
    return "".join(
        "<td style='text-align:right;padding:.1rem .5rem;border-top:1px solid rgba(127,127,127,.25);"
        f"{'background:rgba(37,150,74,.14)' if word == first else ''}'>{seconds[word]}</td>"
        for word in words
    )
