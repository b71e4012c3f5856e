"""Text that people wrote, fit for XML."""

from __future__ import annotations

import re
from html import escape

__all__ = ["escaped", "writable"]

# what XML 1.0 has no way to write
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def writable(text: str) -> str:
    """`text` without the characters that XML cannot carry, as NUL."""
    return _UNWRITABLE.sub("", text)


def escaped(text: str) -> str:
    """`text` for an element or a quoted attribute."""
    return escape(writable(text))
