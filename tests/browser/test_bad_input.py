"""Bad files on the page: a clear message, nothing lost, the page alive."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import pick, write
from tests.serving import serve

pytestmark = pytest.mark.browser


def test_faulty_files_are_named_and_the_page_lives(
    home: Path, tmp_path: Path, chat_file: Path, open_page: Callable[..., Page]
) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text("")
    broken = tmp_path / "broken.jsonl"
    good = chat_file.read_text().splitlines()
    broken.write_text("\n".join([*good[:2], '{"messages": [', *good[2:]]) + "\n")
    naughty = tmp_path / "<img src=x onerror=alert(1)>.jsonl"
    naughty.write_text(good[0].replace("what", "<script>window.hacked = 1</script>") + "\n" + "\n".join(good[1:]))
    with serve(home) as served:
        page = open_page(served.address)
        page.locator("#upload input[type=file]").set_input_files(empty)
        expect(page.locator("#findings")).to_contain_text("empty")
        expect(page.locator("#to-method")).to_be_disabled()

        page.locator("#other-file").click()
        page.locator("#upload input[type=file]").set_input_files(broken)
        expect(page.locator("#findings")).to_contain_text("Must be mended")
        page.locator("#findings summary").first.click()
        expect(page.locator("#findings")).to_contain_text("Line 3")
        expect(page.locator("#to-method")).to_be_enabled()

        page.locator("#other-file").click()
        page.locator("#upload input[type=file]").set_input_files(naughty)
        expect(page.locator("#examples")).to_contain_text("<script>")
        assert page.evaluate("window.hacked") is None

        page.locator("#to-method").click()
        pick(page.get_by_label("A model folder on this machine"))
        write(page.locator("#folder textarea, #folder input"), str(tmp_path))
        page.locator("#folder textarea, #folder input").press("Enter")
        expect(page.locator("#model-facts [role=alert]")).to_be_visible()
        expect(page.locator("#start")).to_be_disabled()


def test_a_file_over_the_limit_is_refused_with_a_remedy(
    home: Path, tmp_path: Path, open_page: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDIO_UPLOAD_LIMIT_MB", "1")
    large = tmp_path / "large.jsonl"
    large.write_text('{"prompt": "a", "completion": "b"}\n' * 40_000)
    with serve(home) as served:
        page = open_page(served.address)
        page.locator("#upload input[type=file]").set_input_files(large)
        expect(page.locator("#notice-data [role=alert]")).to_contain_text("the limit is 1 MB. Split the file")
        expect(page.locator("#sample-support_tickets")).to_be_visible()
