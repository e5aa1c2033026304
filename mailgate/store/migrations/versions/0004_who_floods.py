"""Who wrote a mail, so that it can be counted what one sender sends, and whose flood it is of."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; of mail that was there before nobody is counted."""
    with op.batch_alter_table("spool", schema=None) as batch_op:
        batch_op.add_column(sa.Column("author", AutoString(), nullable=True))
        batch_op.add_column(sa.Column("flood_of", AutoString(), nullable=True))
        batch_op.create_index("ix_spool_author_received_at", ["author", "received_at"])
        batch_op.create_index("ix_spool_sender_key_received_at", ["sender_key", "received_at"])
        batch_op.create_index("ix_spool_flood_of", ["flood_of"])
