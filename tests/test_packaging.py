"""What is needed to ship: the Space's files agree with each other, nothing committed is too large for a Space, and the
wheel carries everything the studio reads."""

import re
import subprocess
import tomllib
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

REPOSITORY = Path(__file__).parent.parent
MEGABYTE = 10**6
LARGEST_FILE = 10 * MEGABYTE
LARGEST_FOLDERS = {"assets/starter": 32 * MEGABYTE, "assets/starter-encoder": 16 * MEGABYTE}
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))


def pins(name: str) -> dict[str, str]:
    lines = (REPOSITORY / name).read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {library.lower().replace("_", "-"): version for library, version in pairs}


def front_matter() -> dict[str, str]:
    _, front, _ = (REPOSITORY / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    return {name: value.strip('"') for name, value in (line.split(": ", 1) for line in front.splitlines())}


def test_a_space_installs_the_studios_libraries_in_the_tested_versions() -> None:
    libraries = [re.match(r"[\w.-]+", text)[0] for text in PROJECT["project"]["dependencies"]]
    tested = pins("constraints.txt")
    assert pins("requirements.txt") == {name: tested[name] for name in libraries}


def test_the_readme_tells_a_space_how_to_run_it() -> None:
    front = front_matter()
    assert front["sdk"] == "gradio"
    assert front["sdk_version"] == pins("constraints.txt")["gradio"]
    assert (REPOSITORY / front["app_file"]).is_file()
    assert len(front["short_description"]) <= 60
    colours = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
    assert {front["colorFrom"], front["colorTo"]} <= colours


def test_the_image_is_made_of_files_that_are_let_into_it() -> None:
    let_in = {line[1:] for line in (REPOSITORY / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = re.findall(r"^COPY (.+) \S+$", (REPOSITORY / "Dockerfile").read_text(), re.MULTILINE)
    names = {name for line in copied for name in line.split()}
    assert names == let_in
    assert all((REPOSITORY / name).exists() for name in names)


def committed() -> list[Path]:
    run = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True)
    if run.returncode:
        pytest.skip("this is no checkout")
    return [path for name in run.stdout.split("\0") if name and (path := REPOSITORY / name).is_file()]


def test_no_committed_file_is_too_large_for_a_space() -> None:
    assert {str(path): size for path in committed() if (size := path.stat().st_size) > LARGEST_FILE} == {}


@pytest.mark.parametrize(("folder", "limit"), LARGEST_FOLDERS.items())
def test_a_base_model_that_ships_stays_small(folder: str, limit: int) -> None:
    inside = [path for path in committed() if path.is_relative_to(REPOSITORY / folder)]
    assert sum(path.stat().st_size for path in inside) <= limit


def test_the_wheel_carries_everything(tmp_path: Path) -> None:
    [built] = WheelBuilder(str(REPOSITORY)).build(directory=str(tmp_path), versions=["standard"])
    inside = set(zipfile.ZipFile(built).namelist())
    wanted = {str(path.relative_to(REPOSITORY)) for path in committed()}
    code = {name for name in wanted if name.startswith("studio/")}
    assets = {f"studio/{name}" for name in wanted if name.startswith("assets/")}
    assert code
    assert assets
    assert (code | assets) - inside == set()
