"""A text classifier in the browser: recommended for labels, scored after every epoch, its verdict and its answer."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import pick, write
from tests.serving import serve
from tests.tiny_encoder import labelled

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
OpenPage = Callable[..., Page]


def test_labels_from_a_file_to_an_answer(home: Path, tmp_path: Path, tiny_encoder: Path, open_page: OpenPage) -> None:
    file = tmp_path / "things.jsonl"
    rows = [{"text": one.messages[0].content, "label": one.labels[0]} for one in labelled(80)]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with serve(home) as served:
        page = open_page(served.address)
        page.locator("#upload input[type=file]").set_input_files(file)
        page.locator("#to-method").click()
        expect(page.locator("#proposal")).to_contain_text("Recommended for your 64 examples")

        page.locator("#advanced").get_by_role("button").first.click()
        pick(page.get_by_label("LoRA", exact=True))
        expect(page.locator("#option-rank")).to_be_visible()
        expect(page.locator("#option-class_weights")).not_to_be_visible()
        pick(page.get_by_label("A model folder on this machine"))
        write(page.locator("#folder textarea, #folder input"), str(tiny_encoder))
        page.locator("#folder textarea, #folder input").press("Enter")
        expect(page.locator("#model-facts")).to_contain_text("reads texts and tells their labels")
        expect(page.locator("#plan")).to_contain_text("needs a base model that writes text")
        expect(page.locator("#start")).to_be_disabled()

        pick(page.get_by_label("Text classifier", exact=True))
        expect(page.locator("#start")).to_be_enabled()
        for name, value in (("learning_rate", "0.001"), ("word_dropout", "0"), ("epochs", "30"), ("patience", "0")):
            field = page.locator(f"#option-{name} input")
            write(field, value)
            field.blur()
        expect(page.get_by_text("Ready: 64 examples, 30 epochs.")).to_be_visible()
        page.locator("#start").click()
        expect(page.locator("#to-evaluate")).to_be_enabled(timeout=180_000)
        expect(page.locator("#live-train .fs-notes li")).to_have_count(31)
        expect(page.locator("#live-train .fs-notes")).to_contain_text("of 8 validation examples told right")
        notes = " ".join(page.locator("#live-train .fs-notes li").all_inner_texts())
        told = [int(count) for count in re.findall(r"(\d+) of 8 validation examples told right", notes)]
        assert len(told) == 31, "one score before training and one after every epoch"
        assert max(told) / 8 > 0.85

        page.locator("#to-evaluate").click()
        page.locator("#compare").click()
        expect(page.locator("#verdict")).to_contain_text("most frequent label", timeout=120_000)
        expect(page.locator("#details")).to_contain_text("Label by label")
        expect(page.locator("#details .fs-labels tbody tr")).to_have_count(2)

        page.locator("#to-chat").click()
        write(page.locator("#message textarea"), "what is a plum")
        page.locator("#send").click()
        expect(page.locator("#chat-tuned")).to_contain_text("fruit", timeout=60_000)
        expect(page.locator("#chat-tuned")).to_contain_text("%")
        expect(page.locator("#chat-base")).to_contain_text("the most frequent label")
