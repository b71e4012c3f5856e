"""Which names a typed text finds, Hangul included: a site by its id, names, category and targets.

Letters are compared without case, accents, width and Unicode form; spaces, hyphens and other marks do not count.
A text of several words finds what has all of them. Hangul is found by whole syllables, by initial consonants, and
while its last syllable is still being typed: the keys pressed so far are then the beginning of the name's keys.
Nothing is romanised: other spellings are found where they are registered as aliases.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from workflow.model import Site

__all__ = ["matches", "matches_site"]


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# the keys of a Korean keyboard, in the order in which Unicode counts syllables
_INITIALS = _listed("ㄱ ㄲ ㄴ ㄷ ㄸ ㄹ ㅁ ㅂ ㅃ ㅅ ㅆ ㅇ ㅈ ㅉ ㅊ ㅋ ㅌ ㅍ ㅎ")
_VOWELS = _listed("ㅏ ㅐ ㅑ ㅒ ㅓ ㅔ ㅕ ㅖ ㅗ ㅗㅏ ㅗㅐ ㅗㅣ ㅛ ㅜ ㅜㅓ ㅜㅔ ㅜㅣ ㅠ ㅡ ㅡㅣ ㅣ")
_FINALS = (
    "",
    *_listed(
        "ㄱ ㄲ ㄱㅅ ㄴ ㄴㅈ ㄴㅎ ㄷ ㄹ ㄹㄱ ㄹㅁ ㄹㅂ ㄹㅅ ㄹㅌ ㄹㅍ ㄹㅎ ㅁ ㅂ ㅂㅅ ㅅ ㅆ ㅇ ㅈ ㅊ ㅋ ㅌ ㅍ ㅎ"
    ),
)
_FIRST, _LAST = "가", "힣"
# letters that stand alone, in Unicode's form for letters that join
_ALONE = {
    **{chr(0x1100 + number): key for number, key in enumerate(_INITIALS)},
    **{chr(0x1161 + number): key for number, key in enumerate(_VOWELS)},
    **{chr(0x11A7 + number): key for number, key in enumerate(_FINALS) if key},
}


def matches(text: str, *names: str) -> bool:
    """Whether each word of `text` is found in one of `names`; a text without letters and digits finds all."""
    folded = tuple("".join(_words(name)) for name in names)
    return all(any(_is_in(word, name) for name in folded) for word in _words(text))


def matches_site(site: Site, text: str) -> bool:
    """Whether `text` finds a site: by id, name, local name, aliases, category, and names of its targets."""
    targets = (target.name or target.id for target in site.targets)
    return matches(text, site.id, site.name, site.name_local, *site.aliases, site.category, *targets)


def _is_in(word: str, name: str) -> bool:
    """Whether the characters of `word` follow each other in `name`, the last one as far as it is typed."""
    whole, keys = word[:-1], _keys(word[-1])
    return any(
        all(_is_letter(letter, name[at + number]) for number, letter in enumerate(whole))
        and "".join(map(_keys, name[at + len(whole) : at + len(word) + 1])).startswith(keys)
        for at in range(len(name) - len(whole))
    )


def _is_letter(asked: str, has: str) -> bool:
    return asked == has or (asked in _INITIALS and asked == _keys(has)[0])


@lru_cache(maxsize=20_000)
def _words(text: str) -> tuple[str, ...]:
    """The words of `text`, folded; what has no letter and no digit is none."""
    return tuple(filter(None, map(_folded, unicodedata.normalize("NFKC", text).split())))


def _folded(word: str) -> str:
    return "".join(_bare(unicodedata.normalize("NFKC", word.casefold())))


def _bare(word: str) -> Iterator[str]:
    """Letters and digits alone: syllables whole, accents dropped, single Hangul letters as keys."""
    for letter in word:
        if _FIRST <= letter <= _LAST:
            yield letter
        else:
            yield from (
                _ALONE.get(part, part) for part in unicodedata.normalize("NFKD", letter) if part.isalnum()
            )


def _keys(letter: str) -> str:
    """The keys that write `letter`: a syllable's consonants and vowels, anything else itself."""
    if not _FIRST <= letter <= _LAST:
        return letter
    initial, rest = divmod(ord(letter) - ord(_FIRST), len(_VOWELS) * len(_FINALS))
    vowel, final = divmod(rest, len(_FINALS))
    return _INITIALS[initial] + _VOWELS[vowel] + _FINALS[final]
