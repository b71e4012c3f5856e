"""The way through the sites: which one comes before and after, so that the viewer can have their pictures ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard import cache, state
from workflow.errors import WorkflowError
from workflow.model import Target
from workflow.readmodels import pages

__all__ = ["NO_TARGET", "SCOPES", "Way", "target_of", "way"]

SCOPES = ("all", "mine", "unassigned")
NO_TARGET = Target("none", "no target")
_KEPT = "compare.order"
_AHEAD = (-1, 1, 2)
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Way:
    """`order` of the present site for the viewer, `orders` of its neighbours by id, and the neighbours themselves, each
    with the target that is shown first.
    """

    order: dict[str, Any]
    orders: dict[str, dict[str, Any]]
    near: tuple[tuple[pages.ComparePage, Target], ...]


def way(site: str) -> Way:
    """The way from a site, in the order of the queue that the address names (``queue=mine``), else of all sites."""
    order = _order(site)
    at = order.index(site) if site in order else -1
    ids = [order[at + by] for by in _AHEAD if 0 <= at + by < len(order)]
    near = tuple(page for one in ids if (page := _page(one)) is not None)
    orders = {page.site.id: _place(order, page.site.id) for page in near}
    return Way(
        order=_place(order, site),
        orders=orders,
        near=tuple((page, target_of(page.site.id, page.site.targets)) for page in near),
    )


def target_of(site: str, targets: Sequence[Target]) -> Target:
    """The target of a site that the page shows: what was chosen, else what the address names, else the first."""
    if not targets:
        return NO_TARGET
    ids = [one.id for one in targets]
    kept = st.session_state.get(f"compare.target.{site}")
    return targets[ids.index(kept if kept in ids else state.chosen("target", ids))]


def _place(order: Sequence[str], site: str) -> dict[str, Any]:
    """Where a site stands, and the ids beside it, the nearest first; a site out of the order is before its first."""
    at = order.index(site) if site in order else -1
    return {
        "at": at + 1,
        "of": len(order),
        "before": list(reversed(order[max(0, at - _NAMED) : max(0, at)])),
        "after": list(order[at + 1 : at + 1 + _NAMED]),
    }


def _order(site: str) -> tuple[str, ...]:
    """Ids in their order. It is kept as long as one walks along it: what one says changes what is urgent."""
    scope, author = state.chosen("queue", SCOPES), state.author()
    reader = author.name if author else ""
    kept: tuple[str, tuple[str, ...]] | None = st.session_state.get(_KEPT)
    if kept is None or kept[0] != scope or site not in kept[1]:
        kept = (scope, tuple(cache.site_order(reader, scope)))
        st.session_state[_KEPT] = kept
    return kept[1]


def _page(site: str) -> pages.ComparePage | None:
    author = state.author()
    try:
        page = cache.compare(site, cache.stamp(), author.name if author else None)
    except WorkflowError:
        return None
    return page if page.grid is not None and page.captures else None
