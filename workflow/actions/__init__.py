"""What people do to a project: state what they see, draw, bring in sites. An action is one write."""

from workflow.actions.editing import undo
from workflow.actions.importing import ImportReport, import_sites
from workflow.actions.marking import Acknowledgement, annotate
from workflow.actions.observing import observe
from workflow.actions.withdrawing import reinstate, withdraw

__all__ = [
    "Acknowledgement",
    "ImportReport",
    "annotate",
    "import_sites",
    "observe",
    "reinstate",
    "undo",
    "withdraw",
]
