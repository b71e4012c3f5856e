"""Format 6: scores say where the likeliest change is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the place's columns; scores taken before have none until they are taken anew."""
    for column in ("east_m", "north_m"):
        op.add_column("score_entry", sa.Column(column, sa.Float))
