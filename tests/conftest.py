"""Fixtures for every test: an own home folder each, and a tiny base model made here (random weights)."""

import json
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
SHARED_DATA = REPOSITORY.parent / "shared" / "data"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """STUDIO_HOME of this test alone; no STUDIO_* setting of the developer leaks in, and no hub is asked."""
    import os

    for name in list(os.environ):
        if name.startswith("STUDIO_"):
            monkeypatch.delenv(name)
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("STUDIO_HOME", str(folder))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return folder


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a Llama-shaped causal LM of random weights (2 layers, 64 wide), BPE and chat template."""
    from tests.tiny import make_tiny_model

    return make_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def tuned_checkpoint(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of the tiny model, really trained on the fruit-or-tool task; its job folder is two above."""
    from tests.tuned import make_tuned_checkpoint

    return make_tuned_checkpoint(tiny_model, tmp_path_factory.mktemp("jobs") / "tuned")


@pytest.fixture(scope="session")
def full_checkpoint(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of the tiny model tuned in full on the same task: a whole model."""
    from tests.tuned import make_full_checkpoint

    return make_full_checkpoint(tiny_model, tmp_path_factory.mktemp("jobs") / "full")


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a BERT-shaped encoder of random weights (2 layers, 32 wide) and its WordPiece tokenizer."""
    from tests.tiny_encoder import make_tiny_encoder

    return make_tiny_encoder(tmp_path_factory.mktemp("models") / "encoder")


@pytest.fixture(scope="session")
def classifier_checkpoint(tiny_encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of the tiny encoder, really trained to tell fruit from tool."""
    from tests.tuned import make_classifier_checkpoint

    return make_classifier_checkpoint(tiny_encoder, tmp_path_factory.mktemp("jobs") / "classifier")


@pytest.fixture
def chat_file(tmp_path: Path) -> Path:
    """60 good chat rows of a learnable task: fruit or tool, answered in JSON."""
    from tests.tiny import chat_rows

    path = tmp_path / "fruit.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in chat_rows(60)), encoding="utf-8")
    return path


@pytest.fixture
def shared_data() -> Path:
    """The folder of public data sets beside the checkout; the test is skipped where it is missing."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the public data sets do not lie beside this checkout")
    return SHARED_DATA
