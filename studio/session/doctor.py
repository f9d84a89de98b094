"""What `studio doctor` tells: the installation, the machine, the home folder, the database, every setting. Looks only;
it makes no folder and migrates nothing. Libraries are looked up by their metadata, not loaded."""

import os
import platform
import shutil
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from studio import __version__, models, settings
from studio.errors import StudioError
from studio.session.device import GIGABYTE, device
from studio.session.values import Check
from studio.settings import Settings

LIBRARIES = (
    "torch",
    "transformers",
    "peft",
    "safetensors",
    "gradio",
    "plotly",
    "fastapi",
    "openai",
    "pyarrow",
    "sqlalchemy",
    "alembic",
)
DISK_WANTED = 2 * GIGABYTE


def report(loaded: Settings, given: Mapping[str, Any] | None = None) -> list[Check]:
    """Every check. given: what a command line said about settings, so that their source can be named."""
    return [
        Check("studio", "ok", __version__),
        _python(),
        *(_library(name) for name in LIBRARIES),
        _device(loaded),
        _home(loaded.home),
        _disk(loaded.home),
        _database(loaded),
        _starter(),
        *(Check(s.variable, "ok", f"{s.value} ({s.source})") for s in settings.sources(loaded, **dict(given or {}))),
    ]


def _python() -> Check:
    fits = sys.version_info >= (3, 11)
    return Check("python", "ok" if fits else "error", f"{platform.python_version()} on {platform.platform()}")


def _library(name: str) -> Check:
    try:
        return Check(name, "ok", metadata.version(name))
    except metadata.PackageNotFoundError:
        return Check(name, "error", "not installed; install the studio again")


def _device(loaded: Settings) -> Check:
    found = device(loaded)
    taken = f", in use by {found.holder.name}" if found.holder else ""
    return Check("device", "ok", found.line + taken)


def _home(home: Path) -> Check:
    nearest = _existing(home)
    if not os.access(nearest, os.W_OK) or not nearest.is_dir():
        return Check("home", "error", f"{home} cannot be written; choose another one with STUDIO_HOME")
    return Check("home", "ok", f"{home}" if home.exists() else f"{home} (will be made)")


def _disk(home: Path) -> Check:
    free = shutil.disk_usage(_existing(home)).free
    return Check("disk", "ok" if free >= DISK_WANTED else "warning", f"{free / GIGABYTE:.1f} GB free")


def _existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path


def _database(loaded: Settings) -> Check:
    from studio.session import database

    if not loaded.database_url and not (loaded.home / "studio.db").exists():
        return Check("database", "ok", "not made yet")
    try:
        found = database.standing(loaded)
    except StudioError as error:
        return Check("database", "error", str(error))
    if found == database.REVISION:
        return Check("database", "ok", f"revision {found}")
    return Check("database", "warning", f"revision {found or 'none'}, brought to {database.REVISION} at the next start")


def _starter() -> Check:
    try:
        found = models.resolve("starter")
    except StudioError as error:
        return Check("starter model", "warning", str(error))
    return Check("starter model", "ok", f"{found.parameters / 1e6:.1f} million parameters")
