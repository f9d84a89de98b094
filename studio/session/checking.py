"""Checks a file without keeping anything, and so without the database: `studio check` and the page share this."""

from pathlib import Path

from studio import data
from studio.data.values import Report
from studio.settings import Settings

MEGABYTE = 10**6


def check(settings: Settings, path: Path) -> Report:
    """What is wrong with the file, row by row. DataError only for what cannot be read at all."""
    return data.check_file(path, limit_bytes=settings.upload_limit_mb * MEGABYTE).report
