"""HTML of our own whose links and buttons stay in the session: a plain link would load the page anew and forget who
uses it.

A link has its address in ``href``, for a new tab, and once more in ``data-go``; a button has ``data-act``. What is
clicked comes back as one of the two, and `follow` opens the page. The HTML is made in Python and passes the encoder
there.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

import streamlit as st

__all__ = ["Clicked", "follow", "going", "link", "show"]

_SCRIPT = """
export default function ({ parentElement, data, setTriggerValue }) {
  const place = parentElement.querySelector(".inplace");
  if (place.shown !== data.html) {
    const at = place.getRootNode().activeElement?.dataset?.at;
    place.innerHTML = data.html;
    place.shown = data.html;
    if (at) [...place.querySelectorAll("[data-at]")].find((one) => one.dataset.at === at)?.focus();
  }
  place.dataset.ready = data.name;
  place.onclick = (event) => {
    const one = event.target.closest("[data-go], [data-act]");
    if (!one || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (one.dataset.go) setTriggerValue("go", one.dataset.go);
    else setTriggerValue("act", one.dataset.act);
  };
}
"""
_component = st.components.v2.component(
    "sitetrack_inplace", html='<div class="inplace"></div>', js=_SCRIPT, isolate_styles=True
)


@dataclass(frozen=True, slots=True)
class Clicked:
    """What was clicked in this run: the page to open with its parameters, or what to do; all empty for nothing."""

    page: str
    go: dict[str, str]
    act: str


def link(page: str, **query: str) -> str:
    """Attributes of a link to one of our pages; for ``<a …>``. Parameters without a value are left out."""
    return f'href="{page}?{_address(query)}" {going(page, **query)}'


def going(page: str, **query: str) -> str:
    """Attributes of what opens a page when it is clicked and is no link: a sign in a picture."""
    return f'data-go="{page}?{_address(query)}"'


def _address(query: dict[str, str]) -> str:
    return urlencode({name: value for name, value in query.items() if value}).replace("&", "&amp;")


def show(html: str, key: str) -> Clicked:
    """Draw `html`, escaped where text of people stands in it, and tell what was clicked."""
    result = _component(
        key=key,
        data={"html": html, "name": key},
        height="content",
        on_go_change=lambda: None,
        on_act_change=lambda: None,
    )
    page, _, query = str(result.get("go") or "").partition("?")
    return Clicked(page, dict(parse_qsl(query)), str(result.get("act") or ""))


def follow(clicked: Clicked) -> None:
    """Open the page that was clicked, if one was; what follows the call is not run then."""
    if clicked.page:
        st.switch_page(f"views/{clicked.page}.py", query_params=clicked.go)
