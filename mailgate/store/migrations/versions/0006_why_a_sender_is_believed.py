"""How far the sender of a mail was believed when it was decided on, and why."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both columns; mails from before have neither."""
    with op.batch_alter_table("spool", schema=None) as batch_op:
        batch_op.add_column(sa.Column("authenticity", AutoString(), nullable=True))
        batch_op.add_column(sa.Column("authenticity_reason", sa.Text(), nullable=True))
