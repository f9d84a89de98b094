"""Versions of a data set; each has a split of its own, and a job says which one it reads or makes."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# A sentence that stands on the page in the history of the data set.
FIRST = "Brought in."


def upgrade() -> None:
    op.create_table(
        "versions",
        sa.Column("dataset", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("owner", sa.String(120), nullable=False),
        sa.Column("project", sa.String(32), nullable=False),
        sa.Column("parent", sa.Integer(), nullable=True),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("split", sa.String(120), nullable=False),
        sa.Column("split_how", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["dataset"], ["datasets.id"], name="fk_versions_dataset", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name="fk_versions_project", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("dataset", "number", name="pk_versions"),
    )
    for column in ("owner", "project"):
        op.create_index(f"ix_versions_{column}", "versions", [column])
    op.execute(
        "INSERT INTO versions (dataset, number, owner, project, parent, says, created, split, split_how) "
        f"SELECT id, 1, owner, project, NULL, '{FIRST}', created, split, '{{}}' FROM datasets"
    )
    op.add_column("datasets", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    # Not by a batch: copying the table anew would set the data set of every job to NULL (foreign keys are on).
    op.drop_column("datasets", "split")
    op.add_column("jobs", sa.Column("version", sa.Integer(), nullable=True))
    op.execute("UPDATE jobs SET version = 1 WHERE dataset IS NOT NULL")


def downgrade() -> None:
    op.drop_column("jobs", "version")
    op.add_column("datasets", sa.Column("split", sa.String(120), server_default="", nullable=False))
    op.drop_column("datasets", "version")
    op.drop_table("versions")
