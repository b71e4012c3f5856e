"""What follows from everything that was said of a target, in lines for the viewer and for pages without one."""

from __future__ import annotations

from typing import Any

from dashboard.language import language, t
from dashboard.told import told
from workflow.model import Finding, Target
from workflow.readmodels import pages

__all__ = ["of"]


def of(page: pages.ComparePage, target: Target) -> dict[str, Any]:
    """`lines` (subject, words, tags) of the findings of a target and of the place, `notes` (text, serious) below them,
    `none` for where there is no finding.
    """
    mine = [one for one in page.findings if one.target in ("", target.id)]
    return {
        "lines": [_line(one, target) for one in mine],
        "notes": [
            *_notes((text for one in mine for text in one.contradictions), serious=True),
            *_notes((text for one in mine for text in one.remarks), serious=False),
        ],
        "none": _no_date(page),
    }


def _notes(texts: Any, *, serious: bool) -> list[dict[str, Any]]:
    return [{"text": told(text), "serious": serious} for text in dict.fromkeys(texts)]


def _line(one: Finding, target: Target) -> dict[str, Any]:
    says = "" if one.source == "imagery" else t("says a {source}", source=t(one.source))
    tags = ["SYNTHETIC" if one.synthetic else "", *map(t, one.doubts), says]
    return {
        "subject": (target.name or target.id) if one.target else t("the place"),
        "words": pages.finding_words(one, language()),
        "tags": [tag for tag in tags if tag],
    }


def _no_date(page: pages.ComparePage) -> str:
    if page.captures:
        return t(
            "No date follows yet: set the state of this target in at least one picture (P present, A absent)."
        )
    if page.stills:
        return t("No date follows yet: say under the pictures whether this target is there.")
    return t("No date follows: there is no picture of this site.")
