"""Words for dates in English and Korean: one table a language, to print from and to read with.

A table is all that a language needs. Korean is read by rewriting it as the English that `workflow.timespan`
reads, so that a date in either language means the same days.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

__all__ = ["WORDS", "Language", "Words", "as_english"]

Language = Literal["en", "ko"]


@dataclass(frozen=True, slots=True)
class Words:
    """What a language calls dates: templates with named fields, and the words that go into them.

    `months`, `thirds` and `seasons` (spring to winter) stand in order. `rewritten` turns texts of the language
    into English: patterns with what takes their place, used one after the other.
    """

    months: tuple[str, ...]
    thirds: tuple[str, str, str]
    seasons: tuple[str, str, str, str]
    day: str
    month: str
    year: str
    in_year: str
    decade: str
    third: str
    two_thirds: str
    quarter: str
    season: str
    winter: str
    by: str
    since: str
    after: str
    between: str
    either: str
    unseen: str
    undated: str
    rewritten: tuple[tuple[str, str], ...] = ()


_ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WORDS: dict[Language, Words] = {
    "en": Words(
        months=_ENGLISH_MONTHS,
        thirds=("early", "mid", "late"),
        seasons=("spring", "summer", "autumn", "winter"),
        day="{day} {month} {year}",
        month="{month} {year}",
        year="{year}",
        in_year="in {year}",
        decade="{year}s",
        third="{third} {year}",
        two_thirds="{third} or {other} {year}",
        quarter="Q{number} {year}",
        season="{season} {year}",
        winter="{season} {year}/{following:02d}",
        by="by {one}",
        since="{one} or later",
        after="after {one}",
        between="between {one} and {two}",
        either="{one} or {two}",
        unseen="not seen as of {one}",
        undated="undated",
    ),
    "ko": Words(
        months=tuple(f"{number}월" for number in range(1, 13)),
        thirds=("초", "중반", "말"),
        seasons=("봄", "여름", "가을", "겨울"),
        day="{year}년 {month} {day}일",
        month="{year}년 {month}",
        year="{year}년",
        in_year="{year}년",
        decade="{year}년대",
        third="{year}년 {third}",
        two_thirds="{year}년 {third} 또는 {other}",
        quarter="{year}년 {number}분기",
        season="{year}년 {season}",
        winter="{year}/{following:02d}년 {season}",
        by="{one}까지",
        since="{one} 이후",
        after="{one} 이후",
        between="{one}과 {two} 사이",
        either="{one} 또는 {two}",
        unseen="{one} 기준 미확인",
        undated="날짜 미상",
        rewritten=(
            (r"^(?:날짜 )?(?:미상|불명)$", "unknown"),
            # the year of the left one is lent to the right one
            (r"([0-9]{4}년) ?(\S+?)( 또는| 혹은|과|와) (?![0-9]{4}[년/])", r"\1 \2\3 \1 "),
            (r"([0-9]{4})년 ?([0-9]{1,2})월 ?([0-9]{1,2})일", r"\1-\2-\3"),
            (r"([0-9]{4})년 ?([0-9]{1,2})월", r"\1-\2"),
            (r"([0-9]{4})년 ?([1-4])분기", r"q\2 \1"),
            (r"([0-9]{4})[/-]([0-9]{2,4})년 ?겨울", r"winter \1/\2"),
            (r"([0-9]{3}0)년대", r"\1s"),
            (r"([0-9]{4})년", r"\1"),
            *(
                (rf"([0-9]{{4}}s?) ?(?:{word})", rf"{english} \1")
                for word, english in (
                    ("초반|초", "early"),
                    ("중반", "mid"),
                    ("후반|말", "late"),
                    ("상반기", "first half of"),
                    ("하반기", "second half of"),
                    ("봄", "spring"),
                    ("여름", "summer"),
                    ("가을", "autumn"),
                    ("겨울", "winter"),
                )
            ),
            (r" (?:또는|혹은) ", " or "),
            (r"^(.+?) ?(?:부터|에서) (.+)까지$", r"\1 to \2"),
            (r"^(.+?) ?[과와] (.+?) ?사이$", r"between \1 and \2"),
            (r"^(?:약 ?(.+)|(.+?) ?(?:경|쯤|무렵))$", r"about \1\2"),
            (r"^(.+?) ?기준 미확인$", r"not seen as of \1"),
            # both hold the day that they name
            (r"^(.+?) ?(?:까지|이전)$", r"by \1"),
            (r"^(.+?) ?(?:부터|이후)$", r"since \1"),
        ),
    ),
}
_REWRITTEN = tuple((re.compile(old), new) for words in WORDS.values() for old, new in words.rewritten)


def as_english(text: str) -> str:
    """`text` with the dates of other languages rewritten in English; what is none of them stays as it is."""
    if text.isascii():
        return text
    for old, new in _REWRITTEN:
        text = old.sub(new, text)
    return text
