"""How a screenshot came about: addresses of pages, days or instants, and nothing that is anything else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.errors import InputRefused
from workflow.model import Origin
from workflow.origins import stated_origin


def test_nothing_said_is_no_origin() -> None:
    assert stated_origin(url=" ", how="\n") is None
    assert stated_origin(url="https://example.org") == Origin("https://example.org")


def test_texts_are_kept_in_one_line_and_instants_in_utc() -> None:
    said = stated_origin(
        url="https://example.org/a?b=c%20d#e",
        viewer=" Google  Earth ",
        at="2024-05-02T10:00:00+09:00",
        by="J. Doe",
        how="<b>by hand</b>",
    )
    assert said == Origin(
        "https://example.org/a?b=c%20d#e", "Google Earth", "2024-05-02T01:00:00Z", "J. Doe", "<b>by hand</b>"
    )


def test_a_day_stays_a_day() -> None:
    said = stated_origin(at="2 May 2024")
    assert said is not None
    assert said.at == "2024-05-02"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "ftp://example.org",
        "example.org",
        "https://",
        "https://user:secret@example.org/",
        "https://example.org/a b",
        "https://example.org/\"onclick='x'",
        "http://[::1",
        "https://example.org:99999/",
    ],
)
def test_what_is_no_address_of_a_page_is_refused(url: str) -> None:
    with pytest.raises(InputRefused, match="it is no address of a page"):
        stated_origin(url=url)


@pytest.mark.parametrize("at", ["2024", "May 2024", "2024-05-02 10:00", "late 2021", "2021/2022", "unknown"])
def test_a_time_is_a_day_or_an_instant_with_its_zone(at: str) -> None:
    with pytest.raises(InputRefused, match="it is no day, and no instant with its zone"):
        stated_origin(at=at)


def test_nobody_made_a_screenshot_in_the_future() -> None:
    with pytest.raises(InputRefused, match="it lies in the future"):
        stated_origin(at="2099-01-01T00:00:00Z")
    with pytest.raises(InputRefused, match="it lies in the future"):
        stated_origin(at="2099-01-01")


def test_texts_have_a_length_and_no_control_characters() -> None:
    with pytest.raises(InputRefused, match="it has 201 characters"):
        stated_origin(viewer="x" * 201)
    with pytest.raises(InputRefused, match="control character"):
        stated_origin(how="a\x07b")


@given(st.text(max_size=300))
def test_any_address_is_kept_as_it_is_or_refused(text: str) -> None:
    try:
        said = stated_origin(url=text)
    except InputRefused:
        return
    assert said is None or said.url.lower().startswith(("http://", "https://"))
