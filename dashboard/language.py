"""The language of a session's pages: English, or Korean from the catalogues in ``locale/ko``.

English sentences are the keys. A catalogue is a JSON object from the English sentence to the Korean one, one file for
each page and one, ``values.json``, for words that the program's values have (states, classes); what results say is
in `workflow.words`. A test holds all of
them to the calls of `t` and `tn`: nothing is missing, nothing is left over, both sides have the same fields.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import streamlit as st

from workflow.datewords import Language
from workflow.words import OTHER

__all__ = ["LANGUAGES", "catalogue", "keep_language", "language", "set_language", "t", "tn"]

LANGUAGES: Mapping[Language, str] = {"en": "English", "ko": "한국어"}
"""Languages of the pages, each under its own name."""

_LOCALE = Path(__file__).resolve().parent / "locale"
_NAME = "lang"


def language() -> Language:
    """The session's language: what the address says, else what was chosen, else the browser's own, else English."""
    for said in (st.query_params.get(_NAME), st.session_state.get(_NAME), st.context.locale):
        if said:
            return "ko" if str(said).lower().startswith("ko") else "en"
    return "en"


def set_language(chosen: Language) -> None:
    """Take a language for this session and write it into the address."""
    st.session_state[_NAME] = chosen
    if st.query_params.get(_NAME) != chosen:
        st.query_params[_NAME] = chosen


def keep_language() -> None:
    """Hold what the address or a switch said for the next pages, and write it into the address of this one."""
    said = st.query_params.get(_NAME) or st.session_state.get(_NAME)
    if said:
        set_language("ko" if str(said).lower().startswith("ko") else "en")


def t(sentence: str, /, **values: object) -> str:
    """`sentence` in the session's language, with its ``{fields}`` filled; English where there is no translation."""
    text = catalogue("ko").get(sentence, sentence) if language() == "ko" else sentence
    return text.format(**values) if values else text


def tn(count: int, one: str, many: str, /, **values: object) -> str:
    """`one` for a count of 1, else `many`, in the session's language; both may use ``{n}``, the count."""
    return t(one if count == 1 else many, n=count, **values)


@lru_cache(maxsize=2)
def catalogue(chosen: Language) -> Mapping[str, str]:
    """All translations of a language, from the English sentence; what results say included. English has none."""
    found = dict(OTHER.get(chosen, {}))
    for file in sorted((_LOCALE / chosen).glob("*.json")):
        found |= json.loads(file.read_text(encoding="utf-8"))
    return found
