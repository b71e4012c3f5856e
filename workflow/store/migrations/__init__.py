"""Alembic's migrations of the record, one file a format, and what they share. Run by `workflow.store.schema`."""
