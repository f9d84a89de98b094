"""`studio train` of the tiny model in a real process, and what the other commands say and make of that run."""

import json
import signal
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import pytest

from tests.cli.conftest import Studio, Trained, environment
from tests.tiny import chat_rows
from tests.tiny_encoder import labelled

TRAIN_FIELDS = {
    "job",
    "state",
    "method",
    "model",
    "parameters",
    "trainable_parameters",
    "steps",
    "tokens",
    "seconds",
    "tokens_per_second",
    "peak_memory_bytes",
    "best_step",
    "validation_loss",
}


def test_train_prints_the_whole_document_and_tells_on_stderr(trained: Trained) -> None:
    document = trained.document
    assert set(document) >= TRAIN_FIELDS
    assert None not in document.values()
    assert (document["state"], document["method"], document["model"]) == ("finished", "lora", "tiny")
    assert document["validation_loss"] > 0
    assert "validation loss" in trained.err


def test_runs_and_show_know_the_run(trained: Trained) -> None:
    listed = trained.studio("runs", "--json").json()
    entry = next(one for one in listed if one["job"] == trained.job)
    assert (entry["kind"], entry["state"], entry["name"]) == ("train", "finished", "fruit, LoRA balanced")
    shown = trained.studio("--json", "show", trained.job).json()
    assert (shown["state"], shown["options"]["epochs"]) == ("finished", 3)
    assert shown["events"] > 5
    assert shown["result"]["best_step"] == trained.document["best_step"]
    words = trained.studio("show", trained.job[:-1])
    assert words.code == 0
    assert "finished" in words.out


def test_stop_of_a_run_that_is_over_says_so(trained: Trained) -> None:
    done = trained.studio("stop", trained.job)
    assert (done.code, done.out) == (1, "")
    assert "not at work" in done.err


def test_export_writes_the_zip_where_it_is_told(trained: Trained, tmp_path: Path) -> None:
    done = trained.studio("export", "last", "--out", tmp_path / "mine.zip", "--json")
    assert done.code == 0, done.err
    assert done.json() == {
        "job": trained.job,
        "file": str(tmp_path / "mine.zip"),
        "bytes": (tmp_path / "mine.zip").stat().st_size,
    }
    with zipfile.ZipFile(tmp_path / "mine.zip") as archive:
        assert any(name.endswith("adapter_model.safetensors") for name in archive.namelist())
    assert trained.studio("export", trained.job, "--out", tmp_path).code == 2


def test_evaluate_compares_on_the_test_rows_and_on_a_file(trained: Trained, tmp_path: Path) -> None:
    done = trained.studio("evaluate", trained.job, "--json")
    assert done.code == 0, done.err
    document = done.json()
    assert document["rows"] == 8
    assert [one["name"] for one in document["candidates"]] == ["base", "tuned", "frequent", "nearest", "logistic"]
    assert document["verdict"] in ("better", "worse", "cannot tell")
    other = tmp_path / "other.jsonl"
    other.write_text("".join(json.dumps(row) + "\n" for row in chat_rows(70)[60:]), encoding="utf-8")
    words = trained.studio("evaluate", trained.job, "--data", other)
    assert words.code == 0, words.err
    assert "Cannot tell" in words.out
    assert "tuned" in words.out
    listed = trained.studio("runs", "--json").json()
    assert [one["parent"] for one in listed if one["kind"] == "evaluate"] == [trained.job, trained.job]
    assert trained.studio("chat", document["job"], "--prompt", "x").code == 2


def test_chat_answers_once_and_puts_the_model_away(trained: Trained) -> None:
    done = trained.studio("chat", trained.job, "--prompt", "what is a plum number 5", "--json", "--max-tokens", 8)
    assert done.code == 0, done.err
    assert set(done.json()) == {"job", "model", "prompt", "answer"}
    talk = trained.studio("chat", "last", "--base", "--max-tokens", 8, stdin="what is a plum\n/clear\n/quit\n")
    assert talk.code == 0, talk.err
    assert "holder" not in talk.err
    assert not any((trained.studio.home / "inference").glob("*/ready.json"))


