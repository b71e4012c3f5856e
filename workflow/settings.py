"""Names and limits that more than one module must agree on."""

from __future__ import annotations

__all__ = [
    "ANCHORS_FILE",
    "ATTACHMENTS",
    "BACKUP_FILE",
    "CHIP_CACHE_GB",
    "CHIP_CACHE_VARIABLE",
    "DATABASE_VARIABLE",
    "IMAGERY_DIR",
    "LIMITS_FILE",
    "ORIGINALS",
    "RECORD_FILE",
    "REGISTER_FILE",
    "STATE_DIR",
    "WORKING",
    "is_in_library",
]

REGISTER_FILE = "sites.geojson"
LIMITS_FILE = "interpretability.toml"
IMAGERY_DIR = "imagery"
STATE_DIR = ".sitetrack"
RECORD_FILE = "record.sqlite"
ANCHORS_FILE = "anchors.txt"
ORIGINALS = "originals"
WORKING = "working"
ATTACHMENTS = "attachments"
BACKUP_FILE = "backup.json"
DATABASE_VARIABLE = "SITETRACK_DATABASE_URL"
CHIP_CACHE_VARIABLE = "SITETRACK_CHIP_CACHE_GB"
CHIP_CACHE_GB = 10.0


def is_in_library(path: str) -> bool:
    """Whether a file that the record names lies in the imagery library; an original may have been left elsewhere."""
    return path.startswith(tuple(f"{IMAGERY_DIR}/{folder}/" for folder in (ORIGINALS, WORKING, ATTACHMENTS)))
