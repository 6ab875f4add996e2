"""The package type-checks strictly, and its style holds; both checkers find a planted error."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

PACKAGE = ROOT / "src/loaders/python/sophia_secrets"
PYRIGHT = ROOT / "node_modules/.bin/pyright"
PLANTED = "from sophia_secrets import Options\n\nOptions(max_age='soon')\n"


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MYPYPATH": str(PACKAGE.parent)}
    texts = [str(each) for each in command]
    return subprocess.run(texts, cwd=PACKAGE.parent, capture_output=True, text=True, check=False, env=environment)


def mypy(*paths: Path, cache: Path) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-m", "mypy", "--strict", "--cache-dir", cache, *paths)


def pyright(*paths: str | Path) -> subprocess.CompletedProcess[str]:
    return run(PYRIGHT, "--pythonpath", sys.executable, *paths)


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    file = tmp_path / "planted.py"
    file.write_text(PLANTED)
    return file


def test_mypy_strict_finds_nothing_but_what_is_planted(tmp_path: Path, planted: Path) -> None:
    ended = mypy(PACKAGE, cache=tmp_path)
    assert ended.returncode == 0, ended.stdout
    ended = mypy(PACKAGE, planted, cache=tmp_path)
    assert ended.returncode == 1 and 'incompatible type "str"' in ended.stdout


def test_pyright_finds_nothing_but_what_is_planted(planted: Path) -> None:
    ended = pyright(PACKAGE)
    assert ended.returncode == 0, ended.stdout
    ended = pyright(PACKAGE, planted)
    assert ended.returncode == 1 and "max_age" in ended.stdout


def test_the_tests_type_check(tmp_path: Path) -> None:
    ended = mypy(*sorted(Path(__file__).parent.glob("*.py")), cache=tmp_path)
    assert ended.returncode == 0, ended.stdout


def test_ruff_finds_nothing() -> None:
    config = ROOT / "src/loaders/python/pyproject.toml"
    tests = Path(__file__).parent
    # Assertions, subprocesses and pickles are what tests are made of.
    for command in (("check", PACKAGE), ("check", "--extend-ignore=S", tests), ("format", "--check", PACKAGE, tests)):
        ended = run(sys.executable, "-m", "ruff", *command, "--no-cache", "--config", config)
        assert ended.returncode == 0, ended.stdout
