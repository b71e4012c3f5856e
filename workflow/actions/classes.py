"""What a project asks of a capture before it can show a class of target: its file is changed, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflow.errors import InputRefused, UnknownName
from workflow.files import write_if_changed
from workflow.interpretability import with_limits
from workflow.model import TargetClass
from workflow.settings import LIMITS_FILE

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["set_limits"]


def set_limits(project: Project, kind: str, limits: dict[str, float]) -> None:
    """Set limits of a class in the project's file, see `workflow.interpretability.KEYS`; the rest of it stays.

    Raises
    ------
    UnknownName
        when there is no such class.
    InputRefused
        when no limit is given, one cannot be, or the file is bad: it is then not touched.
    """
    if kind not in list(TargetClass):
        raise UnknownName("class", kind, list(TargetClass))
    if not limits:
        raise InputRefused(f"Class {kind}", "no limit is given", "state one, such as --detect-gsd 0.5")
    written = with_limits(project.limits_text(), TargetClass(kind), limits, LIMITS_FILE)
    write_if_changed(project.limits_file, written.encode())
