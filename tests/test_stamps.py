"""Proofs of time: what a token and a proof say is read, and what was spoiled is a sentence."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stamp_samples import Authority, bitcoin, fork, pending, proof, step

from workflow.errors import InputRefused
from workflow.stamps import DOES_NOT_HOLD, HOLDS, NO_CERTIFICATE, read_proof, read_token

CONTENT = b"a picture"


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa"))


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_a_response_says_what_was_stamped_when_and_by_whom(authority: Authority, algorithm: str) -> None:
    token = read_token("a.tsr", authority.stamp(CONTENT, algorithm))
    assert token.algorithm == algorithm
    assert token.digest == hashlib.new(algorithm, CONTENT).digest()
    assert abs(token.at - datetime.now(UTC)) < timedelta(minutes=5)
    assert (token.authority, token.policy, token.signature) == ("CN=Test TSA,O=Tests", "1.2.3.4.1", HOLDS)


def test_a_token_alone_is_read_like_its_response(authority: Authority) -> None:
    assert read_token("a.tst", authority.token(CONTENT)).signature == HOLDS


def test_without_a_certificate_the_signature_is_not_checked(authority: Authority) -> None:
    token = read_token("a.tsr", authority.stamp(CONTENT, certificate=False))
    assert (token.signature, token.authority) == (NO_CERTIFICATE, "CN=Test TSA,O=Tests")


def test_a_digest_that_was_changed_no_longer_fits_the_signature(authority: Authority) -> None:
    digest = hashlib.sha256(CONTENT).digest()
    changed = authority.stamp(CONTENT).replace(digest, digest[::-1])
    token = read_token("a.tsr", changed)
    assert token.digest == digest[::-1]
    assert token.signature.startswith(DOES_NOT_HOLD)


def test_an_old_hash_is_refused(authority: Authority) -> None:
    with pytest.raises(InputRefused, match="its hash is none of SHA-256, SHA-384 and SHA-512"):
        read_token("a.tsr", authority.stamp(CONTENT, "sha1"))


def test_a_refusal_of_the_authority_is_no_time_stamp() -> None:
    with pytest.raises(InputRefused, match=r"gave no time stamp \(status 2\)"):
        read_token("a.tsr", b"\x30\x05\x30\x03\x02\x01\x02")


@pytest.mark.parametrize("content", [b"0", b"<html>", b"\x30\x82\xff\xff", bytes(400)])
def test_what_is_no_token_is_refused(content: bytes) -> None:
    with pytest.raises(InputRefused, match="is no RFC 3161 time stamp"):
        read_token("a.tsr", content)


@settings(deadline=None)
@given(at=st.integers(0, 10_000), value=st.integers(0, 255), end=st.integers(0, 10_000))
def test_a_spoiled_token_is_read_or_refused(authority: Authority, at: int, value: int, end: int) -> None:
    whole = bytearray(kept(authority))
    whole[at % len(whole)] = value
    content = bytes(whole if end > len(whole) else whole[:end])
    try:
        token = read_token("a.tsr", content)
    except InputRefused:
        return
    assert token.authority.isprintable()
    assert token.signature


_KEPT: dict[Path, bytes] = {}


def kept(authority: Authority) -> bytes:
    if authority.folder not in _KEPT:
        _KEPT[authority.folder] = authority.stamp(CONTENT)
    return _KEPT[authority.folder]


# -- OpenTimestamps ------------------------------------------------------------------------------------------

CALENDAR = "https://alice.example/"


def test_a_pending_proof_names_its_calendars() -> None:
    tree = step(0xF0, step(0x08, fork(pending(CALENDAR), pending("https://bob.example"))), b"nonce")
    found = read_proof("a.ots", proof(CONTENT, tree))
    assert found.digest == hashlib.sha256(CONTENT).digest()
    assert (found.blocks, found.pending) == ((), (CALENDAR, "https://bob.example"))


def test_a_proof_leads_to_a_block_and_its_merkle_root() -> None:
    tree = step(0xF1, step(0x08, step(0x08, bitcoin(358_391))), b"left")
    found = read_proof("a.ots", proof(CONTENT, tree))
    root = hashlib.sha256(hashlib.sha256(b"left" + hashlib.sha256(CONTENT).digest()).digest()).digest()
    assert (found.blocks, found.roots, found.pending) == ((358_391,), (root[::-1].hex(),), ())


def test_every_step_that_is_known_is_followed() -> None:
    tree = step(0x02, step(0xF2, step(0xF3, step(0x08, bitcoin(1)))))
    message = hashlib.sha1(hashlib.sha256(CONTENT).digest()).digest()[::-1].hex().encode()  # noqa: S324
    assert read_proof("a.ots", proof(CONTENT, tree)).roots == (hashlib.sha256(message).digest()[::-1].hex(),)


@pytest.mark.parametrize("tag", [0x03, 0x67])
def test_after_a_hash_that_is_not_known_the_root_is_not_worked_out(tag: int) -> None:
    tree = step(tag, step(0xF0, step(0x08, bitcoin(7)), b"x"))
    found = read_proof("a.ots", proof(CONTENT, tree))
    assert (found.blocks, found.roots) == ((7,), ("",))


def test_what_another_chain_attests_is_passed_over() -> None:
    other = b"\x00" + bytes.fromhex("06869a0d73d71b45") + b"\x01\x05"
    assert read_proof("a.ots", proof(CONTENT, fork(other, bitcoin(9)))).blocks == (9,)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is no OpenTimestamps proof"),
        (proof(CONTENT, bitcoin(1))[:-1], "it is cut off"),
        (proof(CONTENT, bitcoin(1)) + b"\0", "something follows its end"),
        (proof(CONTENT, bitcoin(1), version=2), "it is of another version than 1"),
        (proof(CONTENT, bitcoin(1), hashing=0x02), "its hash is not SHA-256"),
        (proof(CONTENT, step(0x55, b"")), "it has a step 0x55, which is not known"),
        (proof(CONTENT, step(0x08, b"") * 300), "it is nested too deeply"),
        (proof(CONTENT, b"\xf0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), "a number in it is too long"),
        (proof(CONTENT, step(0xF0, bitcoin(1), bytes(5_000))), "a part of it is too long"),
        (proof(CONTENT, fork(*[bitcoin(1)] * 20_001)), "it has too many steps"),
        (
            proof(CONTENT, step(0xF0, step(0xF0, step(0x08, bitcoin(1)), bytes(4000)), bytes(4000))),
            "a part of it",
        ),
    ],
)
def test_a_spoiled_proof_is_refused_with_the_reason(content: bytes, why: str) -> None:
    with pytest.raises(InputRefused, match=why):
        read_proof("a.ots", content)


@given(st.integers(0, 200), st.integers(0, 255), st.integers(0, 300))
def test_any_other_bytes_are_read_or_refused(at: int, value: int, end: int) -> None:
    tree = step(0xF0, step(0x08, fork(pending(CALENDAR), step(0x08, bitcoin(70_000)))), b"nonce")
    whole = bytearray(proof(CONTENT, tree))
    whole[at % len(whole)] = value
    try:
        found = read_proof("a.ots", bytes(whole[:end]))
    except InputRefused:
        return
    assert all(one.isprintable() for one in found.pending)
