"""Pictures that look like this one, side by side with it: perhaps the same picture, saved again. A hint, no refusal."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import routes
from dashboard.components import dates
from dashboard.language import t, tn
from dashboard.safetext import safe
from workflow.model import Capture
from workflow.readmodels.archive import likes

__all__ = ["show"]

_MOST = 4


def show(capture: Capture, captures: Sequence[Capture]) -> None:
    """A row a picture in use that looks alike, the nearest first."""
    found = likes(capture, [one for one in captures if one.withdrawn is None])
    if not found:
        return
    words = tn(len(found), "{n} picture looks like this one", "{n} pictures look like this one")
    with st.expander(words, icon=":material/content_copy:"):
        for other, bits in found[:_MOST]:
            told = t("looks like {file}, {n} of 63 bits apart", file=other.file, n=bits)
            st.html(
                f"<div data-alike='{safe(other.id)}' style='font-size:.9rem;overflow-wrap:anywhere'>{safe(told)} · "
                f"<a href='?capture={safe(other.id)}' target='_self'>{safe(other.id)}</a></div>"
                "<div style='display:flex;gap:.6rem;flex-wrap:wrap'>"
                f"{_picture(capture)}{_picture(other)}</div>"
            )
        if len(found) > _MOST:
            st.caption(t("{n} more", n=len(found) - _MOST))


def _picture(capture: Capture) -> str:
    return (
        "<figure style='margin:0;flex:1 1 14rem;min-width:0'>"
        f"<img src='{routes.still_url(capture.id)}' alt='{safe(capture.file)}' style='max-width:100%;max-height:15rem'>"
        f"<figcaption style='font-size:.85rem;opacity:.85'><bdi>{safe(capture.file)}</bdi>, "
        f"{safe(dates.words(capture.acquired))}</figcaption></figure>"
    )
