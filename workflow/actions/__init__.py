"""What people do to a project: state what they see, draw, bring in and change sites. An action is one write."""

from workflow.actions.editing import undo
from workflow.actions.importing import ImportReport, import_sites
from workflow.actions.marking import Acknowledgement, annotate
from workflow.actions.observing import observe
from workflow.actions.sites import add_site, edit_site, resolve_conflict

__all__ = [
    "Acknowledgement",
    "ImportReport",
    "add_site",
    "annotate",
    "edit_site",
    "import_sites",
    "observe",
    "resolve_conflict",
    "undo",
]
