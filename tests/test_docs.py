"""What is registered is documented, and what the documents link to is there."""

import re
from pathlib import Path

import pytest

from studio.data import FORMATS, REPAIRS, RULES
from studio.evaluation.metrics import METRICS
from studio.methods import METHODS

REPOSITORY = Path(__file__).parent.parent
DOCS = REPOSITORY / "docs"
ALL = "\n".join(path.read_text(encoding="utf-8") for path in DOCS.glob("*.md"))


@pytest.mark.parametrize("name", [f"`{r.id}`" for r in (*RULES, *REPAIRS)])
def test_rule_is_documented(name: str) -> None:
    assert name in (DOCS / "data.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [f.NAME for f in FORMATS] + [m.id for m in METHODS] + [m.id for m in METRICS])
def test_register_entry_is_documented(name: str) -> None:
    assert f"`{name}`" in ALL


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.id)
def test_every_option_explains_itself(method: object) -> None:
    for name, info in method.options.model_fields.items():
        assert info.title, name
        assert info.description, name
        assert info.description.endswith("."), name


def test_links_lead_somewhere() -> None:
    for page in [*REPOSITORY.glob("*.md"), *DOCS.glob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_readme_names_every_command_and_setting() -> None:
    from dataclasses import fields

    from studio.cli.commands import COMMANDS
    from studio.settings import PREFIX, Settings

    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    for command in COMMANDS:
        assert command.name in ("ui",) or re.search(rf"\b{command.name}\b", readme), command.name
    for item in fields(Settings):
        assert PREFIX + item.name.upper() in readme, item.name
