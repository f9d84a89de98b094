"""The exported zip: what is in it, what is not, and that peft opens it in a clean process with the same answer."""

import json
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from studio import models
from studio.data.values import Message
from studio.errors import JobError, StorageError
from studio.export.adapter import write_zip
from studio.jobs.spec import Source, Spec, Train

QUESTION = "what is a plum number 3"


@pytest.fixture
def spec(tiny_model: Path) -> Spec:
    work = Train(
        data=Source("/somewhere/private/rows.parquet", "d"),
        split=Source("/somewhere/private/split.json", "s"),
        model=Source(str(tiny_model), models.inspect(tiny_model).fingerprint),
        model_name="tiny",
        method="lora",
        options={"epochs": 3, "rank": 16},
    )
    return Spec("train-1", "train", "Fruit, LoRA balanced", "2026-01-01T00:00:00Z", work)


@pytest.fixture
def job(tuned_checkpoint: Path) -> Path:
    return tuned_checkpoint.parent.parent


def snippet_says(unpacked: Path) -> str:
    """What the code of the README prints, run in a clean process in the unpacked zip."""
    readme = (unpacked / "README.md").read_text(encoding="utf-8")
    code = readme.partition("```python\n")[2].partition("```")[0].replace("Your question", QUESTION)
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=unpacked, capture_output=True, text=True, encoding="utf-8", check=True
    )
    return done.stdout.rstrip("\n")


def test_a_clean_process_gives_the_same_greedy_answer(
    spec: Spec, job: Path, tiny_model: Path, tuned_checkpoint: Path, tmp_path: Path
) -> None:
    from studio.inference.generate import load

    with zipfile.ZipFile(write_zip(job, spec, tmp_path / "out.zip", with_base=True)) as archive:
        archive.extractall(tmp_path / "unpacked")
    said = snippet_says(tmp_path / "unpacked")
    engine = load(tiny_model, {"tuned": tuned_checkpoint}, 1)
    assert said == engine.answers("tuned", [(Message("user", QUESTION),)], 200)[0]
    assert json.loads(said)["kind"] in ("fruit", "tool")


def test_a_whole_model_comes_as_its_folder_and_answers_alone(
    spec: Spec, tiny_model: Path, full_checkpoint: Path, tmp_path: Path
) -> None:
    from studio.inference.generate import load

    job = full_checkpoint.parent.parent
    with zipfile.ZipFile(write_zip(job, spec, tmp_path / "out.zip", with_base=False)) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "unpacked")
    assert {
        "model/config.json",
        "model/model.safetensors",
        "model/tokenizer.json",
        "README.md",
        "training.json",
    } <= names
    assert all(name.startswith("model/") or name in ("README.md", "training.json") for name in names)
    assert str(tiny_model).encode() not in (tmp_path / "unpacked" / "model" / "config.json").read_bytes()
    answer = load(tiny_model, {"tuned": full_checkpoint}, 1).answers("tuned", [(Message("user", QUESTION),)], 200)[0]
    assert snippet_says(tmp_path / "unpacked") == answer


def test_a_classifier_tells_labels_by_the_code_of_its_readme(
    spec: Spec, tiny_encoder: Path, classifier_checkpoint: Path, tmp_path: Path
) -> None:
    from studio.inference.tell import Teller

    base = Source(str(tiny_encoder), models.inspect(tiny_encoder).fingerprint)
    spec = replace(spec, work=replace(spec.work, model=base, method="classifier"))
    with zipfile.ZipFile(write_zip(classifier_checkpoint.parent.parent, spec, tmp_path / "out.zip")) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "unpacked")
    assert {"model/labels.json", "model/vocab.txt", "model/model.safetensors"} <= names
    assert "model/chat_template.jinja" not in names
    answer = Teller({"tuned": classifier_checkpoint}, 1).stream("tuned", [Message("user", QUESTION)], 0, 1)
    wanted = [f"{label}: {share:.2f}" for label, share in answer.labels]
    assert snippet_says(tmp_path / "unpacked").splitlines() == wanted


