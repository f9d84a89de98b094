"""The recipe of the starter: killed in the middle and started again, it ends with the same weights; what it is judged
on is never learnt from."""

import json
import lzma
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).parents[2]
pytest.importorskip("torch.optim").Muon  # noqa: B018 - the recipe's optimiser came with torch 2.9

# The recipe itself on a corpus of a few kilobytes, with a shape that trains a step in milliseconds.
DRIVER = """
import sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from transformers import AutoTokenizer
from tools.starter import phases, pretrain, tokenizer, tokens
tokenizer.VOCABULARY = 320
phases.OPENING_STEPS, phases.TOKENS_A_STEP, pretrain.TOKENS_A_STEP = 4, 512, 512
pretrain.KEEP_EVERY, pretrain.EVALUATE_EVERY = 3, 1000
pretrain.SHAPE = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2,
                  "num_key_value_heads": 2}
pretrain.LOG_EVERY = 1
corpus, work = Path(sys.argv[1]), Path(sys.argv[2])
work.mkdir(exist_ok=True)
if not (work / "tokenizer").exists():
    tokenizer.train(corpus, 512).save_pretrained(work / "tokenizer")
bpe = AutoTokenizer.from_pretrained(work / "tokenizer")
tokens.write(bpe, corpus, work)
if not (work / "instructions.bin").exists():
    (work / "instructions.bin").write_bytes((work / "modern_by.txt.xz.bin").read_bytes())
pretrain.pretrain(bpe, work, 12 * 512, compiled=False)
"""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six parts of made-up sentences; every document differs, so that some are held out."""
    from tools.starter.corpus import PARTS

    folder = tmp_path_factory.mktemp("corpus")
    for part in PARTS:
        documents = []
        for number in range(150):
            said = f"the {number * 7} boats of {part.file[:6]} sail past pier {number} before the rain comes. "
            documents.append(said * 6 if part.file[0] != "d" else f"User: {said}\nAssistant: {said.upper()}")
        text = "\n<|doc|>\n".join(documents)
        (folder / part.file).write_bytes(lzma.compress(text.encode(), preset=0))
    return folder


def _start(corpus: Path, work: Path) -> subprocess.Popen:
    command = [sys.executable, "-c", DRIVER, str(corpus), str(work)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def _weights(work: Path) -> dict[str, torch.Tensor]:
    return torch.load(work / "state.pt", weights_only=True)["model"]


def test_a_killed_recipe_goes_on_and_ends_the_same(corpus: Path, tmp_path: Path) -> None:
    whole, torn = tmp_path / "whole", tmp_path / "torn"
    through = _start(corpus, whole)
    said, _ = through.communicate(timeout=240)
    assert through.returncode == 0, said

    killed = _start(corpus, torn)
    log = torn / "log.jsonl"
    deadline = time.monotonic() + 240
    while not (log.exists() and log.read_text().count("\n") >= 7) and time.monotonic() < deadline:
        assert killed.poll() is None, killed.stdout.read()
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    again = _start(corpus, torn)
    said, _ = again.communicate(timeout=240)
    assert again.returncode == 0, said
    assert "goes on from step" in said

    steps = [json.loads(line)["step"] for line in log.read_text().splitlines()]
    assert steps == list(range(1, 13)), "no step is missing and none is logged twice"
    for name, value in _weights(whole).items():
        assert torch.equal(value, _weights(torn)[name]), name


def test_held_out_rows_are_never_instructions(tmp_path: Path) -> None:
    """A row of a held-out test that also stands in the instruction data is left away, whatever its case and blanks."""
    from tools.starter import instructions

    for name in (*instructions.USED, *instructions.HELD_OUT):
        (tmp_path / name).write_text("", encoding="utf-8")
    test = {"text": "Where is my   card?", "label": "card"}
    (tmp_path / "banking77_test.jsonl").write_text(json.dumps(test) + "\n", encoding="utf-8")
    rows = [
        {"messages": [{"role": "user", "content": said}, {"role": "assistant", "content": "x"}]}
        for said in ("where is my card?", "where is my hat?")
    ]
    (tmp_path / "dolly_2k_chat.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    assert [m[0]["content"] for m in instructions.conversations(tmp_path)] == ["where is my hat?"]
