"""A model folder is described from its files alone, and every unfit one is refused in words."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from studio import methods, models
from studio.errors import ModelError
from studio.methods import situation
from studio.methods.situation import Rows


@pytest.fixture
def folder(tiny_model: Path, tmp_path: Path) -> Path:
    """A copy of the tiny model that a test may spoil."""
    return Path(shutil.copytree(tiny_model, tmp_path / "model"))


def edit(path: Path, **values: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | values), encoding="utf-8")


def refused(folder: Path) -> str:
    with pytest.raises(ModelError) as caught:
        models.inspect(folder)
    assert caught.value.happened.endswith(".")
    assert caught.value.remedy.endswith(".")
    return caught.value.happened


def test_what_a_model_is(tiny_model):
    from transformers import AutoModelForCausalLM

    info = models.inspect(tiny_model)
    model = AutoModelForCausalLM.from_pretrained(tiny_model)
    assert info.parameters == sum(p.numel() for p in model.parameters())
    assert (info.architecture, info.model_type, info.dtype) == ("LlamaForCausalLM", "llama", "float32")
    assert (info.context, info.vocabulary) == (256, model.config.vocab_size)
    assert info.has_chat_template
    assert info.can_generate
    assert info.licence is None
    assert info.bytes == (tiny_model / "model.safetensors").stat().st_size
    assert models.resolve(str(tiny_model)) == info


def test_shards_and_tied_heads_are_counted_once(tiny_model, tmp_path):
    from safetensors.torch import load_file, save_file
    from transformers import AutoModelForCausalLM

    whole = models.inspect(tiny_model)
    sharded = tmp_path / "sharded"
    shutil.copytree(tiny_model, sharded, ignore=shutil.ignore_patterns("*.safetensors"))
    AutoModelForCausalLM.from_pretrained(tiny_model).save_pretrained(sharded, max_shard_size="100KB")
    assert (sharded / "model.safetensors.index.json").is_file()
    assert models.inspect(sharded).parameters == whole.parameters

    tied = Path(shutil.copytree(tiny_model, tmp_path / "tied"))
    weights = load_file(tied / "model.safetensors")
    save_file(weights | {"lm_head.weight": weights["model.embed_tokens.weight"].clone()}, tied / "model.safetensors")
    assert models.inspect(tied).parameters == whole.parameters
    edit(tied / "config.json", tie_word_embeddings=False)
    assert models.inspect(tied).parameters == whole.parameters + weights["model.embed_tokens.weight"].numel()


def test_the_licence_comes_from_the_card(folder):
    (folder / "README.md").write_text("---\nlanguage: en\nlicense: apache-2.0\n---\n# Card\nlicense: no\n")
    assert models.inspect(folder).licence == "apache-2.0"


def test_the_fingerprint_is_of_contents_that_matter(folder, tmp_path):
    before = models.inspect(folder).fingerprint
    (folder / "README.md").write_text("a card")
    moved = Path(shutil.copytree(folder, tmp_path / "elsewhere"))
    assert models.inspect(folder).fingerprint == before == models.inspect(moved).fingerprint
    weights = folder / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    changed = models.inspect(folder).fingerprint
    assert changed != before
    edit(folder / "tokenizer_config.json", chat_template="{{ messages }}")
    assert models.inspect(folder).fingerprint not in (before, changed)


def test_pickles_beside_safetensors_are_ignored(folder):
    before = models.inspect(folder)
    (folder / "pytorch_model.bin").write_bytes(b"not even a pickle")
    assert models.inspect(folder) == before


def test_missing_folder_and_file_instead(tmp_path):
    assert "no model folder" in refused(tmp_path / "nowhere")
    (tmp_path / "model.zip").write_bytes(b"zip")
    assert "is a file" in refused(tmp_path / "model.zip")
    (tmp_path / "empty").mkdir()
    assert "no config.json" in refused(tmp_path / "empty")


@pytest.mark.parametrize("text", ["", "{", "[1]", "\xff", "[" * 100_000])
def test_broken_config(folder, text):
    (folder / "config.json").write_text(text, encoding="latin-1")
    assert "config.json" in refused(folder)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "model-q4.gguf", "adapter_model.safetensors"])
def test_other_weights_are_named(folder, name):
    (folder / "model.safetensors").rename(folder / name)
    assert name in refused(folder)


def test_no_weights_at_all(folder):
    (folder / "model.safetensors").unlink()
    assert "holds no weights" in refused(folder)


@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json"])
def test_remote_code(folder, name):
    edit(folder / name, auto_map={"AutoModelForCausalLM": "modeling.Model"})
    assert "code of its own" in refused(folder)


def test_links_out_of_the_folder(folder, tmp_path):
    (folder / "model.safetensors").rename(tmp_path / "outside.safetensors")
    (folder / "model.safetensors").symlink_to(tmp_path / "outside.safetensors")
    assert "leads out" in refused(folder)


def test_links_within_the_folder_are_fine(folder):
    (folder / "model.safetensors").rename(folder / "blob")
    (folder / "model.safetensors").symlink_to("blob")
    assert models.inspect(folder).parameters > 0


@pytest.mark.parametrize("keep", [0, 5, 8, 200, -1])
def test_torn_weights(folder, keep):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:keep])
    assert "is torn" in refused(folder)


def test_weights_that_are_something_else(folder):
    path = folder / "model.safetensors"
    good = path.read_bytes()
    path.write_bytes(good + b"x")
    assert "does not tell of" in refused(folder)
    path.write_bytes((2).to_bytes(8, "little") + b"[]")
    assert "not a safetensors file" in refused(folder)
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    assert "git LFS" in refused(folder)


@pytest.mark.parametrize(
    ("index", "said"),
    [
        ("{", "cannot be read"),
        ('{"weight_map": {}}', "is empty"),
        ('{"weight_map": {"a": "../up.safetensors"}}', "not beside it"),
        ('{"weight_map": {"a": "gone.safetensors"}}', "lacks the weight file"),
    ],
)
def test_broken_index(folder, index, said):
    (folder / "model.safetensors.index.json").write_text(index)
    assert said in refused(folder)


def test_no_tokenizer(folder):
    (folder / "tokenizer.json").unlink()
    assert "no tokenizer" in refused(folder)


def test_encoders_are_told_from_decoders(tiny_encoder, tiny_model):
    info = models.inspect(tiny_encoder)
    assert (info.kind, info.architecture, info.can_generate) == ("encoder", "BertModel", False)
    assert (info.layers, info.hidden_size, info.context, info.has_chat_template) == (2, 32, 64, False)
    assert models.inspect(tiny_model).kind == "decoder"


@pytest.mark.parametrize(
    ("architecture", "model_type", "kind"),
    [
        ("BertLMHeadModel", "bert", "decoder"),
        ("DistilBertForMaskedLM", "distilbert", "encoder"),
        ("ElectraForPreTraining", "electra", "encoder"),
        ("ModernBertForMaskedLM", "modernbert", "encoder"),
    ],
)
def test_kinds_of_architecture(folder, architecture, model_type, kind):
    edit(folder / "config.json", architectures=[architecture], model_type=model_type)
    assert models.inspect(folder).kind == kind


def test_an_encoder_reads_no_more_than_it_has_positions_for(folder):
    edit(folder / "config.json", architectures=["RobertaModel"], model_type="roberta", max_position_embeddings=514)
    edit(folder / "config.json", pad_token_id=1)
    edit(folder / "tokenizer_config.json", model_max_length=10**30)
    assert models.inspect(folder).context == 512
    edit(folder / "tokenizer_config.json", model_max_length=128)
    assert models.inspect(folder).context == 128


def test_a_head_of_labels_on_a_model_that_wrote_text(folder):
    edit(folder / "config.json", architectures=["LlamaForSequenceClassification"])
    assert "LlamaForSequenceClassification" in refused(folder)
    (folder / "labels.json").write_text("{}")
    info = models.inspect(folder)
    assert (info.kind, info.can_generate) == ("decoder", False)
    rows = Rows("classify", 100, labels=2, rarest=50)
    assert situation.unsuited(methods.get("classifier"), info, rows) is None
    assert "needs a base model that writes text" in situation.unsuited(methods.get("full"), info, rows).happened


def test_neither_decoder_nor_encoder_is_named(folder):
    edit(folder / "config.json", architectures=["T5EncoderModel"], model_type="t5")
    assert "T5EncoderModel" in refused(folder)
    edit(folder / "config.json", architectures=None)
    assert "architecture" in refused(folder)


def test_quantised_weights(folder):
    edit(folder / "config.json", quantization_config={"quant_method": "gptq"})
    assert "quantised" in refused(folder)


def test_references():
    with pytest.raises(ModelError, match="No base model"):
        models.resolve(" ")
    with pytest.raises(ModelError, match="no model folder"):
        models.resolve("someone/some-model")
    for card in models.available():
        assert models.resolve(card.id).kind == card.kind


def test_torch_stays_out():
    code = (
        "import sys, studio.models, studio.methods, studio.models.checkpoint, studio.models.template, "
        "studio.models.loading; print(sorted({'torch', 'transformers', 'peft', 'trl'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
