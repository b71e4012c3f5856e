"""Who said what of one thing in one picture: whose work it is, and second readings. Pure.

A *place* here is what two readings have in common: site, target and capture.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from workflow.codec import decode
from workflow.model import Annotation, Observation, Review, ReviewEntry, State, Verdict

if TYPE_CHECKING:
    from workflow.store import Revision

__all__ = [
    "Place",
    "SecondReading",
    "by_place",
    "makers",
    "person",
    "place_of",
    "second_readings",
    "states_as_given",
]

Place = tuple[str, str, str]
"""Ids of site, target and capture."""

W = TypeVar("W", Observation, Annotation)


def person(name: str) -> str:
    """A name as it is compared: case, kinds of white space and ways to write one letter make no difference."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", " ".join(name.split())).casefold())


def makers(work: W, revisions: Sequence[Revision]) -> tuple[str, ...]:
    """Whose work it is: its author, and who last changed more of it than where it stands in review.

    `revisions` are those of `work`, the first one first. Names are as they were written, each person once.
    """
    newest = _content(work)
    made = revisions[-1]
    for earlier in reversed(revisions[:-1]):
        if _content(decode(type(work), json.loads(earlier.payload))) != newest:
            break
        made = earlier
    names = {person(name): name for name in (made.author, work.author) if name}
    return tuple(reversed(names.values()))


def _content(work: W) -> W:
    return replace(work, review=Review.DRAFT)


# -- second readings -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SecondReading:
    """A second reading that was asked for by `entry`: of which `first` reading, and the `second` once it is given.

    `stated` are the persons who said anything there, what was taken back included. `in_use` is False where the
    capture was withdrawn.
    """

    entry: ReviewEntry
    first: Observation
    second: Observation | None
    stated: frozenset[str]
    in_use: bool = True

    @property
    def place(self) -> Place:
        """Site, target and capture."""
        return place_of(self.first)

    @property
    def is_open(self) -> bool:
        """Whether it can still be given."""
        return self.second is None and self.in_use

    def is_hidden_from(self, reader: str) -> bool:
        """Whether `reader` may yet give it, and so must not see what others said."""
        return self.is_open and person(reader) not in self.stated


def place_of(one: Observation | Annotation | ReviewEntry) -> Place:
    """Site, target and capture that it is about; target "" for a mark of none."""
    return one.site, one.target or "", one.capture


def by_place(observations: Iterable[Observation]) -> dict[Place, list[Observation]]:
    """Observations by site, target and capture, in their order."""
    found: dict[Place, list[Observation]] = {}
    for one in observations:
        found.setdefault(place_of(one), []).append(one)
    return found


def second_readings(
    entries: Iterable[ReviewEntry], observations: Iterable[Observation], in_use: Container[str]
) -> tuple[SecondReading, ...]:
    """Second readings that were asked for, in the order of asking.

    `observations` hold what was taken back too; a first reading that was is asked about no more, and a second
    that was has not been given. `in_use` are the ids of captures that are not withdrawn.
    """
    said = by_place(observations)
    found = []
    for entry in entries:
        if entry.verdict is not Verdict.SECOND_READING:
            continue
        there = said.get(place_of(entry), [])
        first = next((one for one in there if one.id == entry.subject and not one.deleted), None)
        if first is None:
            continue
        second = next((one for one in there if one.blind and one is not first and not one.deleted), None)
        stated = frozenset(person(one.author) for one in there)
        found.append(SecondReading(entry, first, second, stated, entry.capture in in_use))
    return tuple(found)


def states_as_given(
    first: Observation, second: Observation, revisions: Mapping[str, Sequence[Revision]]
) -> tuple[State, State]:
    """What the second reader said at first, and what the first reader had said by then.

    What either of them changed afterwards may rest on the other's reading, so it tells nothing of agreement.
    """
    given = revisions[second.id][0]
    before = [one for one in revisions[first.id] if one.seq < given.seq]
    return _state((before or revisions[first.id])[-1]), _state(given)


def _state(revision: Revision) -> State:
    return State(json.loads(revision.payload)["state"])
