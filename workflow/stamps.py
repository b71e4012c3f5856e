"""Proofs of time: RFC 3161 tokens, read and checked by a library, and OpenTimestamps proofs, which are read here.

Nothing asks a network. What is said of a token's signature is that it fits the certificate inside the token, and no
more: whether that authority can be trusted is not judged. A Bitcoin block is named, not looked up.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from workflow.errors import InputRefused

__all__ = [
    "DOES_NOT_HOLD",
    "HOLDS",
    "LARGEST_STAMP",
    "NO_CERTIFICATE",
    "Proof",
    "Token",
    "read_proof",
    "read_token",
]

LARGEST_STAMP = 2**20
"""Bytes; tokens have about five thousand, proofs fewer."""

HOLDS, DOES_NOT_HOLD = "fits the certificate in the token", "does not hold"
NO_CERTIFICATE = "not checked: the certificate is not in the token"
_ALGORITHMS = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Token:
    """What an RFC 3161 token says: the hash that was stamped and how, when, by which authority under which policy.

    `signature` is a sentence's worth of what became of the check.
    """

    algorithm: str
    digest: bytes
    at: datetime
    authority: str
    policy: str
    signature: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What an OpenTimestamps proof says: the hash, Bitcoin blocks with Merkle roots, calendars that still owe one."""

    algorithm: str
    digest: bytes
    blocks: tuple[int, ...]
    roots: tuple[str, ...]
    pending: tuple[str, ...]


# -- RFC 3161 ------------------------------------------------------------------------------------------------


def read_token(name: str, content: bytes) -> Token:
    """The token of a response (``.tsr``) or alone (``.tst``), both DER.

    Raises
    ------
    InputRefused
        when it is neither, the authority refused, or its hash is not SHA-256, SHA-384 or SHA-512.
    """
    from rfc3161_client import decode_timestamp_response

    answer, why = None, ""
    for der in (content, _as_response(content)):
        try:
            answer = decode_timestamp_response(der)
            break
        except ValueError as error:
            why = _short(error)
    if answer is None:
        raise InputRefused(
            name, f"is no RFC 3161 time stamp ({why})", "give the .tsr or .tst file as it came"
        )
    if answer.status not in (0, 1):
        raise InputRefused(name, f"the authority gave no time stamp (status {answer.status})", "ask it again")
    try:
        info = answer.tst_info
        algorithm = _ALGORITHMS.get(info.message_imprint.hash_algorithm.dotted_string, "")
        digest, at = bytes(info.message_imprint.message), info.gen_time
        policy = str(info.policy.dotted_string)
    except ValueError as error:
        raise InputRefused(name, f"is a damaged time stamp ({_short(error)})", "fetch it again") from error
    if not algorithm:
        raise InputRefused(
            name,
            "its hash is none of SHA-256, SHA-384 and SHA-512",
            "have the picture stamped with one of them",
        )
    authority, signature = _signed(answer, digest)
    return Token(algorithm, digest, at.astimezone(UTC), authority, policy, signature)


