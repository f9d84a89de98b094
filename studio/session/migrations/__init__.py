"""Alembic migrations of the catalogue, one file a change in versions/, run by studio.session.database."""
