"""Settings of the environment: switches, what a Space implies, and that no secret is shown."""

import pytest

from studio.errors import UsageError
from studio.settings import load, sources
from studio.web.entrance import allowed_hosts, check_listening

SPACE = {"SPACE_ID": "someone/studio", "SPACE_HOST": "someone-studio.hf.space"}


@pytest.mark.parametrize(("raw", "wanted"), [("1", True), ("TRUE", True), ("off", False), ("0", False), ("", False)])
def test_a_switch_is_read(raw: str, wanted: bool) -> None:
    assert load({"STUDIO_SPACE": raw}).space is wanted


def test_a_switch_that_is_neither_is_refused() -> None:
    with pytest.raises(UsageError, match="STUDIO_SPACE is 'maybe', which is not 1 or 0"):
        load({"STUDIO_SPACE": "maybe"})


def test_trackers_are_named_and_unknown_ones_refused() -> None:
    assert load({"STUDIO_TRACKING": " TensorBoard, wandb"}).trackers == ["wandb", "tensorboard"]
    assert load({}).trackers == []
    with pytest.raises(UsageError, match="which is not one or more of wandb, trackio, tensorboard"):
        load({"STUDIO_TRACKING": "elsewhere"})


def test_a_space_is_recognised_and_everything_can_be_overridden() -> None:
    settings = load(SPACE)
    assert (settings.space, settings.host) == (True, "0.0.0.0")
    assert "someone-studio.hf.space" in allowed_hosts(settings)
    check_listening(settings)
    private = load({**SPACE, "STUDIO_SPACE": "0", "STUDIO_UPLOAD_LIMIT_MB": "50"})
    assert (private.space, private.upload_limit_mb) == (False, 50)
    with pytest.raises(UsageError, match="has no password"):
        check_listening(private)


def test_listening_beyond_this_machine_needs_a_password() -> None:
    with pytest.raises(UsageError, match="has no password"):
        check_listening(load({"STUDIO_HOST": "192.168.1.5"}))
    open_to_team = load({"STUDIO_HOST": "192.168.1.5", "STUDIO_PASSWORD": "x"})
    check_listening(open_to_team)
    assert "192.168.1.5" in allowed_hosts(open_to_team)


def test_secrets_are_masked() -> None:
    environment = {**SPACE, "STUDIO_PASSWORD": "hunter2", "STUDIO_SECRET": "s3cret", "STUDIO_HOME": "here"}
    settings = load(environment)
    told = {s.variable: s for s in sources(settings, environment)}
    assert told["STUDIO_PASSWORD"].value == told["STUDIO_SECRET"].value == "***"
    assert "hunter2" not in repr(settings)
    assert "s3cret" not in repr(settings)
    assert told["STUDIO_SPACE"].source == "Hugging Face Space"
    assert told["STUDIO_HOME"].source == "environment"
    assert told["STUDIO_PORT"].source == "default"
