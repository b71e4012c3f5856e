"""One action on a capture from its panel: done, or refused in a sentence that the panel shows when it runs again."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard import state
from dashboard.projects import current_project
from dashboard.told import told
from workflow.errors import WorkflowError
from workflow.model import Capture

__all__ = ["SAID", "do"]

SAID = "capture.said"
"""Where the panel finds what is to be said: kind and sentence."""


def do(done: str, action: Callable[..., Capture], capture: str, *stated: object, **named: object) -> None:
    """Have `action` done by the session's author, keep `done` or the refusal to be said, and run the page again."""
    author = state.author()
    if author is None:
        return
    try:
        action(current_project(), author, capture, *stated, **named)
    except WorkflowError as error:
        st.session_state[SAID] = ("warning", told(error))
    else:
        st.session_state[SAID] = ("done", done)
    st.rerun()
