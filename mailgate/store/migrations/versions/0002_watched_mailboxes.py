"""Watched mailboxes: their books, and what a mail taken from one brings along."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the books, and two columns of the spool."""
    op.create_table(
        "mailbox",
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("owner", AutoString(), nullable=True),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("condition", AutoString(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("contact_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mailbox")),
    )
    op.create_table(
        "mailbox_folder",
        sa.Column("mailbox", AutoString(), nullable=False),
        sa.Column("folder", AutoString(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("floor", sa.BigInteger(), nullable=False),
        sa.Column("watermark", sa.BigInteger(), nullable=False),
        sa.Column("first_contact_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=True),
        sa.Column("reconciled_at", UTCDateTime(), nullable=True),
        sa.Column("differences", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("mailbox", "folder", name=op.f("pk_mailbox_folder")),
    )
    op.create_table(
        "mailbox_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailbox", AutoString(), nullable=False),
        sa.Column("folder", AutoString(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("spool_id", sa.Integer(), nullable=True),
        sa.Column("sha256", AutoString(length=64), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("same_as", sa.Integer(), nullable=True),
        sa.Column("too_large", sa.Boolean(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["spool_id"], ["spool.id"], name=op.f("fk_mailbox_mail_spool_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailbox_mail")),
        sa.UniqueConstraint(
            "mailbox",
            "folder",
            "uidvalidity",
            "generation",
            "uid",
            name=op.f("uq_mailbox_mail_mailbox_folder_uidvalidity_generation_uid"),
        ),
    )
    with op.batch_alter_table("mailbox_mail", schema=None) as batch_op:
        batch_op.create_index(
            "ix_mailbox_mail_mailbox_folder_state", ["mailbox", "folder", "state"], unique=False
        )
        batch_op.create_index("ix_mailbox_mail_mailbox_sha256", ["mailbox", "sha256"], unique=False)

    with op.batch_alter_table("spool", schema=None) as batch_op:
        batch_op.add_column(sa.Column("department", AutoString(), nullable=True))
        batch_op.add_column(sa.Column("whole_size", sa.BigInteger(), nullable=True))
