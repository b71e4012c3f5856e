"""What a figure is of, in words: the noun phrase of its targets and how it is joined to the name of the place.

"A structure over the motorway" at the "Pyongyang-Wonsan Tourist Motorway (평양원산관광도로)" becomes "a structure over
the Pyongyang-Wonsan Tourist Motorway (평양원산관광도로)".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from workflow.model import Direction, Site, Target, TargetClass

__all__ = ["in_sentence", "local_after", "noun_phrase", "place", "subject"]

# first words of a target's name that are no proper names, however they are written
_COMMON_NOUNS = (
    *(kind.value.split("-")[0] for kind in TargetClass),
    *("structure", "traffic", "speed", "second", "third", "additional", "new", "inbound", "outbound"),
)
_PLURALS = (
    "cameras",
    "structures",
    "lights",
    "posts",
    "poles",
    "masts",
    "gantries",
    "checkpoints",
    "fences",
    "signs",
)
_ROADS = ("road", "motorway", "highway", "expressway", "avenue", "street", "bridge")
_WITH_ARTICLE = (
    *_ROADS,
    "junction",
    "intersection",
    "crossing",
    "arch",
    "tower",
    "hall",
    "museum",
    "monument",
    "square",
    "gate",
    "border",
    "station",
)
_LANES = ("lane", "lanes", "carriageway", "carriageways")
_ARTICLES = ("a", "an", "the", "one", "two", "three", "several")
_SUPPORTS = ("pole", "mast", "post", "structure", "gantry", "arm")
_NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight"}


def noun_phrase(targets: Sequence[Target]) -> str:
    """What the targets are, with an article; those that differ in direction alone are one phrase in the plural."""
    if not targets:
        return ""
    joint = _joint(targets)
    if joint:
        return joint
    return " and ".join(_one(target) for target in targets)


def _joint(targets: Sequence[Target]) -> str:
    """ "two structures over the inbound and outbound lanes"; empty where the names differ by more than that."""
    names = [_name(target) for target in targets]
    directions = [target.direction.value if target.direction else "" for target in targets]
    bare = {re.sub(rf"\b{way}\b", "{}", name) for name, way in zip(names, directions, strict=True) if way}
    if len(targets) < 2 or len(bare) != 1 or not all(directions) or len(set(directions)) != len(directions):
        return ""
    (pattern,) = bare
    noun, _, rest = pattern.partition(" ")
    if pattern.count("{}") != 1 or noun == "{}":
        return ""
    return f"{_NUMBERS[len(targets)]} {noun}s {rest.format(' and '.join(directions))}"


def _name(target: Target) -> str:
    """The target's name, a common noun at its start in lower case; else its direction and class."""
    words = {"other": "structure"}.get(target.kind.value, target.kind.value.replace("-", " "))
    direction = f"{target.direction.value} " if target.direction not in (None, Direction.BOTH) else ""
    name = target.name or f"{direction}{words}"
    first, second = (*name.split(" "), "", "")[:2]
    is_common = (
        first.lower() in (*_COMMON_NOUNS, *_PLURALS, *_ARTICLES) or first.lower().rstrip(",") in _PLURALS
    )
    if is_common and not second[:1].isdigit():
        return first.lower() + name[len(first) :]
    return name


def _one(target: Target) -> str:
    name = _name(target)
    first = name.split(" ")[0].rstrip(",")
    if not name[0].islower() or first in (*_ARTICLES, *_PLURALS):
        return name
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def subject(site: Site, targets: Sequence[Target], *, present: bool = False) -> str:
    """The targets and where they are, as one phrase; the place alone where there are none.

    Where they are `present` in all pictures, the phrase may begin with what carries them or with the place:
    what is said next holds of that as well, as "absent" would not.
    """
    phrase = noun_phrase(targets)
    if not phrase:
        return place(site)
    if site.name.lower() in phrase.lower():  # the target's name has the place in it
        start = phrase.lower().index(site.name.lower())
        return f"{phrase[:start]}{local_after(site)}{phrase[start + len(site.name) :]}"
    where = in_sentence(site)
    support, mounted = _mounted(targets)
    if support and present:
        return f"{support} {'near' if site.category == 'road-camera' else 'at'} {where} with {mounted}"
    merged = re.fullmatch(r"(?:(.*) )?the (\w+)", phrase)
    if merged and merged[2].lower() in re.findall(r"\w+", site.name.lower()):
        if merged[1] and present and _lowered(site.name) != site.name:
            return f"{where} with {phrase}"
        return f"{merged[1]} {where}" if merged[1] else where
    last = phrase.split(" ")[-1].lower()
    head = re.findall(r"\w+", site.name.split(",")[0].lower())
    if head and head[-1] in _ROADS:
        return f"{phrase} {'of' if last in _LANES else 'on'} {where}"
    if site.category == "road-camera":
        return f"{phrase} near {where}"
    return f"{phrase} at {where}"


def _mounted(targets: Sequence[Target]) -> tuple[str, str]:
    """ "a camera pole" and "two cameras mounted on it", for things of one class on one support; else nothing."""
    ends = {target.name.rpartition(" on the ")[2] for target in targets if " on the " in target.name}
    kinds = {target.kind.value.replace("-", " ") for target in targets}
    on_one = all(" on the " in target.name for target in targets) and len(ends) == len(kinds) == 1
    if not 1 < len(targets) <= max(_NUMBERS) or not on_one or not ends <= set(_SUPPORTS):
        return "", ""
    (support,), (kind,) = ends, kinds
    article = "an" if kind[0] in "aeiou" else "a"
    return f"{article} {kind} {support}", f"{_NUMBERS[len(targets)]} {kind}s mounted on it"


def place(site: Site) -> str:
    """Name, local name in parentheses, road."""
    road = f", {site.road}" if site.road and not _says(site.road, site.name) else ""
    return f"{local_after(site)}{road}"


def in_sentence(site: Site) -> str:
    """The place with the article that its name needs within a sentence."""
    return f"{_article(site.name)}{place(site)}"


def _says(road: str, name: str) -> bool:
    """Whether the one names the other: "road in front of the Indoor Stadium" says no more than "Indoor Stadium"."""
    return road.lower() in name.lower() or name.lower() in road.lower()


def local_after(site: Site) -> str:
    """The name with the local name in parentheses, before what a comma sets off; a common noun in lower case."""
    name, comma, rest = site.name.partition(",")
    local = f" ({site.name_local})" if site.name_local and site.name_local not in site.name else ""
    return f"{_lowered(name)}{local}{comma}{rest}"


def _lowered(name: str) -> str:
    """ "Modern junction in Pyongyang" is a description, no name: its second word is in lower case, and not "of"."""
    first, _, rest = name.partition(" ")
    described = rest[:1].islower() and not rest.startswith("of ") and first.isalpha() and first[:1].isupper()
    return f"{first.lower()} {rest}" if described else name


def _article(name: str) -> str:
    """What stands before a place's name in a sentence: "the " before roads and buildings, "a " before a description."""
    first, _, rest = name.partition(" ")
    words = [word.rstrip("s") for word in re.findall(r"\w+", name.split(",")[0].lower())]
    if first.lower() in _ARTICLES:
        return ""
    if _lowered(name) != name and first.lower() not in _WITH_ARTICLE:
        return "an " if first[0].lower() in "aeiou" else "a "
    if first.lower() in _WITH_ARTICLE or " of " in rest or (words and words[-1] in _WITH_ARTICLE):
        return "the "
    return ""
