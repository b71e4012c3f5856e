"""House styles: read from one file each, refused in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from workflow.errors import InputRefused, UnknownName
from workflow.figure.house import DEFAULT, house_style
from workflow.publish.styles import style_named, style_names


def test_every_bundled_style_reads_and_has_its_name() -> None:
    assert style_names() == ("plain", "source-report", "unosat-like")
    assert [style_named(name).name for name in style_names()] == list(style_names())
    assert style_named("unosat-like").disclaimer
    assert style_named("plain").day_first


def test_what_a_file_leaves_out_is_the_default() -> None:
    made = house_style("ours", {"caption_pt": 9, "accent": [1, 2, 3], "furniture": []})
    assert (made.name, made.caption_pt, made.accent, made.furniture) == ("ours", 9.0, (1, 2, 3), ())
    assert made.date_pt == DEFAULT.date_pt


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"colour": 1}, "'colour' is no part"),
        ({"name": "x"}, "'name' is no part"),
        ({"date_pt": "big"}, "'date_pt' cannot be 'big'"),
        ({"date_pt": True}, "'date_pt' cannot be True"),
        ({"date_pt": 100}, "date_pt is not within"),
        ({"accent": [1, 2]}, "accent is not three"),
        ({"accent": ["a", 2, 3]}, "'accent' cannot be"),
        ({"accent": [1, 2, 300]}, "accent is not three"),
        ({"furniture": ["clock"]}, "furniture 'clock' is none of"),
        ({"lead_alone": 1}, "'lead_alone' cannot be 1"),
    ],
)
def test_what_is_no_style_is_refused(content: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        house_style("ours", content)


def test_a_file_of_ones_own_is_read_and_refused_in_a_sentence(tmp_path: Path) -> None:
    own = tmp_path / "ours.toml"
    own.write_text("small_pt = 6\n", "utf-8")
    assert style_named(str(own)).small_pt == 6
    own.write_text("small_pt = \n", "utf-8")
    with pytest.raises(InputRefused, match="write it as plain, source-report, unosat-like"):
        style_named(str(own))
    with pytest.raises(InputRefused, match="cannot be read"):
        style_named(str(tmp_path / "none.toml"))
    with pytest.raises(UnknownName, match="did you mean 'plain'"):
        style_named("plane")
