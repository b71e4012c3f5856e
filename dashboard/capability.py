"""Short-lived permissions to fetch pictures.

Streamlit does not guard an application's own routes. A page therefore hands its browser a capability: the
time it ends and an HMAC over that time and what it opens. The key is made anew by each process and never
leaves it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable

__all__ = ["LIFETIME_S", "Capabilities", "capabilities"]

LIFETIME_S = 3600


class Capabilities:
    """Issues and checks capabilities with one secret key."""

    def __init__(self, key: bytes, clock: Callable[[], float] = time.time) -> None:
        """`clock` gives seconds since the epoch."""
        self._key = key
        self._clock = clock

    def issue(self, scope: str) -> str:
        """A capability for `scope`, good for one to two hours.

        Its end lies on a full hour, so that pages of the same hour share addresses and browsers their
        cached tiles.
        """
        ends = (int(self._clock()) // LIFETIME_S + 2) * LIFETIME_S
        return f"{ends:x}.{self._sign(scope, ends)}"

    def allows(self, token: str, scope: str) -> bool:
        """Whether `token` opens `scope` now."""
        ends_text, _, signature = token.partition(".")
        try:
            ends = int(ends_text, 16)
        except ValueError:
            return False
        known = hmac.compare_digest(signature.encode(), self._sign(scope, ends).encode())
        return known and self._clock() < ends

    def _sign(self, scope: str, ends: int) -> str:
        return hmac.new(self._key, f"{ends:x}\0{scope}".encode(), hashlib.sha256).hexdigest()[:40]


capabilities = Capabilities(secrets.token_bytes(32))
