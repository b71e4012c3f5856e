"""All SQL of the program: objects in and out of the record, their revisions, the chain that ties them."""

from workflow.store.chain import Activity, ChainHead, Revision, Verification
from workflow.store.copying import Copied
from workflow.store.engine import SCHEMA_VERSION, is_address, name_of, refuse_taken, sqlite_version
from workflow.store.entries import ChipEntry, FigureEntry, ScoreEntry
from workflow.store.kinds import KIND_NAMES, Versioned
from workflow.store.record import Record
from workflow.store.transaction import Transaction

__all__ = [
    "KIND_NAMES",
    "SCHEMA_VERSION",
    "Activity",
    "ChainHead",
    "ChipEntry",
    "Copied",
    "FigureEntry",
    "Record",
    "Revision",
    "ScoreEntry",
    "Transaction",
    "Verification",
    "Versioned",
    "is_address",
    "name_of",
    "refuse_taken",
    "sqlite_version",
]
