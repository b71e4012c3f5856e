"""What people do to a project: state what they see, draw, bring in and change sites, review. Each is one write."""

from workflow.actions.assigning import assign
from workflow.actions.attaching import attach
from workflow.actions.claiming import add_claim, renew_claim, withdraw_claim
from workflow.actions.classes import set_limits
from workflow.actions.dating import STATED_BASES, Understood, set_date, understood
from workflow.actions.describing import DESCRIBED, describe_capture, take_proposal, take_reading
from workflow.actions.editing import undo
from workflow.actions.figuring import remove_figure, save_figure
from workflow.actions.georeferencing import record_placed
from workflow.actions.importing import ImportReport, import_sites
from workflow.actions.marking import Acknowledgement, annotate, edit_annotation
from workflow.actions.observing import caution_on, observe, observe_once
from workflow.actions.past_work import ImportedRow, ImportOptions, PastWorkReport, import_observations
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
from workflow.actions.sites import add_site, edit_site, resolve_conflict
from workflow.actions.stills import align_still, set_standpoint, standpoint
from workflow.actions.withdrawing import reinstate, withdraw

__all__ = [
    "DESCRIBED",
    "STATED_BASES",
    "Acknowledgement",
    "ImportOptions",
    "ImportReport",
    "ImportedRow",
    "PastWorkReport",
    "Understood",
    "add_claim",
    "add_site",
    "adjudicate",
    "align_still",
    "annotate",
    "approve",
    "ask_second_reading",
    "assign",
    "attach",
    "caution_on",
    "describe_capture",
    "edit_annotation",
    "edit_site",
    "import_observations",
    "import_sites",
    "observe",
    "observe_once",
    "record_placed",
    "reinstate",
    "remove_figure",
    "renew_claim",
    "reopen",
    "resolve_conflict",
    "return_work",
    "save_figure",
    "second_read",
    "set_date",
    "set_limits",
    "set_standpoint",
    "standpoint",
    "submit",
    "submit_site",
    "take_proposal",
    "take_reading",
    "understood",
    "undo",
    "withdraw",
    "withdraw_claim",
]
