"""What can go wrong, as classes that build their own sentence.

::

    WorkflowError
    ├── InputRefused (ValueError)       one input cannot be taken                    exit 1
    ├── FigureRefused (ValueError)      the linter blocks a figure                   exit 1
    ├── StaleWrite                      the object moved on since it was read        exit 1
    │   └── EditConflict                two people changed the same fields           exit 1
    ├── NotAllowed (PermissionError)    the action is beyond the role, or own work   exit 1
    ├── UnknownName (LookupError)       no site, target, capture of that name        exit 2
    ├── AmbiguousName (LookupError)     a prefix that fits several                   exit 2
    └── ProjectUnusable (OSError)       no project, or its record cannot be read     exit 3
        └── BuildMissing                the bundled assets are not there             exit 3

Every sentence says what was wrong, which value, and what to do. The command line prints it and exits with
``exit_code``; the dashboard shows it as a message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

__all__ = [
    "AmbiguousName",
    "BuildMissing",
    "EditConflict",
    "FieldConflict",
    "FigureRefused",
    "InputRefused",
    "NotAllowed",
    "ProjectUnusable",
    "StaleWrite",
    "UnknownName",
    "WorkflowError",
]


class WorkflowError(Exception):
    """Root of everything the program raises on purpose."""

    exit_code = 1


class InputRefused(WorkflowError, ValueError):
    """One input cannot be taken; the rest of its batch can."""

    def __init__(self, subject: str, problem: str, remedy: str) -> None:
        """Sentence ``subject: problem; remedy.`` where `subject` names file, feature or field."""
        self.subject, self.problem, self.remedy = subject, problem, remedy
        super().__init__(f"{subject}: {problem}; {remedy}.")


class FigureRefused(WorkflowError, ValueError):
    """A figure is not written: an editor would send it back."""

    def __init__(self, findings: Sequence[tuple[str, str, str]]) -> None:
        """`findings` are code, what is wrong, and what to do; each can be let pass by its code."""
        self.codes = tuple(code for code, _, _ in findings)
        lines = [f"{what}; {remedy}, or --allow {code}=REASON." for code, what, remedy in findings]
        super().__init__("\n".join(lines))


class StaleWrite(WorkflowError):
    """An object was changed by somebody else since the version that the write was based on."""

    def __init__(self, kind: str, object_id: str, base_version: int, current_version: int) -> None:
        """Carry both versions, so that the caller can show or merge them."""
        self.kind, self.object_id = kind, object_id
        self.base_version, self.current_version = base_version, current_version
        super().__init__(
            f"{kind} {object_id} is at version {current_version}, the change was based on version "
            f"{base_version}; look at the newer version and repeat the change."
        )


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """A field that two people changed: what it was (`base`), what it is now (`theirs`), what is wanted (`mine`)."""

    field: str
    base: object
    theirs: object
    mine: object


class EditConflict(StaleWrite):
    """The same fields were changed by somebody else since; both values are carried, nothing was written."""

    def __init__(
        self,
        kind: str,
        object_id: str,
        base_version: int,
        current_version: int,
        fields: Sequence[FieldConflict],
        author: str,
    ) -> None:
        """`author` made the current version; `fields` has one at least."""
        super().__init__(kind, object_id, base_version, current_version)
        self.fields, self.author = tuple(fields), author
        differing = ", ".join(
            f"{one.field} is {_shown(one.theirs)} there and {_shown(one.mine)} here" for one in self.fields
        )
        self.args = (
            f"{kind} {object_id} was changed by {author} to version {current_version} while you changed version "
            f"{base_version}: {differing}; choose one of the two and save again.",
        )


def _shown(value: object) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


class NotAllowed(WorkflowError, PermissionError):
    """The action is beyond the author's role, or not for this person."""

    def __init__(
        self, author: str, role: str, action: str, remedy: str = "ask a lead or declare another role"
    ) -> None:
        """Name who tried what in which role, and what to do."""
        super().__init__(f"{author} ({role}) may not {action}; {remedy}.")


class UnknownName(WorkflowError, LookupError):
    """Nothing of that kind has that name."""

    exit_code = 2

    def __init__(self, kind: str, value: str, known: Sequence[str]) -> None:
        """Offer the nearest of the `known` names."""
        near = get_close_matches(value, known, n=1, cutoff=0.5)
        hint = f"did you mean '{near[0]}'?" if near else f"there are {len(known)}: list them first."
        if not known:
            hint = "there are none yet."
        super().__init__(f"No {kind} '{value}'; {hint}")


class AmbiguousName(WorkflowError, LookupError):
    """A name that fits more than one object."""

    exit_code = 2

    def __init__(self, kind: str, value: str, matches: Sequence[str]) -> None:
        """Show up to five of the `matches`."""
        shown = ", ".join(matches[:5]) + (", …" if len(matches) > 5 else "")
        super().__init__(f"'{value}' fits {len(matches)} {kind}s ({shown}); give one of them in full.")


class ProjectUnusable(WorkflowError, OSError):
    """The project folder or its record cannot be used."""

    exit_code = 3

    def __init__(self, path: object, problem: str, remedy: str) -> None:
        """Sentence ``path: problem; remedy.``"""
        super().__init__(f"{path}: {problem}; {remedy}.")


class BuildMissing(ProjectUnusable):
    """Assets that the installation bundles are missing."""

    def __init__(self, path: object) -> None:
        """Say how they are made."""
        super().__init__(
            path, "not built", "install the project again with network access (pip install -e .)"
        )
