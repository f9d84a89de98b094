"""The command line as a whole: help, wrong use, --home and --json, exit codes, bad files, the last border."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from studio import __version__
from studio.cli.commands import COMMANDS
from tests.cli.conftest import Studio, environment
from tests.tiny import chat_rows

GOOD = json.dumps(chat_rows(1)[0])


def test_help_names_every_command(studio: Studio) -> None:
    done = studio("--help")
    assert done.code == 0
    assert all(f"    {command.name} " in done.out for command in COMMANDS)
    assert studio("--version").out.strip() == f"Finetune Studio {__version__}"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_has_help_and_takes_json_and_home(command: object) -> None:
    from studio.cli.parser import build

    text = build()._subparsers._group_actions[0].choices[command.name].format_help()  # type: ignore[attr-defined,union-attr,index]
    assert "--json" in text
    assert "--home" in text


@pytest.mark.parametrize("words", [["frob"], ["train"], ["--frob"], ["show"], ["runs", "--home"]])
def test_wrong_use_is_two_sentences_and_code_2(studio: Studio, words: list[str]) -> None:
    done = studio(*words)
    assert (done.code, done.out) == (2, "")
    assert len(done.err.strip().splitlines()) == 1
    assert "--help" in done.err


def test_home_and_json_before_or_after_the_command(studio: Studio, tmp_path: Path) -> None:
    for number, words in enumerate((["--home", "H", "--json", "runs"], ["runs", "--json", "--home", "H"])):
        place = tmp_path / f"home {number}"
        done = studio(*[str(place) if word == "H" else word for word in words])
        assert (done.code, done.json()) == (0, [])
        assert (place / "studio.db").is_file()
    assert not (studio.home / "studio.db").exists()


def test_an_id_nobody_has_is_code_2(studio: Studio) -> None:
    for words in (["show", "20200101"], ["stop", "last"], ["evaluate", "x"], ["export", "x"], ["chat", "x"]):
        done = studio(*words)
        assert (done.code, done.out) == (2, "")
        assert "There is no" in done.err


BAD = {
    "empty": (b"", None),
    "latin-1": ('{"messages": "größe"}\n'.encode("latin-1"), None),
    "broken JSON": (f"{GOOD}\n{{broken\n".encode(), 2),
    "missing key": (f'{GOOD}\n{GOOD}\n{{"text": "x"}}\n'.encode(), 3),
    "unknown role": (b'{"messages": [{"role": "robot", "content": "x"}, {"role": "assistant", "content": "y"}]}\n', 1),
    "no assistant": (b'{"messages": [{"role": "user", "content": "x"}]}\n', 1),
    "empty answer": (f'{GOOD}\n{{"prompt": "x", "completion": ""}}\n'.encode(), 2),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_told_with_place_and_remedy(studio: Studio, name: str) -> None:
    content, line = BAD[name]
    file = studio.folder / "bad.jsonl"
    file.write_bytes(content)
    done = studio("check", file, "--json")
    assert done.code == 1
    document = done.json()
    assert set(document) >= {"file", "shape", "rows", "usable", "errors", "warnings", "findings"}
    errors = [one for one in document["findings"] if one["severity"] == "error"]
    assert document["errors"] == len(errors) > 0
    assert all(one["message"] and one["remedy"] and one["rule"] for one in errors)
    assert line is None or line in {one["line"] for one in errors}


def test_a_file_over_the_limit_or_missing_is_code_1(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    big = studio.folder / "big.jsonl"
    big.write_bytes(b"x" * 1_200_000)
    done = subprocess.run(
        [sys.executable, "-m", "studio", "check", str(big), "--json"],
        env=environment(studio.home) | {"STUDIO_UPLOAD_LIMIT_MB": "1"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip()
    for file in (studio.folder / "missing.jsonl", studio.folder):
        assert studio("check", file).code == 1


def test_a_good_file_is_code_0_and_nothing_is_kept(studio: Studio, chat_file: Path) -> None:
    done = studio("check", chat_file)
    assert (done.code, done.err) == (0, "")
    assert "60 rows, 60 usable" in done.out
    assert list(studio.home.iterdir()) == []


def test_check_and_help_load_nothing_heavy(chat_file: Path, home: Path) -> None:
    body = (
        "import sys; from studio.cli import main\n"
        f"code = main(['check', {str(chat_file)!r}])\n"
        "heavy = {'torch', 'transformers', 'peft', 'trl', 'gradio', 'sqlalchemy', 'alembic'} & set(sys.modules)\n"
        "sys.exit(f'{code} {heavy}' if code or heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", body], env=environment(home), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_session_loads_no_torch(home: Path) -> None:
    body = (
        "import sys; from studio.settings import load; from studio.session import Session\n"
        "with Session(load()) as session: session.device(); session.runs.list(); session.models.cards()\n"
        "heavy = {'torch', 'transformers', 'peft', 'trl', 'gradio', 'studio.training'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", body], env=environment(home), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_doctor_prints_settings_with_sources(studio: Studio) -> None:
    done = studio("doctor", "--json")
    assert done.code == 0, done.err
    checks = {check["name"]: check for check in done.json()}
    assert checks["STUDIO_HOME"]["value"] == f"{studio.home} (environment)"
    assert checks["torch"]["state"] == "ok"
    assert checks["database"]["value"] == "not made yet"
    assert list(studio.home.iterdir()) == []


def test_a_setting_that_does_not_fit_is_code_2(studio: Studio) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "studio", "runs"],
        env=environment(studio.home) | {"STUDIO_PORT": "many"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "STUDIO_PORT" in done.stderr


def test_a_reader_that_goes_away_is_no_error(studio: Studio) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "studio", "doctor"],
        env=environment(studio.home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.close()
    err = running.stderr.read()
    running.wait(timeout=60)
    assert err == b""


def test_the_unforeseen_is_two_sentences_and_a_file(studio: Studio) -> None:
    assert studio("runs").code == 0
    with sqlite3.connect(studio.home / "studio.db") as connection:
        # Damage that nobody foresees: an options column that is not JSON.
        connection.execute("INSERT INTO projects VALUES ('p', 'local', 'P', '2026-01-01', '2026-01-01', '{}')")
        connection.execute(
            "INSERT INTO jobs VALUES ('j', 'local', 'p', 'train', 'J', '2026-01-01 00:00:00.000000', NULL, 'm', 'lora',"
            " '{torn', NULL, NULL)"
        )
    done = studio("runs")
    assert (done.code, done.out) == (1, "")
    (log,) = (studio.home / "logs").iterdir()
    assert "Traceback" in log.read_text()
    assert str(log) in done.err


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_home_that_may_not_be_written_is_told(studio: Studio) -> None:
    studio.home.chmod(0o500)
    done = studio("runs")
    studio.home.chmod(0o700)
    assert done.code == 1
