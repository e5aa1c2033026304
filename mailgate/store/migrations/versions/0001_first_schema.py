"""The first schema: all that mail, tickets and outgoing mail need."""

import secrets
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table, and the installation with its random id."""
    op.create_table(
        "blob",
        sa.Column("sha256", AutoString(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("stored_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blob")),
    )
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instance", AutoString(length=32), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("number_digits", sa.Integer(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.create_table(
        "job_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job", AutoString(), nullable=False),
        sa.Column("slot", UTCDateTime(), nullable=False),
        sa.Column("next_slot", UTCDateTime(), nullable=False),
        sa.Column("runner", AutoString(), nullable=False),
        sa.Column("lease_until", UTCDateTime(), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_run")),
        sa.UniqueConstraint("job", "slot", name=op.f("uq_job_run_job_slot")),
    )
    with op.batch_alter_table("job_run", schema=None) as batch_op:
        batch_op.create_index("ix_job_run_finished_at", ["finished_at"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("language", AutoString(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_table(
        "blob_chunk",
        sa.Column("sha256", AutoString(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["blob.sha256"], name=op.f("fk_blob_chunk_sha256")),
        sa.PrimaryKeyConstraint("sha256", "seq", name=op.f("pk_blob_chunk")),
    )
    op.create_table(
        "person_address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("address", AutoString(), nullable=False),
        sa.Column("proven_at", UTCDateTime(), nullable=True),
        sa.Column("proven_by", AutoString(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_address_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_address")),
        sa.UniqueConstraint("address", name=op.f("uq_person_address_address")),
    )
    with op.batch_alter_table("person_address", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_person_address_person_id"), ["person_id"], unique=False
        )

    op.create_table(
        "spool",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("source_key", AutoString(), nullable=True),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("sha256", AutoString(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("mail_from", AutoString(), nullable=True),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("peer", AutoString(), nullable=False),
        sa.Column("helo", AutoString(), nullable=False),
        sa.Column("tls", sa.Boolean(), nullable=False),
        sa.Column("login", AutoString(), nullable=True),
        sa.Column("sender_key", AutoString(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("cause", AutoString(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_by", AutoString(), nullable=True),
        sa.Column("claimed_until", UTCDateTime(), nullable=True),
        sa.Column("next_try_at", UTCDateTime(), nullable=True),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        sa.Column("message_id", AutoString(length=512), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("release_to", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["sha256"], ["blob.sha256"], name=op.f("fk_spool_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spool")),
        sa.UniqueConstraint("source_key", name=op.f("uq_spool_source_key")),
    )
    with op.batch_alter_table("spool", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_spool_message_id"), ["message_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_spool_received_at"), ["received_at"], unique=False)
        batch_op.create_index(
            "ix_spool_sender_key_state_turn", ["sender_key", "state", "turn"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_spool_sha256"), ["sha256"], unique=False)
        batch_op.create_index("ix_spool_state_turn", ["state", "turn", "id"], unique=False)

    op.create_table(
        "ticket",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("department", AutoString(), nullable=False),
        sa.Column("requester_id", sa.Integer(), nullable=False),
        sa.Column("requester_address", AutoString(), nullable=False),
        sa.Column("requester_name", AutoString(), nullable=False),
        sa.Column("status", AutoString(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("language", AutoString(), nullable=False),
        sa.Column("priority", AutoString(), nullable=False),
        sa.Column("assignee", AutoString(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("effective_received_at", UTCDateTime(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.Column("hold_until", sa.Date(), nullable=True),
        sa.Column("due_at", UTCDateTime(), nullable=True),
        sa.Column("close_at", UTCDateTime(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("merged_into", sa.Integer(), nullable=True),
        sa.Column("thread_index", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["merged_into"], ["ticket.id"], name=op.f("fk_ticket_merged_into")),
        sa.ForeignKeyConstraint(
            ["requester_id"], ["person.id"], name=op.f("fk_ticket_requester_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("number", name=op.f("uq_ticket_number")),
    )
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_department"), ["department"], unique=False)
        batch_op.create_index(batch_op.f("ix_ticket_requester_id"), ["requester_id"], unique=False)
        batch_op.create_index("ix_ticket_status_close_at", ["status", "close_at"], unique=False)
        batch_op.create_index("ix_ticket_status_hold_until", ["status", "hold_until"], unique=False)

    op.create_table(
        "automatic_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", AutoString(), nullable=False),
        sa.Column("domain", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_automatic_mail_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_automatic_mail")),
    )
    with op.batch_alter_table("automatic_mail", schema=None) as batch_op:
        batch_op.create_index("ix_automatic_mail_address_at", ["address", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_automatic_mail_at"), ["at"], unique=False)
        batch_op.create_index("ix_automatic_mail_domain_at", ["domain", "at"], unique=False)

    op.create_table(
        "entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("event", AutoString(), nullable=False),
        sa.Column("author", AutoString(), nullable=False),
        sa.Column("author_name", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("effective_received_at", UTCDateTime(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("full_text", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("spool_id", sa.Integer(), nullable=True),
        sa.Column("sha256", AutoString(length=64), nullable=True),
        sa.Column("nature", AutoString(), nullable=False),
        sa.Column("authenticity", AutoString(), nullable=False),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.Column("third_party", sa.Boolean(), nullable=False),
        sa.Column("defects", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["blob.sha256"], name=op.f("fk_entry_sha256")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_entry_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint("ticket_id", "spool_id", name=op.f("uq_entry_ticket_id_spool_id")),
    )
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_sha256"), ["sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_entry_spool_id"), ["spool_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_entry_ticket_id"), ["ticket_id"], unique=False)

    op.create_table(
        "participant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("address", AutoString(), nullable=False),
        sa.Column("role", AutoString(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_participant_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_participant_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant")),
        sa.UniqueConstraint(
            "ticket_id", "person_id", name=op.f("uq_participant_ticket_id_person_id")
        ),
    )
    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_participant_person_id"), ["person_id"], unique=False)

    op.create_table(
        "spool_result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("spool_id", sa.Integer(), nullable=False),
        sa.Column("department", AutoString(), nullable=False),
        sa.Column("verdict", AutoString(), nullable=False),
        sa.Column("verdict_reason", sa.Text(), nullable=False),
        sa.Column("cause", AutoString(), nullable=True),
        sa.Column("ticket", sa.Integer(), nullable=True),
        sa.Column("matched_by", AutoString(), nullable=True),
        sa.Column("may_speak", AutoString(), nullable=True),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.Column("acknowledge", sa.Boolean(), nullable=False),
        sa.Column("acknowledge_reason", sa.Text(), nullable=False),
        sa.Column("effective_received_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["spool_id"], ["spool.id"], name=op.f("fk_spool_result_spool_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spool_result")),
        sa.UniqueConstraint(
            "spool_id", "department", name=op.f("uq_spool_result_spool_id_department")
        ),
    )
    with op.batch_alter_table("spool_result", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_spool_result_ticket"), ["ticket"], unique=False)

    op.create_table(
        "ticket_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["other_id"], ["ticket.id"], name=op.f("fk_ticket_link_other_id")),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_link_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_link")),
        sa.UniqueConstraint(
            "ticket_id", "other_id", name=op.f("uq_ticket_link_ticket_id_other_id")
        ),
    )
    with op.batch_alter_table("ticket_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_link_other_id"), ["other_id"], unique=False)

    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", AutoString(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", AutoString(length=64), nullable=False),
        sa.Column("inline", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_attachment_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_digest"), ["digest"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachment_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "known_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", AutoString(length=512), nullable=False),
        sa.Column("direction", AutoString(), nullable=False),
        sa.Column("department", AutoString(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", AutoString(length=64), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_known_message_entry_id")),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_known_message_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_message")),
    )
    with op.batch_alter_table("known_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_known_message_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_known_message_message_id"), ["message_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_known_message_ticket_id"), ["ticket_id"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("event", AutoString(), nullable=False),
        sa.Column("recipient", AutoString(), nullable=False),
        sa.Column("mail_from", AutoString(), nullable=False),
        sa.Column("message_id", AutoString(length=512), nullable=False),
        sa.Column("headers", sa.LargeBinary(), nullable=False),
        sa.Column("body_sha256", AutoString(length=64), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("first_due_at", UTCDateTime(), nullable=False),
        sa.Column("next_try_at", UTCDateTime(), nullable=False),
        sa.Column("leased_by", AutoString(), nullable=True),
        sa.Column("leased_until", UTCDateTime(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["body_sha256"], ["blob.sha256"], name=op.f("fk_outbox_body_sha256")
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_outbox_entry_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_outbox_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint(
            "entry_id", "recipient", "kind", name=op.f("uq_outbox_entry_id_recipient_kind")
        ),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_body_sha256"), ["body_sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_message_id"), ["message_id"], unique=False)
        batch_op.create_index(
            "ix_outbox_state_next_try_at", ["state", "next_try_at", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_outbox_ticket_id"), ["ticket_id"], unique=False)

    op.create_table(
        "status_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("before", AutoString(), nullable=True),
        sa.Column("after", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_status_history_entry_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_status_history_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_history")),
    )
    with op.batch_alter_table("status_history", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_status_history_ticket_id"), ["ticket_id"], unique=False
        )

    op.bulk_insert(
        sa.table(
            "installation",
            sa.column("id", sa.Integer()),
            sa.column("instance", sa.String()),
            sa.column("created_at", UTCDateTime()),
            sa.column("number_digits", sa.Integer()),
            sa.column("demo", sa.Boolean()),
        ),
        [
            {
                "id": 1,
                "instance": secrets.token_hex(8),
                "created_at": datetime.now(UTC),
                "number_digits": 6,
                "demo": False,
            }
        ],
    )
