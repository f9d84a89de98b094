"""QLoRA from end to end: trained on a base model in 4 bits, judged, talked to and taken away on the same one."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from peft import PeftModel

from studio.data.values import Message
from studio.inference.client import stream_chat
from studio.models import loading
from studio.session import Session


def test_train_judge_chat_and_take_away(session: Session, chat_file: Path, tiny_model: Path, tmp_path: Path) -> None:
    project = session.projects.current().id
    dataset = session.datasets.add(project, chat_file, chat_file.name)
    options = {"epochs": 8, "learning_rate": 1e-2}
    run = session.runs.start(project, dataset.id, str(tiny_model), "qlora", options=options)
    assert session.runs.wait(run.id, lambda event: None).state == "finished"
    judged = session.evaluations.start(run.id)
    assert session.runs.wait(judged.id, lambda event: None).state == "finished"
    card = session.evaluations.scorecard(judged.id)
    assert card is not None
    base, tuned = card.candidates[:2]
    assert tuned.metrics["loss"] < base.metrics["loss"] / 2

    endpoint = session.chats.open(run.id)
    try:
        row = next(one for one in card.details if one.answers["tuned"].startswith('{"kind"'))
        asked = [Message("user", turn["content"]) for turn in row.prompt]
        said = "".join(stream_chat(endpoint, "tuned", asked, temperature=0.0, max_tokens=32))
        assert said == row.answers["tuned"], "the chat answers as it was judged"
    finally:
        session.chats.close()

    with zipfile.ZipFile(session.exports.adapter(run.id, tmp_path / "out.zip")) as archive:
        archive.extractall(tmp_path / "unpacked")
    readme = (tmp_path / "unpacked" / "README.md").read_text(encoding="utf-8")
    assert "held in 4 bits (QLoRA" in readme
    assert "pip install torch transformers peft bitsandbytes" in readme
    shutil.copytree(tiny_model, tmp_path / "unpacked" / "tiny")
    code = readme.partition("```python\n")[2].partition("```")[0].replace("Your question", asked[-1].content)
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=tmp_path / "unpacked", capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout.rstrip("\n") == said, "its own code loads it as it was trained"

    (weights,) = (tmp_path / "unpacked").rglob("adapter_model.safetensors")
    taken = PeftModel.from_pretrained(loading.load_base(tiny_model, 1), weights.parent)
    assert taken.peft_config["default"].r == run.options["rank"], "peft opens it beside the base model"
