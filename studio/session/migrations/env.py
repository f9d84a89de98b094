"""Alembic's door: runs the migrations on the connection that studio.session.database hands over."""

from alembic import context

from studio.session.tables import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
