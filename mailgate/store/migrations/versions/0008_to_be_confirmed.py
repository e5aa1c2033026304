"""Tickets taken by telephone that their requester has not confirmed yet."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "to_confirm",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("until", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_to_confirm_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_to_confirm")),
    )
    with op.batch_alter_table("to_confirm", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_to_confirm_until"), ["until"], unique=False)
