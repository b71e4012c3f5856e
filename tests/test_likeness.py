"""The perceptual hash: the same picture saved again stays near, others are far, a picture without contrast has none."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from workflow.likeness import MOST_BITS, bits_apart, likeness


def field(seed: int, side: int = 240) -> Image.Image:
    small = np.random.default_rng(seed).integers(20, 235, (9, 11, 3)).astype("uint8")
    return Image.fromarray(small).resize((side + 40, side), Image.Resampling.BICUBIC)


def hash_of(picture: Image.Image) -> str:
    rgb = np.moveaxis(np.asarray(picture.convert("RGB")), -1, 0)
    return likeness(rgb, np.ones(rgb.shape[1:], bool))


def saved_again(picture: Image.Image) -> Image.Image:
    buffer = io.BytesIO()
    picture.resize((picture.width // 2, picture.height // 2)).save(buffer, "JPEG", quality=40)
    return Image.open(io.BytesIO(buffer.getvalue()))


@pytest.mark.parametrize("seed", range(8))
def test_the_same_picture_saved_again_looks_alike_and_another_does_not(seed: int) -> None:
    picture = field(seed)
    assert bits_apart(hash_of(picture), hash_of(saved_again(picture))) <= 3
    assert bits_apart(hash_of(picture), hash_of(field(seed + 100))) > MOST_BITS


def test_a_hash_has_sixteen_digits_and_no_distance_to_itself() -> None:
    one = hash_of(field(1))
    assert len(one) == 16
    assert int(one, 16) >= 0
    assert bits_apart(one, one) == 0


def test_a_picture_without_contrast_or_data_has_no_hash() -> None:
    flat: NDArray[np.uint8] = np.full((3, 50, 60), 90, np.uint8)
    assert likeness(flat, np.ones((50, 60), bool)) == ""
    assert likeness(flat, np.zeros((50, 60), bool)) == ""


def test_what_is_not_valid_does_not_count() -> None:
    rgb = np.moveaxis(np.asarray(field(3)), -1, 0).copy()
    valid = np.ones(rgb.shape[1:], bool)
    valid[:20, :20] = False
    before = likeness(rgb, valid)
    rgb[:, :20, :20] = 255
    assert likeness(rgb, valid) == before


@given(st.integers(1, 70), st.integers(1, 70), st.integers(0, 2**32 - 1))
def test_any_size_has_a_hash_of_its_form(height: int, width: int, seed: int) -> None:
    rgb = np.random.default_rng(seed).integers(0, 256, (3, height, width)).astype(np.uint8)
    found = likeness(rgb, np.ones((height, width), bool))
    assert found == "" or (len(found) == 16 and 0 <= int(found, 16) < 2**63)