def test_a_classifier_from_training_to_an_answer(studio: Studio, tiny_encoder: Path, tmp_path: Path) -> None:
    file = tmp_path / "things.jsonl"
    rows = [{"text": one.messages[0].content, "label": one.labels[0]} for one in labelled(80)]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    options = ("--set", "learning_rate=1e-3", "--set", "epochs=30", "--set", "word_dropout=0", "--set", "patience=0")
    done = studio("train", file, "--model", tiny_encoder, *options, "--json")
    assert done.code == 0, done.err
    assert done.json()["method"] == "classifier"
    assert {"method", "strength"} <= {choice["name"] for choice in done.json()["choices"]}
    assert "of 8 validation examples right" in done.err
    judged = studio("evaluate", "last", "--data", file, "--json")
    assert judged.code == 0, judged.err
    base, tuned = (one["metrics"] for one in judged.json()["candidates"][:2])
    assert tuned["accuracy"] > 0.85 > base["accuracy"]
    assert [entry["label"] for entry in judged.json()["labels"]] == ["fruit", "tool"]
    assert "always saying the most frequent label" in judged.json()["sentence"]
    words = studio("chat", done.json()["job"], "--prompt", "what is a plum")
    assert words.out.splitlines()[0] == "fruit"
    assert "fruit" in words.err + words.out.partition("\n")[2]
    said = studio("chat", done.json()["job"], "--prompt", "what is a plum", "--json").json()
    assert (said["answer"], said["labels"][0]["label"]) == ("fruit", "fruit")
    assert studio("export", done.json()["job"]).code == 0
    assert (studio.folder / f"{done.json()['job']}-model.zip").is_file()


def test_serve_answers_other_programs_until_ctrl_c(trained: Trained) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "studio", "serve", trained.job, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment(trained.studio.home),
    )
    assert running.stdout is not None
    document = json.loads("".join(iter(running.stdout.readline, "}\n")) + "}")
    assert document["models"] == ["base", "tuned"]
    request = urllib.request.Request(
        document["base_url"] + "/models", headers={"Authorization": f"Bearer {document['api_key']}"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert [one["id"] for one in json.load(answer)["data"]] == ["base", "tuned"]
    running.send_signal(signal.SIGINT)
    assert running.wait(timeout=60) == 0
    assert running.stdout.read() == ""


LONG = [
    word
    for one in ("epochs=100", "patience=0", "tokens_per_step=64", "evaluations_per_epoch=20")
    for word in ("--set", one)
]


def test_the_same_file_is_the_same_data_set_and_the_next_run_another_name(
    trained: Trained, tiny_model: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "studio", "train", trained.studio.folder / "fruit.jsonl", "--json"]
    running = subprocess.Popen(
        [*map(str, command), "--model", str(tiny_model), "--method", "lora", *LONG],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(trained.studio.home),
        cwd=tmp_path,
    )
    assert running.stderr is not None
    for line in running.stderr:
        if "validation loss" in line:
            break
    quick = ("--model", tiny_model, "--method", "lora", "--set", "epochs=1")
    command = [sys.executable, "-m", "studio", "train", trained.studio.folder / "fruit.jsonl", *quick]
    waiting = subprocess.Popen(
        list(map(str, command)),
        stdout=subprocess.PIPE,
        text=True,
        env=environment(trained.studio.home),
        cwd=tmp_path,
    )
    assert waiting.stdout is not None
    for line in waiting.stdout:
        if "waits its turn" in line:
            break
    else:
        pytest.fail("the second training did not wait")
    running.send_signal(signal.SIGINT)
    waiting.communicate(timeout=120)
    assert waiting.returncode == 0
    out, err = running.communicate(timeout=120)
    assert running.returncode == 0, err
    document = json.loads(out)
    assert document["state"] in ("stopped", "finished"), "it may come to its end while the other one starts"
    shown = trained.studio("show", document["job"], "--json").json()
    first = trained.studio("show", trained.job, "--json").json()
    assert (shown["name"], shown["dataset"]) == ("fruit, LoRA balanced 2", first["dataset"])


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--method", "lora", "--set", "rank=100000"], 1, "must lie between"),
        (["--set", "colour=red"], 1, "no option colour"),
        (["--set", "rank"], 2, "NAME=VALUE"),
        (["--method", "magic"], 2, "no method called magic"),
        (["--method", "classifier"], 1, "these examples have none"),
        (["--strength", "brutal"], 1, "no strength called brutal"),
        (["--model", "/nowhere/at/all"], 1, "no model folder"),
    ],
)
def test_what_cannot_be_used_is_refused_before_anything_starts(
    studio: Studio, chat_file: Path, tiny_model: Path, words: list[str], code: int, said: str
) -> None:
    model = [] if "--model" in words else ["--model", str(tiny_model)]
    done = studio("train", chat_file, *model, *words, "--json")
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert not list((studio.home / "jobs").glob("*"))


def test_a_folder_without_safetensors_is_named(studio: Studio, chat_file: Path, tiny_model: Path) -> None:
    folder = studio.folder / "bare"
    folder.mkdir()
    (folder / "config.json").write_bytes((tiny_model / "config.json").read_bytes())
    done = studio("train", chat_file, "--model", folder)
    assert done.code == 1
    assert "safetensors" in done.err


def test_fewer_than_4_usable_rows_are_refused(studio: Studio, tiny_model: Path) -> None:
    file = studio.folder / "few.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in chat_rows(3)), encoding="utf-8")
    done = studio("train", file, "--model", tiny_model, "--json")
    assert (done.code, done.out) == (1, "")
    assert "at least 4" in done.err
    assert studio("check", file).code == 0
