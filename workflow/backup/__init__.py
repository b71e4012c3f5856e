"""Backups: a project folder copied whole under writers, its manifest, and the way back."""

from workflow.backup.making import back_up, left_in_place
from workflow.backup.manifest import Manifest, check_manifest, read_manifest
from workflow.backup.restoring import restore

__all__ = ["Manifest", "back_up", "check_manifest", "left_in_place", "read_manifest", "restore"]
