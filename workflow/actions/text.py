"""Text that somebody typed, checked before it is kept."""

from __future__ import annotations

import unicodedata

from workflow.errors import InputRefused

__all__ = ["clean_text"]


def clean_text(field: str, value: object, longest: int) -> str:
    """`value` in NFC without white space at its ends; tabs and line ends may stand inside.

    Raises
    ------
    InputRefused
        when it is not text, longer than `longest` characters, or holds a control character or half a
        character.
    """
    if not isinstance(value, str):
        raise InputRefused(field, "it is not text", "write text")
    text = unicodedata.normalize("NFC", value).strip()
    if len(text) > longest:
        raise InputRefused(field, f"it has {len(text)} characters", f"keep it to {longest}")
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t":
            raise InputRefused(field, f"it holds the control character U+{ord(character):04X}", "take it out")
    return text
