"""Proofs of time that tests make: RFC 3161 responses by openssl, OpenTimestamps proofs byte by byte."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

__all__ = ["Authority", "bitcoin", "fork", "pending", "proof", "step"]

_CONFIG = """
[ req ]
distinguished_name = dn
[ dn ]
[ tsa ]
default_tsa = ours
[ ours ]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha1, sha256, sha384, sha512
ess_cert_id_alg = sha256
[ stamping ]
extendedKeyUsage = critical,timeStamping
"""


class Authority:
    """A stamping authority of its own, in a folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self._at("tsa.cnf").write_text(_CONFIG.format(folder=folder.as_posix()))
        self._at("serial").write_text("01\n")
        self._run(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
            "-keyout", self._at("key.pem"), "-out", self._at("cert.pem"), "-subj", "/O=Tests/CN=Test TSA",
            "-config", self._at("tsa.cnf"), "-extensions", "stamping",
        )  # fmt: skip

    def _at(self, name: str) -> Path:
        return self.folder / name

    def _run(self, *arguments: object) -> None:
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=60)

    def stamp(self, content: bytes, algorithm: str = "sha256", *, certificate: bool = True) -> bytes:
        """The response for a content."""
        self._at("content").write_bytes(content)
        asked = ("-cert",) if certificate else ()
        self._run(
            "ts", "-query", "-data", self._at("content"), f"-{algorithm}", *asked, "-out", self._at("query")
        )
        self._run(
            "ts", "-reply", "-config", self._at("tsa.cnf"), "-queryfile", self._at("query"),
            "-inkey", self._at("key.pem"), "-signer", self._at("cert.pem"), "-out", self._at("answer"),
        )  # fmt: skip
        return self._at("answer").read_bytes()

    def token(self, content: bytes, algorithm: str = "sha256") -> bytes:
        """The token of such a response alone."""
        self.stamp(content, algorithm)
        self._run("ts", "-reply", "-in", self._at("answer"), "-token_out", "-out", self._at("token"))
        return self._at("token").read_bytes()


# -- OpenTimestamps ------------------------------------------------------------------------------------------

_MAGIC = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94"


def number(value: int) -> bytes:
    """In groups of seven bits, the lowest first."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def text(part: bytes) -> bytes:
    return number(len(part)) + part


def step(tag: int, rest: bytes, part: bytes | None = None) -> bytes:
    """A step, its argument where it has one, and what follows."""
    return bytes([tag]) + (text(part) if part is not None else b"") + rest


def fork(*branches: bytes) -> bytes:
    return b"".join(b"\xff" + one for one in branches[:-1]) + branches[-1]


def pending(address: str) -> bytes:
    return b"\x00" + bytes.fromhex("83dfe30d2ef90c8e") + text(text(address.encode()))


def bitcoin(block: int) -> bytes:
    return b"\x00" + bytes.fromhex("0588960d73d71901") + text(number(block))


def proof(content: bytes, tree: bytes, *, version: int = 1, hashing: int = 0x08) -> bytes:
    """The proof of a content with that tree."""
    return _MAGIC + number(version) + bytes([hashing]) + hashlib.sha256(content).digest() + tree
