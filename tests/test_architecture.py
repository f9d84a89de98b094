"""The house rules, read off the source: who may import whom, what stays out of the web process, how long a file may be,
and that whatever stands in a register explains itself."""

import ast
import importlib
import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
STUDIO = REPOSITORY / "studio"
LONGEST_FILE = 250

BASE = {"errors", "settings", "assets_path", "version"}
ROWS_AND_MODELS = BASE | {"data", "models", "methods", "jobs"}
ROOMS = ROWS_AND_MODELS | {"evaluation", "inference", "export", "hosted"}
# Which rooms each room may import beside itself. Arrows point down only; a room that is not here has no place yet.
ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "settings": {"errors"},
    "assets_path": {"errors"},
    # The room's own job, which writes events.
    "data": BASE | {"jobs"},
    "methods": BASE,
    # The room's own job, which fetches a model and writes events.
    "models": BASE | {"data", "jobs"},
    "jobs": BASE,
    # The model in training answers a few prompts as the engine that serves it would.
    "training": ROWS_AND_MODELS | {"inference"},
    "inference": ROWS_AND_MODELS,
    # Both models answer the test rows through the engine that also serves them.
    "evaluation": ROWS_AND_MODELS | {"inference", "hosted"},
    "export": ROWS_AND_MODELS,
    "hosted": ROWS_AND_MODELS,
    "worker": BASE | {"training", "evaluation", "export", "hosted", "data", "models", "jobs"},
    "session": ROOMS,
    "web": ROOMS | {"session"},
    "ui": ROOMS | {"session", "web"},
    "cli": ROOMS | {"session", "web", "ui"},
    "__main__": {"cli"},
}
TORCH_FAMILY = {"torch", "transformers", "peft", "trl", "accelerate", "bitsandbytes"}
# Modules that only job and inference processes load; the rooms in full, the others by name.
HEAVY = ("studio.training", "studio.inference", "studio.evaluation", "studio.models.loss")
# Entered by job processes alone; the page and the command line may load everything else that is not heavy.
WORKSHOPS = ("studio.worker",)
ENTRIES = (
    "studio.session",
    "studio.web",
    "studio.cli",
    "studio.jobs.supervisor",
    "studio.inference.process",
    "studio.ui",
)
REGISTERS = {
    "studio.methods": "METHODS",
    "studio.jobs.launchers": "LAUNCHERS",
    "studio.jobs.events": "EVENTS",
    "studio.data.formats": "FORMATS",
    "studio.data.checks": "CHECKS",
    "studio.data.repairs": "REPAIRS",
    "studio.evaluation.metrics": "METRICS",
    "studio.cli.commands": "COMMANDS",
    "studio.ui.tabs": "TABS",
}


def name_of(path: Path) -> str:
    parts = path.relative_to(REPOSITORY).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = {name_of(path): path for path in sorted(STUDIO.rglob("*.py"))}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in SOURCES.items()}


def statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """What runs when a module is imported: not the insides of functions, nor what only a type checker reads."""
    for node in body:
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from statements(node.orelse)
            continue
        for field in ("body", "orelse", "finalbody"):
            yield from statements(getattr(node, field, []))
        for handler in getattr(node, "handlers", []):
            yield from statements(handler.body)


def imported(nodes: Iterator[ast.AST], name: str) -> set[str]:
    """Full names of the modules that these nodes of module `name` import."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports relatively; write the full name"
            assert node.module is not None
            below = {f"{node.module}.{alias.name}" for alias in node.names}
            modules = {item for item in below if item in SOURCES}
            # `from studio import data` needs the package studio only as the way to data.
            found |= modules if modules == below else modules | {node.module}
    return found


def anywhere(name: str) -> set[str]:
    return imported(ast.walk(TREES[name]), name)


def at_import(name: str) -> set[str]:
    return imported(statements(TREES[name].body), name)


def room(name: str) -> str:
    return name.split(".")[1] if "." in name else ""


def within(name: str, parts: tuple[str, ...]) -> bool:
    return any(name == part or name.startswith(f"{part}.") for part in parts)


@pytest.mark.parametrize("name", SOURCES)
def test_arrows_point_down_only(name):
    here = room(name)
    if not here:
        assert not {item for item in anywhere(name) if item.startswith("studio")}, "the package itself imports no room"
        return
    assert here in ALLOWED, f"{here} has no place in the table of rooms"
    reached = {room(item) for item in anywhere(name) if item.startswith("studio.")}
    assert reached <= ALLOWED[here] | {here}, f"{name} imports {sorted(reached - ALLOWED[here] - {here})}"


def test_only_the_page_knows_gradio():
    users = {name for name in SOURCES if any(item.split(".")[0] == "gradio" for item in anywhere(name))}
    assert {room(name) for name in users} <= {"ui"}, sorted(users)


def heavy_at_import(name: str) -> bool:
    return any(item.split(".")[0] in TORCH_FAMILY for item in at_import(name))


def test_torch_is_loaded_at_import_only_where_jobs_and_models_live():
    assert {name for name in SOURCES if heavy_at_import(name) and not within(name, HEAVY)} == set()


def test_nothing_that_the_page_may_load_leads_to_torch():
    light = [name for name in SOURCES if not within(name, (*HEAVY, *WORKSHOPS))]
    ways = {name: sorted(reach(name)) for name in light}
    assert {name: way for name, way in ways.items() if way} == {}
    assert reach("studio.models.loss"), "the search itself has gone blind"


def reach(start: str) -> set[str]:
    """Modules that importing `start` loads and that load torch in turn."""
    seen, left, heavy = set(), [start], set()
    while left:
        name = left.pop()
        if name in seen or name not in SOURCES:
            continue
        seen.add(name)
        if heavy_at_import(name):
            heavy.add(name)
        parts = name.split(".")
        left += [".".join(parts[:length]) for length in range(1, len(parts))]
        left += at_import(name)
    return heavy


@pytest.mark.parametrize("name", ENTRIES)
def test_a_fresh_interpreter_stays_light(name):
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"{name} is not built yet")
    code = f"import sys, {name}; print([m for m in {sorted(TORCH_FAMILY)} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == "[]"


def test_no_file_is_longer_than_a_person_reads():
    files = [path for folder in (STUDIO, REPOSITORY / "tests") for path in sorted(folder.rglob("*.py"))]
    lengths = {str(path.relative_to(REPOSITORY)): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


@pytest.mark.parametrize("name", SOURCES)
def test_every_module_says_what_it_owns(name):
    said = ast.get_docstring(TREES[name])
    assert said
    assert said != "..."


@pytest.mark.parametrize(("module", "register"), REGISTERS.items())
def test_every_entry_of_a_register_explains_itself(module, register):
    entries = getattr(importlib.import_module(module), register, None)
    if entries is None:
        pytest.skip(f"{module} has no {register} yet")
    assert isinstance(entries, tuple), "a register is an explicit tuple"
    assert entries
    for entry in entries:
        described = getattr(entry, "__doc__", None)
        assert described, f"{entry!r} in {module}.{register} has no docstring"
        # What dataclass writes by itself is no description.
        assert not described.startswith(f"{type(entry).__name__}("), f"{entry!r} has no docstring of its own"
