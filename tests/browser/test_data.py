"""The Data tab in a real browser: a messy file mended, columns chosen, rows edited, a large file cancelled."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from studio.assets_path import asset
from studio.data import check_file
from tests.browser.acting import write
from tests.browser.axe import violations
from tests.serving import serve
from tests.tiny import chat_rows

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
HOSTILE = "<img src=x onerror=window.hacked=1>"


def upload(page: Page, *files: Path) -> None:
    page.locator("#upload input[type=file]").set_input_files(list(files))


def test_messy_to_clean_to_split(home: Path, open_page: OpenPage) -> None:
    report = check_file(asset("samples", "messy.jsonl")).report
    rules = {finding.rule for finding in report.findings}
    with serve(home) as served:
        page = open_page(served.address)
        page.locator("#sample-messy").click()
        findings = page.locator("#findings")
        expect(findings.locator(".fs-finding")).to_have_count(len(rules))
        expect(findings).to_contain_text("Must be mended")
        for more in findings.locator(".fs-more > summary").all():
            more.click()
        findings.locator("[data-act=preview]", has_text="Rename roles").click()
        expect(page.locator(".fs-preview del").first).to_be_visible()
        expect(page.locator(".fs-preview ins").first).to_contain_text("user")
        assert not violations(page)
        page.locator("[data-act=close]").click()
        expect(page.locator(".fs-preview")).to_have_count(0)

        page.locator("#mend-safe").click()
        expect(page.locator(".fs-history")).to_contain_text("Mended all that is safe.")
        expect(findings).not_to_contain_text("Must be mended")
        expect(page.locator("#split")).to_contain_text("to learn from")
        page.locator("#undo").click()
        expect(findings).to_contain_text("Must be mended")
        page.locator("#mend-safe").click()
        expect(findings).not_to_contain_text("Must be mended")
        page.reload()
        expect(page.locator(".fs-history")).to_contain_text("Mended all that is safe.")
        expect(page.locator("#split")).to_contain_text("to learn from")
        expect(page.locator("#to-method")).to_be_enabled()


def test_strange_columns_are_chosen_by_dropdowns(home: Path, tmp_path: Path, open_page: OpenPage) -> None:
    table = tmp_path / "helpdesk.csv"
    rows = "".join(f"{n},Where is parcel {n}?,Parcel {n} comes on Friday.\n" for n in range(40))
    table.write_text(f"{HOSTILE},Spalte A,Spalte B\n{rows}", encoding="utf-8")
    with serve(home) as served:
        page = open_page(served.address)
        upload(page, table)
        expect(page.locator("#columns")).to_contain_text("What do the columns hold?")
        expect(page.locator("#to-method")).to_be_disabled()
        assert not violations(page)
        page.locator("#columns-shape input").click()
        page.get_by_role("option", name="(chat)").click()
        for number, column in ((1, "Spalte B"), (2, "Spalte A")):
            page.locator(f"#column-{number} input").click()
            page.locator("#column-" + str(number)).get_by_role("option", name=column).click()
        expect(page.locator("#columns-preview .fs-bubble.user").first).to_contain_text("comes on Friday")
        for number, column in ((1, "Spalte A"), (2, "Spalte B")):
            page.locator(f"#column-{number} input").click()
            page.locator("#column-" + str(number)).get_by_role("option", name=column).click()
        write(page.locator("#constant textarea, #constant input"), "Be kind.")
        expect(page.locator("#columns-preview .fs-bubble.system").first).to_contain_text("Be kind.")
        expect(page.locator("#columns-preview .fs-bubble.user").first).to_contain_text("Where is parcel 0?")
        page.locator("#columns-apply").click()
        expect(page.locator("#data-strip")).to_contain_text("40 examples · chats")
        expect(page.locator("#examples .fs-bubble.assistant").first).to_contain_text("Parcel 0 comes on Friday.")
        expect(page.locator("#to-method")).to_be_enabled()
        assert page.evaluate("window.hacked") is None


def test_rows_are_edited_deleted_added_and_taken_away(
    home: Path, chat_file: Path, tmp_path: Path, open_page: OpenPage
) -> None:
    with serve(home) as served:
        page = open_page(served.address)
        upload(page, chat_file)
        examples = page.locator("#examples")
        page.get_by_role("button", name="Edit: Example 2", exact=True).click()
        write(page.locator("article.editing").get_by_role("textbox", name="Assistant"), "")
        assert not violations(page)
        page.locator("article.editing [data-act=save]").click()
        expect(page.locator("#notice-data [role=alert]")).to_contain_text("The answer is empty")
        write(page.locator("article.editing").get_by_role("textbox", name="Assistant"), HOSTILE)
        page.locator("article.editing [data-act=save]").click()
        expect(page.locator(".fs-history")).to_contain_text("Changed line 2 by hand.")
        expect(examples).to_contain_text(HOSTILE)
        page.get_by_role("button", name="Delete: Example 1", exact=True).click()
        expect(page.locator("#data-strip")).to_contain_text("59 examples")
        page.locator("[data-act=new]").click()
        write(page.locator("article.editing").get_by_role("textbox", name="User"), "Who bakes the bread?")
        write(page.locator("article.editing").get_by_role("textbox", name="Assistant"), "Ann does.")
        page.locator("article.editing [data-act=save]").click()
        expect(page.locator("#data-strip")).to_contain_text("60 examples")
        write(page.locator("#search textarea, #search input"), "bakes")
        expect(page.locator("#pager")).to_contain_text("1 to 1 of 1")
        expect(examples).to_contain_text("Ann does.")
        with page.expect_download() as download:
            page.locator("#take-away").click()
        target = tmp_path / "rows.jsonl"
        download.value.save_as(target)
        rows = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
        assert len(rows) == 60
        assert rows[-1]["messages"][-1]["content"] == "Ann does."
        assert page.evaluate("window.hacked") is None


def test_a_large_file_is_read_aside_and_cancelled(home: Path, tmp_path: Path, open_page: OpenPage) -> None:
    large = tmp_path / "large.jsonl"
    line = json.dumps(chat_rows(1)[0])
    with large.open("w", encoding="utf-8") as file:
        for number in range(400_000):
            file.write(line.replace("number 0", f"number {number}") + "\n")
    with serve(home) as served:
        page = open_page(served.address)
        upload(page, large)
        expect(page.locator("#preparing")).to_contain_text("Bringing in large.jsonl", timeout=90_000)
        expect(page.locator("#live-prepare .fs-sentence")).to_contain_text("MB", timeout=60_000)
        page.get_by_role("tab", name="History").click()
        expect(page.locator("#tab-history")).to_be_visible()
        page.get_by_role("tab", name="1 Data").click()
        page.locator("#cancel").click()
        expect(page.locator("#sample-support_tickets")).to_be_visible(timeout=60_000)
        page.locator("#sample-support_tickets").click()
        expect(page.locator("#data-strip")).to_contain_text("240 examples")
        assert [path.name for path in (home / "datasets").iterdir() if (path / "incoming").exists()] == []
