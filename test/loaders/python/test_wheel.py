"""The wheel of `make loaders`, installed as an application installs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT, Cloud
from test_generated import RIGHT
from test_types import PLANTED, PYRIGHT

TELL = """
import json
from importlib.metadata import metadata, requires
import sophia_secrets, with_package as module
print(json.dumps({
    "value": module.config.own_name == "renamed-value",
    "shown": repr(module.config.own_name),
    "file": sophia_secrets.__file__,
    "python": metadata("sophia-secrets")["Requires-Python"],
    "license": metadata("sophia-secrets")["License-Expression"],
    "requires": requires("sophia-secrets"),
}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packages") / "loaders"
    command = ["node", "-r", "ts-node/register/transpile-only", "test/loaders/build-packages.ts", str(folder)]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return Path(json.loads(told)["wheel"])


@pytest.fixture(scope="module")
def installed(wheel: Path, generated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a fresh environment that has the wheel alone, beside a module that imports it."""
    home = tmp_path_factory.mktemp("application")
    venv.create(home, with_pip=False)
    python = home / "bin/python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-index", "--no-cache-dir"]
    subprocess.run([*pip, "--disable-pip-version-check", str(wheel)], check=True)
    (home / "with_package.py").write_text((generated / "with_package.py").read_text())
    return python


def test_the_wheel_installs_without_an_index_and_loads(installed: Path, filled: Cloud) -> None:
    home = installed.parent.parent
    environment = {"PATH": os.environ["PATH"], **filled.variables()}
    ended = subprocess.run(
        [installed, "-c", TELL], cwd=home, capture_output=True, text=True, env=environment, check=False
    )
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert told["value"] is True and told["shown"] == "[secret]" and told["file"].startswith(str(home))
    assert told["python"] == ">=3.10" and told["license"] == "Apache-2.0"
    assert told["requires"] == [
        'pydantic-settings<3,>=2.12; extra == "pydantic"',
        'cryptography>=42; extra == "last-known-good"',
    ]


def test_the_wheel_holds_the_package_as_it_stands_here_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        assert archive.testzip() is None
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        source = ROOT / "src/loaders/python/sophia_secrets"
        assert names == {f"sophia_secrets/{each.name}" for each in source.iterdir() if each.is_file()}
        assert all(archive.read(name) == (source.parent / name).read_bytes() for name in names)


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_the_wheel_is_typed_for_those_who_install_it(installed: Path, tmp_path: Path, checker: str) -> None:
    right, planted = tmp_path / "right.py", tmp_path / "planted.py"
    text = RIGHT.replace("from typing import Literal, assert_type", "from typing_extensions import assert_type")
    right.write_text(text.replace("MODULE", "with_package"))
    planted.write_text(PLANTED)
    (tmp_path / "with_package.py").write_text((installed.parent.parent / "with_package.py").read_text())
    commands = {
        "mypy": [sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache", "--python-executable"],
        "pyright": [PYRIGHT, "--pythonpath"],
    }
    for files, code in (([right], 0), ([right, planted], 1)):
        command = [str(each) for each in (*commands[checker], installed, *files)]
        ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert ended.returncode == code, ended.stdout
        assert ("planted" in ended.stdout) == (code == 1)