def _as_response(token: bytes) -> bytes:
    """A response with the status "granted" round a token that stands alone."""
    body = b"\x30\x03\x02\x01\x00" + token
    size = len(body)
    length = size.to_bytes((size.bit_length() + 7) // 8 or 1, "big")
    return b"\x30" + (bytes([size]) if size < 128 else bytes([0x80 | len(length)]) + length) + body


def _signed(answer: Any, digest: bytes) -> tuple[str, str]:
    """The name of who signed, and whether the signature fits the certificate that came with it."""
    from cryptography.x509 import load_der_x509_certificate
    from rfc3161_client import VerificationError, VerifierBuilder

    authority = ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd serial numbers, which are as they are
            held = [load_der_x509_certificate(one) for one in answer.signed_data.certificates]
            signers = [(one.issuer, one.serial_number) for one in answer.signed_data.signer_infos]
            leaf = next((one for one in held if (one.issuer, one.serial_number) in signers), None)
            authority = leaf.subject.rfc4514_string() if leaf else signers[0][0].rfc4514_string()
            if leaf is None:
                return _printable(authority), NO_CERTIFICATE
            VerifierBuilder(roots=held, tsa_certificate=leaf).build().verify(answer, digest)
    except VerificationError as error:
        return _printable(authority), f"{DOES_NOT_HOLD} ({_short(error)})"
    except Exception as error:  # noqa: BLE001  whatever a damaged certificate makes the library say
        return _printable(authority), f"could not be checked ({_short(error)})"
    return _printable(authority), HOLDS


def _short(error: BaseException) -> str:
    lines = str(error).partition("ErrorStack")[0].splitlines() or [type(error).__name__]
    return _printable(lines[0])[:120].rstrip(".;:,") or type(error).__name__


def _printable(text: str) -> str:
    return "".join(one if one.isprintable() else "?" for one in text)[:_LONGEST]


# -- OpenTimestamps ------------------------------------------------------------------------------------------

_MAGIC = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94"
_SHA256, _APPEND, _PREPEND, _FORK, _ATTESTATION = 0x08, 0xF0, 0xF1, 0xFF, 0x00
_UNARY: dict[int, Callable[[bytes], bytes] | None] = {
    0x02: lambda one: hashlib.sha1(one, usedforsecurity=False).digest(),
    0x03: None,  # RIPEMD-160 and Keccak are not in every Python
    0x67: None,
    _SHA256: lambda one: hashlib.sha256(one).digest(),
    0xF2: lambda one: one[::-1],
    0xF3: lambda one: one.hex().encode(),
}
_PENDING, _BITCOIN = bytes.fromhex("83dfe30d2ef90c8e"), bytes.fromhex("0588960d73d71901")
_LONGEST_BYTES, _DEEPEST, _MOST_STEPS = 4096, 256, 20_000


class _Broken(ValueError):
    """A proof that cannot be read on."""


class _Reader:
    """A proof's bytes, and how far they were read."""

    def __init__(self, content: bytes) -> None:
        self._content, self._at, self.steps = content, 0, 0

    def take(self, size: int) -> bytes:
        """The next `size` bytes."""
        part = self._content[self._at : self._at + size]
        if len(part) != size:
            raise _Broken("it is cut off")
        self._at += size
        return part

    def number(self) -> int:
        """A number in groups of seven bits, the lowest first."""
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return value
            if shift > 63:
                raise _Broken("a number in it is too long")

    def text(self) -> bytes:
        """As many bytes as the number before them says."""
        size = self.number()
        if size > _LONGEST_BYTES:
            raise _Broken("a part of it is too long")
        return self.take(size)

    @property
    def is_done(self) -> bool:
        """Whether all was read."""
        return self._at == len(self._content)


def read_proof(name: str, content: bytes) -> Proof:
    """The proof in an ``.ots`` file.

    Raises
    ------
    InputRefused
        when it is none, cut off, or of another hash than SHA-256.
    """
    if not content.startswith(_MAGIC):
        raise InputRefused(name, "is no OpenTimestamps proof", "give the .ots file as it came")
    reader = _Reader(content[len(_MAGIC) :])
    try:
        if reader.number() != 1:
            raise _Broken("it is of another version than 1")
        if reader.take(1)[0] != _SHA256:
            raise InputRefused(name, "its hash is not SHA-256", "have the picture stamped with SHA-256")
        digest = reader.take(32)
        found = list(_attestations(reader, digest, 0))
        if not reader.is_done:
            raise _Broken("something follows its end")
    except _Broken as error:
        raise InputRefused(name, f"is a damaged OpenTimestamps proof ({error})", "fetch it again") from error
    blocks = sorted({(number, root) for tag, number, root, _ in found if tag == _BITCOIN})
    pending = sorted({where for tag, _, _, where in found if tag == _PENDING})
    return Proof(
        "sha256", digest, tuple(one for one, _ in blocks), tuple(root for _, root in blocks), tuple(pending)
    )


_Attestation = tuple[bytes, int, str, str]
"""Tag, block, Merkle root, calendar."""


def _attestations(reader: _Reader, message: bytes | None, depth: int) -> Iterator[_Attestation]:
    """All that the tree below `message` leads to; None is a message that cannot be worked out here."""
    if depth > _DEEPEST:
        raise _Broken("it is nested too deeply")
    tag = _FORK
    while tag == _FORK:
        reader.steps += 1
        if reader.steps > _MOST_STEPS:
            raise _Broken("it has too many steps")
        tag = reader.take(1)[0]
        step = reader.take(1)[0] if tag == _FORK else tag
        if step == _ATTESTATION:
            yield _attestation(reader.take(8), reader.text(), message)
        else:
            yield from _attestations(reader, _after(step, reader, message), depth + 1)


def _after(step: int, reader: _Reader, message: bytes | None) -> bytes | None:
    """The message that a step makes of one."""
    if step in (_APPEND, _PREPEND):
        part = reader.text()
        if message is None:
            return None
        return message + part if step == _APPEND else part + message
    if step not in _UNARY:
        raise _Broken(f"it has a step 0x{step:02x}, which is not known")
    function = _UNARY[step]
    if message is None or function is None:
        return None
    if len(message) > _LONGEST_BYTES:
        raise _Broken("a part of it is too long")
    return function(message)


def _attestation(tag: bytes, payload: bytes, message: bytes | None) -> _Attestation:
    inside = _Reader(payload)
    if tag == _BITCOIN:
        return tag, inside.number(), message[::-1].hex() if message and len(message) == 32 else "", ""
    if tag == _PENDING:
        return tag, 0, "", _printable(inside.text().decode("utf-8", "replace"))
    return tag, 0, "", ""
