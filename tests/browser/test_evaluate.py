"""Several candidates compared on the page: the verdict, the rows that got worse, and a report that opens by itself."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from studio.session import Session
from studio.settings import load
from tests.browser.acting import write
from tests.browser.axe import violations
from tests.browser.test_whole_way import fits
from tests.serving import serve

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture
def trained(home: Path, chat_file: Path, tiny_model: Path) -> Path:
    """A home with one run of the tiny model; the file it was trained on, as a table of questions."""
    with Session(load(home=home)) as session:
        project = session.projects.current()
        dataset = session.datasets.add(project.id, chat_file)
        run = session.runs.start(project.id, dataset.id, str(tiny_model), "lora", options={"epochs": 3})
        assert session.runs.wait(run.id, lambda event: None).state == "finished"
        session.projects.remember(project.id, tab="evaluate")
    table = home / "new.csv"
    table.write_text("id,text\n1,what is a plum\n2,what is a saw\n", encoding="utf-8")
    return table


def test_compare_read_and_take_away(
    home: Path, trained: Path, open_page: Callable[..., Page], browser: Browser, tmp_path: Path
) -> None:
    with serve(home) as served:
        page = open_page(served.address)
        expect(page.locator("#compare")).to_be_enabled()
        page.locator("#compare-more button").first.click()
        write(page.locator("#instructions textarea"), "Say fruit or tool as JSON.")
        write(page.locator("#remote-key input"), "typed-by-me")
        page.locator("#compare").click()
        expect(page.locator("#verdict h2")).to_be_visible(timeout=120_000)
        expect(page.locator("#remote-key input")).to_have_value("")
        for name in ("Base model", "Tuned model", "Base model with a prompt", "Nearest training example"):
            expect(page.locator("#everybody")).to_contain_text(name)
        expect(page.locator("#bars .main-svg").first).to_be_visible()
        fits(page)
        assert violations(page) == []

        # Beside the nearest training example the tiny model does worse on some rows.
        page.locator("#rows-beside input").click()
        page.get_by_role("option", name="Nearest training example").click()
        expect(page.locator("#scored-rows .fs-judged").first).to_contain_text("Nearest training example")
        worse = page.locator("#scored-rows .fs-judged[data-group='got worse']")
        expect(worse.first).to_contain_text("Got worse")
        expect(worse.first.locator("ins, del").first).to_be_visible()
        write(page.locator("#rows-search input, #rows-search textarea"), "no row says this")
        expect(page.locator("#scored-rows")).to_contain_text("No row is like that.")
        write(page.locator("#rows-search input, #rows-search textarea"), "")
        page.locator("#confusion [data-act=pick]").first.click()
        expect(page.locator("#scored-rows")).to_contain_text("is wanted and")

        with page.expect_download() as download:
            page.locator("#take-report").click()
        report = tmp_path / "report.html"
        download.value.save_as(report)
        page.locator("#apply-file input[type=file]").set_input_files(str(trained))
        expect(page.locator("#apply-found")).to_contain_text("2 rows")
        page.locator("#apply-start").click()
        with page.expect_download(timeout=90_000) as download:
            page.locator("#apply-table").click(timeout=90_000)
        download.value.save_as(tmp_path / "answers.csv")
        lines = (tmp_path / "answers.csv").read_text(encoding="utf-8-sig").splitlines()
        assert lines[0] == "id,text,answer"
        assert lines[1].startswith("1,what is a plum,")
    alone(browser, report)


def alone(browser: Browser, report: Path) -> None:
    """The report in a fresh browser, with no server and no network."""
    context = browser.new_context(offline=True)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(report.as_uri())
    expect(page.locator(".verdict p")).to_contain_text("test rows")
    expect(page.locator("svg").first).to_be_visible()
    shown = page.locator("article:visible")
    every = shown.count()
    assert every == 8
    write(page.locator("#find"), "number 1")
    expect(page.locator("#count")).not_to_contain_text(f"{every} of {every}")
    assert asked == [report.as_uri()]
    context.close()
