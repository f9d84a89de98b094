"""Models of the Hub, through its own library, from a stand-in on loopback."""

import json
from pathlib import Path

import pytest

from studio import models
from studio.errors import CancelledError, ModelError, ServiceError
from studio.models import hub
from tests.fakes.model_hub import Hub, model_hub, of_folder

TOKEN = "hf_CANARY"


def point_at(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What HF_ENDPOINT does to a process that starts with it."""
    from huggingface_hub import constants

    template = constants.HUGGINGFACE_CO_URL_TEMPLATE.replace(constants.ENDPOINT, address)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "ENDPOINT", address)


@pytest.fixture
def served(tiny_model: Path, monkeypatch: pytest.MonkeyPatch):
    from huggingface_hub import constants

    whole = of_folder(tiny_model)
    config = json.loads(whole["config.json"])
    coded = whole | {"config.json": json.dumps(config | {"auto_map": {"AutoConfig": "x.Y"}}).encode(), "x.py": b"1/0"}
    pickled = {name: data for name, data in whole.items() if not name.endswith(".safetensors")}
    pictures = whole | {"config.json": json.dumps(config | {"architectures": ["SeesPictures"]}).encode()}
    extra = {"pytorch_model.bin": b"x" * 9, "onnx/model.onnx": b"x", "training_args.bin": b"x", "code.py": b"1/0"}
    files = {
        "owner/tiny": whole | extra | {"README.md": b"---\nlicense: apache-2.0\n---\nA tiny model.\n"},
        "owner/terms": whole,
        "owner/coded": coded,
        "owner/pickled": pickled | {"pytorch_model.bin": b"x" * 9},
        "owner/pictures": pictures,
        "owner/empty": {"README.md": b"hello"},
    }
    with model_hub(files, gated=("owner/terms",), token=TOKEN) as running:
        point_at(running.address, monkeypatch)
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setenv("HF_TOKEN", "hf_of_the_operator")
        yield running


@pytest.fixture
def target(tmp_path: Path) -> Path:
    made = tmp_path / "fetched"
    made.mkdir()
    return made


@pytest.mark.parametrize(
    "text",
    [
        "owner/tiny",
        " owner/tiny/ ",
        "https://huggingface.co/owner/tiny",
        "https://huggingface.co/owner/tiny/tree/main?x=1",
    ],
)
def test_names_and_addresses(text):
    assert hub.name_of(text) == "owner/tiny"


@pytest.mark.parametrize("text", ["", "tiny", "../../etc/passwd", "owner/tiny/more", "o wner/tiny", "/owner"])
def test_what_is_no_name(text):
    with pytest.raises(ModelError, match="no name of a model"):
        hub.name_of(text)


def test_a_model_comes_whole_and_nothing_else_comes(served: Hub, tiny_model: Path, target: Path):
    told = []
    found = hub.fetch("owner/tiny", target, progress=lambda done, total: told.append((done, total)))
    assert {path.name for path in target.iterdir()} == set(of_folder(tiny_model)) | {"README.md"}
    info = models.inspect(target, "owner/tiny")
    assert (info.parameters, info.licence) == (models.inspect(tiny_model).parameters, "apache-2.0")
    assert told[-1] == (found.bytes, found.bytes)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert all(token == "" for _, _, token in served.asked), "a token of the environment was sent"
    paths = [path for method, path, _ in served.asked if method == "GET" and "/resolve/" in path]
    assert paths[-1].endswith(".safetensors"), "the weights come last, once the rest was looked at"


def test_search_tells_size_and_licence(served: Hub):
    found = hub.search("TI")
    assert [one.id for one in found] == ["owner/tiny"]
    assert (found[0].parameters, found[0].licence, found[0].gated) == (7, "apache-2.0", False)
    assert hub.search("nothing of the kind") == []


def test_one_with_terms_wants_a_token_that_is_sent_and_never_told(served: Hub, target: Path):
    with pytest.raises(ModelError, match="accepted its terms") as caught:
        hub.fetch("owner/terms", target)
    assert caught.value.field == "token"
    with pytest.raises(ModelError) as caught:
        hub.fetch("owner/terms", target, token="hf_wrong")
    assert "hf_wrong" not in f"{caught.value} {caught.value.__dict__}"
    hub.fetch("owner/terms", target, token=TOKEN)
    assert models.inspect(target).can_generate
    assert {token for _, _, token in served.asked} == {"", "hf_wrong", TOKEN}
    assert all(TOKEN.encode() not in path.read_bytes() for path in target.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("owner/coded", "wants to run code of its own"),
        ("owner/pickled", "has only pytorch_model.bin"),
        ("owner/pictures", "SeesPictures"),
        ("owner/empty", "holds no config.json"),
        ("owner/missing", "no public model owner/missing"),
    ],
)
def test_what_is_of_no_use_is_refused_before_the_weights(served: Hub, target: Path, name: str, said: str):
    with pytest.raises(ModelError, match=said) as caught:
        hub.fetch(name, target)
    assert caught.value.remedy.endswith(".")
    assert not any(path.endswith((".safetensors", ".bin", ".py")) for _, path, _ in served.asked)


def test_code_is_struck_out_for_a_model_that_is_known_without_it(served: Hub, target: Path):
    hub.fetch("owner/coded", target, brings_code=True)
    assert models.inspect(target).architecture == "LlamaForCausalLM"
    assert not list(target.glob("*.py"))


def test_a_download_can_be_cancelled(served: Hub, target: Path):
    seen = []
    with pytest.raises(CancelledError):
        hub.fetch("owner/tiny", target, progress=lambda *at: seen.append(at), cancelled=lambda: len(seen) > 2)
    assert not list(target.glob("*.safetensors"))


def test_without_network_and_with_faults_it_is_one_sentence(served: Hub, target: Path, monkeypatch):
    from huggingface_hub import constants

    served.down = 500
    with pytest.raises(ServiceError, match=r"fault of its own \(status 500\)"):
        hub.look_up("owner/tiny")
    point_at("http://127.0.0.1:1", monkeypatch)
    for ask in (lambda: hub.look_up("owner/tiny"), lambda: hub.search("tiny")):
        with pytest.raises(ServiceError, match="The Hub does not answer"):
            ask()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(ServiceError, match="told to stay offline"):
        hub.look_up("owner/tiny")


def test_a_model_larger_than_the_disk_is_not_begun(served: Hub, target: Path, monkeypatch):
    monkeypatch.setattr(hub.shutil, "disk_usage", lambda folder: type("Free", (), {"free": 10})())
    with pytest.raises(Exception, match="of the disk are free"):
        hub.fetch("owner/tiny", target)
    assert list(target.iterdir()) == []
