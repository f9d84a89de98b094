"""What cannot be trained on, or with, is said in one plain sentence at its field, before anything is started."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studio.errors import ModelError, StudioError
from studio.session import Session

TEXTS = [{"text": f"some words of row {n}"} for n in range(60)]
CHATS = [{"prompt": f"what is {n}", "completion": f"number {n}"} for n in range(60)]
Bring = Callable[[list[dict[str, Any]]], str]


@pytest.fixture
def bring(session: Session, tmp_path: Path) -> Bring:
    """The rows as a data set of the current project; its id."""

    def brought(rows: list[dict[str, Any]]) -> str:
        path = tmp_path / "rows.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return session.datasets.add(session.projects.current().id, path, path.name).id

    return brought


def labelled(count: int, labels: int) -> list[dict[str, Any]]:
    return [{"text": f"some words of row {n}", "label": f"label {n % labels}"} for n in range(count)]


def pairs(**worse: Any) -> list[dict[str, Any]]:
    return [{"prompt": f"what is {n}", "chosen": f"number {n}", **worse} for n in range(60)]


def refused(session: Session, dataset: str, model: Path, method: str, **options: Any) -> StudioError:
    """Why these cannot be trained: the page's list and the start say the same, and nothing was started."""
    project = session.projects.current().id
    plan = session.runs.plan(project, dataset, str(model), method, options=options)
    assert not plan.ready
    with pytest.raises(StudioError) as caught:
        session.runs.start(project, dataset, str(model), method, options=options)
    assert plan.reasons == [str(caught.value)], "one sentence, and its remedy"
    assert session.runs.list() == []
    return caught.value


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (TEXTS, "learns labels, and these examples have none"),
        ([{**row, "label": ""} for row in TEXTS], "answer is empty"),
        (labelled(60, 1), "All examples have the same label"),
        (labelled(5_000, 5_000), "5,000 different labels, and a text classifier tells at most 1,000"),
    ],
    ids=["no labels", "empty labels", "one label", "5,000 labels"],
)
def test_labels_that_cannot_be_told(
    session: Session, bring: Bring, tiny_encoder: Path, rows: list[dict[str, Any]], said: str
) -> None:
    fault = refused(session, bring(rows), tiny_encoder, "classifier")
    assert said in fault.happened
    assert fault.field == "label"


@pytest.mark.parametrize(
    ("rows", "said", "field"),
    [
        (pairs(), 'lacks "rejected"', "rejected"),
        (pairs(rejected=None), "rejected answer is empty", "rejected"),
        (CHATS, "these examples have no worse one", "method"),
    ],
    ids=["no column", "empty", "chats"],
)
def test_preferences_without_a_worse_answer(
    session: Session, bring: Bring, tiny_model: Path, rows: list[dict[str, Any]], said: str, field: str
) -> None:
    fault = refused(session, bring(rows), tiny_model, "preference")
    assert said in fault.happened
    assert fault.field == field


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("rank", 65, "layers of tiny are only 64 wide"),
        ("max_length", 1_000, "tiny reads at most 256"),
        ("learning_rate", 10, "must lie between"),
    ],
)
def test_options_that_cannot_be(
    session: Session, bring: Bring, tiny_model: Path, option: str, value: float, said: str
) -> None:
    fault = refused(session, bring(CHATS), tiny_model, "lora", **{option: value})
    assert said in fault.happened
    assert fault.field == option


def test_a_folder_with_a_pickle_only(session: Session, bring: Bring, tiny_model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pickled"
    shutil.copytree(tiny_model, folder)
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    fault = refused(session, bring(CHATS), folder, "lora")
    assert isinstance(fault, ModelError)
    assert "only pytorch_model.bin" in fault.happened
    assert fault.field == "model"
