"""What agents are told, and which held mail was announced before it is forgotten."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "agent_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent", AutoString(), nullable=False),
        sa.Column("event", AutoString(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("spool_id", sa.Integer(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_agent_notice_ticket_id")
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_agent_notice_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent_notice")),
        sa.UniqueConstraint("entry_id", "agent", name=op.f("uq_agent_notice_entry_id_agent")),
    )
    with op.batch_alter_table("agent_notice", schema=None) as batch_op:
        batch_op.create_index("ix_agent_notice_state_at", ["state", "at"], unique=False)
        batch_op.create_index("ix_agent_notice_agent_sent_at", ["agent", "sent_at"], unique=False)

    op.create_table(
        "held_announced",
        sa.Column("spool_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["spool_id"], ["spool.id"], name=op.f("fk_held_announced_spool_id")
        ),
        sa.PrimaryKeyConstraint("spool_id", name=op.f("pk_held_announced")),
    )
