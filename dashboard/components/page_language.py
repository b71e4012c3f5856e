"""The language of the page as its document states it, so that a screen reader speaks Korean where it reads Korean."""

from __future__ import annotations

import streamlit as st

from dashboard.language import language

__all__ = ["state_language"]

_SCRIPT = """
export default function ({ data }) {
  document.documentElement.lang = data.lang;
  return () => { document.documentElement.lang = "en"; };
}
"""
_component = st.components.v2.component("sitetrack_page_language", js=_SCRIPT)


def state_language() -> None:
    """Write it where it is another than Streamlit's own document says, which is English."""
    if language() != "en":
        _component(key="page_language", data={"lang": language()}, height=0)
