"""The catalogue: projects, datasets, jobs and turns."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "projects",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("owner", sa.String(120), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("opened", sa.DateTime(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_projects"),
    )
    op.create_index("ix_projects_owner", "projects", ["owner"])
    op.create_table(
        "datasets",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("owner", sa.String(120), nullable=False),
        sa.Column("project", sa.String(32), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("used", sa.DateTime(), nullable=False),
        sa.Column("judging", sa.Boolean(), nullable=False),
        sa.Column("split", sa.String(120), nullable=False),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name="fk_datasets_project", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_datasets"),
    )
    op.create_index("ix_datasets_owner", "datasets", ["owner"])
    op.create_index("ix_datasets_project", "datasets", ["project"])
    _jobs_and_turns()


def _jobs_and_turns() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("owner", sa.String(120), nullable=False),
        sa.Column("project", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("dataset", sa.String(32), nullable=True),
        sa.Column("model", sa.String(300), nullable=False),
        sa.Column("method", sa.String(60), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("parent", sa.String(32), nullable=True),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name="fk_jobs_project", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["dataset"], ["datasets.id"], name="fk_jobs_dataset", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["parent"], ["jobs.id"], name="fk_jobs_parent", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
    )
    op.create_table(
        "turns",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("owner", sa.String(120), nullable=False),
        sa.Column("project", sa.String(32), nullable=False),
        sa.Column("job", sa.String(32), nullable=False),
        sa.Column("side", sa.String(20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name="fk_turns_project", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["job"], ["jobs.id"], name="fk_turns_job", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_turns"),
    )
    for table, columns in (("jobs", ("owner", "project", "dataset", "parent")), ("turns", ("owner", "project", "job"))):
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    for table in ("turns", "jobs", "datasets", "projects"):
        op.drop_table(table)
