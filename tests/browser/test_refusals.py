"""What cannot be trained is said in one sentence at its field on the Method tab, and nothing can be started."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import pick, write
from tests.serving import serve

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
OpenPage = Callable[..., Page]
CHATS = [{"prompt": f"what is {n}", "completion": f"number {n}"} for n in range(40)]
ROWS: dict[str, tuple[str, list[dict[str, Any]], str]] = {
    "no labels": ("Text classifier", [{"text": f"words {n}"} for n in range(40)], "these examples have none"),
    "one label": (
        "Text classifier",
        [{"text": f"words {n}", "label": "a"} for n in range(40)],
        "All examples have the same label",
    ),
    "too many labels": (
        "Text classifier",
        [{"text": f"words {n}", "label": f"label {n}"} for n in range(5_000)],
        "at most 1,000 apart",
    ),
    "no worse answer": ("Learning from preferences", CHATS, "these examples have no worse one"),
}


def bring(page: Page, folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    file = folder / f"{name}.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    page.locator("#upload input[type=file]").set_input_files(file)
    expect(page.locator("#data-strip")).to_contain_text(name)
    page.locator("#to-method").click()
    expect(page.locator("#proposal h2")).to_be_visible()


def refused(page: Page) -> None:
    """Nothing can be started, and the bar says why."""
    expect(page.locator("#start")).to_be_disabled()


def test_rows_that_a_method_cannot_learn(home: Path, tmp_path: Path, open_page: OpenPage) -> None:
    with serve(home) as served:
        page = open_page(served.address)
        for name, (method, rows, said) in ROWS.items():
            bring(page, tmp_path, name, rows)
            pick(page.get_by_label(method, exact=True))
            expect(page.locator("#method-fault [role=alert]")).to_contain_text(said)
            refused(page)
            page.get_by_role("tab", name="Data").click()
            page.locator("#other-file").click()


def test_options_and_models_that_cannot_be(home: Path, tmp_path: Path, tiny_model: Path, open_page: OpenPage) -> None:
    pickled = tmp_path / "pickled"
    shutil.copytree(tiny_model, pickled)
    (pickled / "model.safetensors").rename(pickled / "pytorch_model.bin")
    with serve(home) as served:
        page = open_page(served.address)
        bring(page, tmp_path, "chats", CHATS)
        pick(page.get_by_label("A model folder on this machine"))
        folder = page.locator("#folder textarea, #folder input")
        write(folder, str(pickled))
        folder.press("Enter")
        expect(page.locator("#model-facts [role=alert]")).to_contain_text("only pytorch_model.bin")
        refused(page)

        write(folder, str(tiny_model))
        folder.press("Enter")
        expect(page.locator("#model-facts")).to_contain_text("LlamaForCausalLM")
        pick(page.get_by_label("LoRA", exact=True))
        page.locator("#advanced").get_by_role("button").first.click()
        for name, wrong, said, right in (
            ("rank", "65", "layers of tiny are only 64 wide", "8"),
            ("max_length", "1000", "tiny reads at most 256", "0"),
            ("learning_rate", "10", "must lie between", "0.001"),
        ):
            block = page.locator(f"#option-{name}:visible")
            write(block.locator("input"), wrong)
            block.locator("input").blur()
            expect(block).to_contain_text(said)
            refused(page)
            write(block.locator("input"), right)
            block.locator("input").blur()
            expect(block).not_to_contain_text(said)
            expect(page.locator("#start")).to_be_enabled()
