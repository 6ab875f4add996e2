"""The modules that applications import, with the runtime included and over the package: one behaviour, exact types."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from conftest import CONTRACT, ROOT, Cloud
from test_types import mypy, pyright

KINDS = ("with_runtime", "with_package")
RIGHT = """
from typing import Literal, assert_type

from MODULE import Secrets, config, configure, fake, get_config_value, get_docker_hub_config, get_integration_config
from MODULE import Options, github_actions, loader

configure(Options(token=github_actions(), max_age=300, background=True))
assert_type(config.plain_key, str)
assert_type(config.optional_key, str | None)
assert_type(config.production_key, str | None)
assert_type(get_config_value("own_name"), str)
assert_type(get_config_value("class"), str | None)
assert_type(get_docker_hub_config()["registry"], str)
assert_type(get_integration_config()["slack"]["app_token"], str | None)
with fake(plain_key="x", older_name="y") as secrets:
    assert_type(secrets, Secrets)
async def main() -> Secrets:
    return await loader.aload()
"""
WRONG = {
    "an unknown attribute": "from MODULE import config\nconfig.plian_key\n",
    "an unknown key": "from MODULE import get_config_value\nget_config_value('plian_key')\n",
    "an unknown field": "from MODULE import get_docker_hub_config\nget_docker_hub_config()['user']\n",
    "an optional value as a text": "from MODULE import config\nlen(config.optional_key)\n",
    "an unknown key in a fake": "from MODULE import fake\nfake(plian_key='x')\n",
    "an unknown option": "from MODULE import Options\nOptions(maxage=3)\n",
}


@pytest.fixture(params=KINDS)
def module(generated: Path, filled: Cloud, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A fresh module whose loader asks the sandbox."""
    found = fresh(generated, request.param)
    found.configure(found.Options(variables=filled.variables()))
    filled.requests()
    yield found
    found.loader.close()


def fresh(generated: Path, kind: str) -> Any:
    place = importlib.util.spec_from_file_location(kind, generated / f"{kind}.py")
    assert place is not None and place.loader is not None
    found = importlib.util.module_from_spec(place)
    sys.modules[kind] = found
    place.loader.exec_module(found)
    assert isinstance(found, ModuleType)
    return found


def test_config_and_get_config_value_load_once_at_the_first_use(module: Any, cloud: Cloud) -> None:
    assert module.loader.loaded is None
    assert module.config.plain_key == "plain-value" == module.get_config_value("plain_key")
    assert module.config.old_name == "renamed-value" and module.config.optional_key is None
    assert cloud.requests() == ["open", "read"]


def test_groupings_are_of_one_snapshot_and_show_no_value(module: Any, cloud: Cloud) -> None:
    docker = module.get_docker_hub_config()
    assert docker == {"username": "public", "access_token": "nested-value", "registry": "docker.io"}
    assert str(docker) == "{'username': [secret], 'access_token': [secret], 'registry': 'docker.io'}"
    slack = module.get_integration_config()["slack"]
    assert slack == {"bot_token": "plain-value", "app_token": None}
    assert module.get_integration_config()["hubspot"] == {"access_token": "renamed-value"}
    assert cloud.requests() == ["open", "read"]


def test_an_unknown_key_raises_with_the_nearest_name_and_the_github_name(module: Any, cloud: Cloud) -> None:
    asked: list[Callable[[], object]] = [
        lambda: module.config.plian_key,
        lambda: module.get_config_value("plian_key"),
    ]
    for ask in asked:
        with pytest.raises(KeyError, match=r"plain_key \(PLAIN_KEY\)"):
            ask()
    assert getattr(module.config, "plian_key", "default") == "default"


def test_a_key_that_is_a_python_keyword_is_reached_by_get_config_value(module: Any, cloud: Cloud) -> None:
    cloud.write({**CONTRACT["values"], "reserved": "reserved-value"})
    assert module.get_config_value("class") == "reserved-value"


def test_a_fake_replaces_config_and_groupings(module: Any, cloud: Cloud) -> None:
    with module.fake("staging", plain_key="fake-text"):
        assert module.config.plain_key == "fake-text" and module.loader.load().environment == "staging"
        assert module.get_integration_config.__name__ == "get_integration_config"
    assert cloud.requests() == []


def test_asyncio_loads_the_same_snapshot(module: Any) -> None:
    assert asyncio.run(module.loader.aload()) is module.loader.load()


@pytest.mark.parametrize("kind", KINDS)
def test_an_import_asks_nothing_and_needs_no_package_where_the_runtime_is_included(
    generated: Path, cloud: Cloud, kind: str
) -> None:
    isolated = ["-S", "-E"] if kind == "with_runtime" else []
    paths = [str(generated), str(ROOT / "src/loaders/python")][: 1 + (not isolated)]
    code = f"import sys; sys.path[:0] = {paths!r};"
    code += f"import {kind}; assert 'ssl' not in sys.modules and 'json' not in sys.modules; print({kind}.config)"
    environment = {**os.environ, **cloud.variables()}
    ended = subprocess.run(
        [sys.executable, *isolated, "-c", code], capture_output=True, text=True, env=environment, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "<config: <Loader: nothing loaded>>\n" and cloud.requests() == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_its_types_are_exact_and_wrong_uses_do_not_check(
    generated: Path, tmp_path: Path, kind: str, checker: str
) -> None:
    # assert_type came with Python 3.11; the checkers read it from typing_extensions.
    right = RIGHT.replace("from typing import Literal, assert_type", "from typing_extensions import assert_type")
    files = {"right": right, **{name.replace(" ", "_"): text for name, text in WRONG.items()}}
    for name, text in files.items():
        (tmp_path / f"{name}.py").write_text(text.replace("MODULE", kind))
    (tmp_path / f"{kind}.py").write_text((generated / f"{kind}.py").read_text())
    (tmp_path / "pyrightconfig.json").write_text(f'{{"extraPaths": ["{ROOT}/src/loaders/python"]}}')
    paths = [tmp_path / f"{name}.py" for name in (kind, *files)]
    ended = mypy(*paths, cache=tmp_path / "cache") if checker == "mypy" else pyright("-p", tmp_path)
    assert ended.returncode == 1, ended.stdout
    complaints = [line for line in ended.stdout.splitlines() if "error" in line and ".py:" in line]
    blamed = {Path(line.split(":")[0].strip()).stem for line in complaints}
    assert blamed == set(files) - {"right"}, ended.stdout
