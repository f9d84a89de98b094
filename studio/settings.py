"""The STUDIO_* environment as one frozen value. The only module that reads the environment for settings."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from studio.errors import UsageError

PREFIX = "STUDIO_"
SECRET = ("password", "secret")
TRACKERS = ("wandb", "trackio", "tensorboard")


@dataclass(frozen=True)
class Settings:
    """All settings, one environment variable each: field `home` is STUDIO_HOME, and so on.

    home: folder that holds everything the studio keeps (default: .finetune-studio in the user's home).
    host, port: where the page listens; the next free port is taken when it is in use.
    database_url: SQLAlchemy address; empty means studio.db in the home folder.
    upload_limit_mb: largest file that can be uploaded, in megabytes (10**6 bytes).
    chat_idle_minutes: a chat model that nobody used for so long is put away.
    threads: processor threads for training and chat; 0 means all that the container allows.
    password: who opens the page has to give it; needed to listen beyond this machine.
    allowed_hosts: names, divided by commas, under which the page may be opened besides localhost and 127.0.0.1.
    space: public demonstration: every visitor sees their own data alone, and no folder of the server.
    secret: signs the cookies of visitors; empty means one made once and kept in the home folder.
    hosted_keys: a file with keys for hosted providers, {"https://ADDRESS/v1": "KEY"}; each goes to its address alone.
    tracking: where trainings are shown as well, divided by commas: wandb, trackio, tensorboard; tracking_project: the
    project there.
    """

    home: Path = Path("~/.finetune-studio")
    host: str = "127.0.0.1"
    port: int = 7860
    database_url: str = ""
    upload_limit_mb: int = 200
    chat_idle_minutes: float = 15.0
    threads: int = 0
    password: str = field(default="", repr=False)
    allowed_hosts: str = ""
    space: bool = False
    secret: str = field(default="", repr=False)
    hosted_keys: str = ""
    tracking: str = ""
    tracking_project: str = "finetune-studio"

    @property
    def database(self) -> str:
        """The database address in force."""
        return self.database_url or f"sqlite:///{self.home / 'studio.db'}"

    @property
    def jobs_folder(self) -> Path:
        return self.home / "jobs"

    @property
    def trackers(self) -> list[str]:
        return [name for name in TRACKERS if name in self.tracking.split(",")]

    @property
    def datasets_folder(self) -> Path:
        return self.home / "datasets"

    @property
    def models_folder(self) -> Path:
        """Base models that were fetched from the Hub."""
        return self.home / "models"


@dataclass(frozen=True)
class Sourced:
    """One setting with where it came from, for `studio doctor`. source: 'default', 'environment', 'command line' or
    'Hugging Face Space'."""

    variable: str
    value: str
    source: str


def load(environment: Mapping[str, str] | None = None, **given: object) -> Settings:
    """Settings from what a command line gave (None: not given), the environment, what suits a Hugging Face Space when
    this is one, and the defaults, in this order.

    Raises UsageError for a value that does not fit its type, naming the variable.
    """
    environment = os.environ if environment is None else environment
    space = on_a_space(environment)
    values: dict[str, Any] = {}
    for item in fields(Settings):
        raw = given.get(item.name)
        if raw is None:
            raw = environment.get(PREFIX + item.name.upper())
        if raw is None or raw == "":
            raw = space.get(item.name, item.default)
        values[item.name] = _convert(item.name, raw)
    values["home"] = values["home"].expanduser().resolve()
    if not 0 <= values["port"] <= 65535:
        raise UsageError(f"The port {values['port']} does not exist.", "Use a number from 0 to 65535.", field="port")
    return Settings(**values)


def on_a_space(environment: Mapping[str, str]) -> dict[str, str]:
    """The settings that differ on a Hugging Face Space, which sets SPACE_ID and SPACE_HOST; empty elsewhere."""
    if not environment.get("SPACE_ID"):
        return {}
    return {
        "space": "1",
        "host": "0.0.0.0",
        "allowed_hosts": environment.get("SPACE_HOST", ""),
        # Strangers share its disk and its processor.
        "upload_limit_mb": "20",
        "chat_idle_minutes": "2",
    }


def sources(settings: Settings, environment: Mapping[str, str] | None = None, **given: object) -> list[Sourced]:
    """Every setting with its value and source; passwords and secrets are masked."""
    environment = os.environ if environment is None else environment
    space = on_a_space(environment)
    result = []
    for item in fields(Settings):
        variable = PREFIX + item.name.upper()
        if given.get(item.name) is not None:
            source = "command line"
        elif environment.get(variable):
            source = "environment"
        else:
            source = "Hugging Face Space" if item.name in space else "default"
        value = str(getattr(settings, item.name))
        if item.name == "database_url":
            value = _masked(settings.database)
        elif item.name in SECRET:
            value = "***" if value else ""
        result.append(Sourced(variable, value, source))
    return result


_SWITCH = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
_KINDS: dict[str, Callable[[Any], object]] = {
    "home": Path,
    "port": int,
    "upload_limit_mb": int,
    "threads": int,
    "chat_idle_minutes": float,
    "space": lambda raw: _SWITCH[str(raw).lower()],
    "tracking": lambda raw: _trackers(str(raw)),
}


def _trackers(raw: str) -> str:
    names = [name.strip().lower() for name in raw.split(",") if name.strip()]
    if set(names) - set(TRACKERS):
        raise ValueError(raw)
    return ",".join(names)


def _convert(name: str, raw: object) -> object:
    kind = _KINDS.get(name, str)
    try:
        return kind(raw)
    except (KeyError, TypeError, ValueError):
        variable = PREFIX + name.upper()
        other = {"space": "1 or 0", "tracking": f"one or more of {', '.join(TRACKERS)}"}
        what = other.get(name, "a number" if kind is float else "a whole number")
        raise UsageError(f"{variable} is {raw!r}, which is not {what}.", f"Set {variable} to {what}.") from None


def _masked(url: str) -> str:
    head, at, tail = url.rpartition("@")
    if not at or "://" not in head:
        return url
    scheme, _, login = head.partition("://")
    return f"{scheme}://{login.partition(':')[0]}:***@{tail}"
