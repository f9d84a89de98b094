"""What the session hands a training of trackers and their key, and the worker that waits for one."""

import json
from dataclasses import replace
from pathlib import Path

import psutil

from studio.hosted.keys import Keys
from studio.jobs import spec
from studio.session import Session
from studio.session.steering import WANDB
from studio.settings import Settings


def test_a_run_is_told_its_trackers_and_the_key_is_written_nowhere(
    settings: Settings, tmp_path: Path, chat_file: Path, tiny_model: Path
) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({WANDB: "a-secret-key"}), encoding="utf-8")
    settings = replace(settings, tracking="tensorboard", tracking_project="fruits", hosted_keys=str(keys))
    with Session(settings) as session:
        assert session.runs._secrets() == {}, "a key goes only where it is needed"
        project = session.projects.current()
        dataset = session.datasets.add(project.id, chat_file)
        session.datasets.split(dataset.id)
        run = session.runs.start(project.id, dataset.id, model=str(tiny_model), method="lora", options={"epochs": 1})
        assert session.runs.wait(run.id, lambda event: None).state == "finished"
        work = spec.read(run.folder).work
        assert (work.tracking, work.tracking_project) == (["tensorboard"], "fruits")
        assert list((settings.home / "tracking" / "tensorboard" / "fruits" / run.id).iterdir())
    with Session(replace(settings, tracking="wandb")) as session:
        assert session.runs._secrets() == {"WANDB_API_KEY": "a-secret-key"}
    assert Keys(str(keys)).find("local", WANDB) == "a-secret-key"


def test_a_session_lets_its_waiting_worker_go(settings: Settings) -> None:
    with Session(settings) as session:
        session.warm()
        pid = session._warm._waiting.process.pid
        assert psutil.pid_exists(pid)
    assert not psutil.pid_exists(pid)
