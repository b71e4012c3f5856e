"""Names and limits that more than one module must agree on."""

from __future__ import annotations

__all__ = [
    "ANCHORS_FILE",
    "BACKUP_FILE",
    "DATABASE_VARIABLE",
    "IMAGERY_DIR",
    "LIMITS_FILE",
    "ORIGINALS",
    "RECORD_FILE",
    "REGISTER_FILE",
    "STATE_DIR",
    "WORKING",
]

REGISTER_FILE = "sites.geojson"
LIMITS_FILE = "interpretability.toml"
IMAGERY_DIR = "imagery"
STATE_DIR = ".sitetrack"
RECORD_FILE = "record.sqlite"
ANCHORS_FILE = "anchors.txt"
ORIGINALS = "originals"
WORKING = "working"
BACKUP_FILE = "backup.json"
DATABASE_VARIABLE = "SITETRACK_DATABASE_URL"
