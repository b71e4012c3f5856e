"""The one encoder between text that people wrote and anything that is read as HTML or Markdown.

Escaping five characters is not enough: Markdown fetches images, map libraries paste text into JavaScript
template literals. Here every character outside a short list becomes a numeric reference, which has no
meaning but itself in HTML text, attribute values, Markdown and template literals alike.
"""

from __future__ import annotations

from typing import NewType

__all__ = ["SafeText", "safe"]

SafeText = NewType("SafeText", str)
_PLAIN = frozenset(" .,;:-_()")


def safe(text: object) -> SafeText:
    """`text` with every character but letters, digits and `` .,;:-_()`` as a numeric reference."""
    return SafeText(
        "".join(char if char.isalnum() or char in _PLAIN else f"&#{ord(char)};" for char in str(text))
    )