def test_what_is_inside_and_what_is_not(spec: Spec, job: Path, tiny_model: Path, tmp_path: Path) -> None:
    (job / "training_args.bin").write_bytes(b"pickle")
    with zipfile.ZipFile(write_zip(job, spec, tmp_path / "out.zip")) as archive:
        names = archive.namelist()
        contents = {name: archive.read(name) for name in names}
    (job / "training_args.bin").unlink()
    assert {"adapter/adapter_model.safetensors", "adapter/adapter_config.json", "README.md", "training.json"} <= set(
        names
    )
    assert "tokenizer/tokenizer.json" in names
    assert not any(name.startswith("base/") or name.endswith((".bin", ".pt", ".pkl")) for name in names)
    assert not {"adapter/manifest.json", "spec.json", "events.jsonl"} & set(names)
    for name, content in contents.items():
        for private in (str(tiny_model), str(job), "/somewhere/private", str(Path.home())):
            assert private.encode() not in content, (name, private)
    assert json.loads(contents["adapter/adapter_config.json"])["base_model_name_or_path"] == "tiny"
    summary = json.loads(contents["training.json"])
    assert (summary["method"], summary["best_step"], summary["options"]["rank"]) == ("lora", 120, 16)
    assert summary["validation_loss"] > 0
    assert "name no licence" in contents["README.md"].decode()


def test_the_same_run_gives_the_same_bytes(spec: Spec, job: Path, tmp_path: Path) -> None:
    first, second = write_zip(job, spec, tmp_path / "a.zip"), write_zip(job, spec, tmp_path / "b.zip")
    assert first.read_bytes() == second.read_bytes()


def test_nothing_to_take_and_nowhere_to_put_it(spec: Spec, job: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(JobError, match="no complete checkpoint"):
        write_zip(tmp_path / "empty", spec, tmp_path / "out.zip")
    with pytest.raises(StorageError):
        write_zip(job, spec, tmp_path / "missing" / "out.zip")
    assert list(tmp_path.glob("*.zip*")) == []


def test_a_base_of_the_hub_is_called_by_its_name_and_asked_as_it_was_trained(
    spec: Spec, job: Path, tiny_model: Path, tmp_path: Path
) -> None:
    base = Path(shutil.copytree(tiny_model, tmp_path / "owner--tiny"))
    template = base / "chat_template.jinja"
    template.write_text("{#- enable_thinking -#}" + template.read_text(encoding="utf-8"), encoding="utf-8")
    work = replace(spec.work, model=Source(str(base), models.inspect(base).fingerprint), model_name="owner/tiny")
    with zipfile.ZipFile(write_zip(job, replace(spec, work=work), tmp_path / "out.zip")) as archive:
        readme = archive.read("README.md").decode()
        config = json.loads(archive.read("adapter/adapter_config.json"))
        assert not any(name.startswith("base/") for name in archive.namelist())
    assert "it comes from the Hugging Face Hub by its name, `owner/tiny`" in readme
    assert config["base_model_name_or_path"] == "owner/tiny"
    assert "return_dict=True, enable_thinking=False)" in readme


def test_a_base_that_was_tuned_here_goes_along(spec: Spec, job: Path, tiny_model: Path, tmp_path: Path) -> None:
    jobs = tmp_path / "jobs"
    again = Path(shutil.copytree(job, jobs / "second"))
    base = Path(shutil.copytree(tiny_model, jobs / "first" / "model"))
    work = replace(spec.work, model=Source(str(base), models.inspect(base).fingerprint), model_name="Tickets, full")
    with zipfile.ZipFile(write_zip(again, replace(spec, work=work), tmp_path / "out.zip")) as archive:
        assert "base/model.safetensors" in archive.namelist()
        assert str(tmp_path) not in archive.read("training.json").decode() + archive.read("README.md").decode()
