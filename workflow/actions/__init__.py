"""What people do to a project: state what they see, draw, bring in sites, review. An action is one write."""

from workflow.actions.editing import undo
from workflow.actions.importing import ImportReport, import_sites
from workflow.actions.marking import Acknowledgement, annotate, edit_annotation
from workflow.actions.observing import observe
from workflow.actions.reviewing import (
    adjudicate,
    approve,
    ask_second_reading,
    reopen,
    return_work,
    second_read,
    submit,
    submit_site,
)

__all__ = [
    "Acknowledgement",
    "ImportReport",
    "adjudicate",
    "annotate",
    "approve",
    "ask_second_reading",
    "edit_annotation",
    "import_sites",
    "observe",
    "reopen",
    "return_work",
    "second_read",
    "submit",
    "submit_site",
    "undo",
]
