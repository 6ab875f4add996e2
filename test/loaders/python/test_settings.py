"""The generated BaseSettings, with the runtime included and over the package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import CONTRACT, ROOT, Cloud
from test_generated import fresh
from test_types import mypy, pyright

KINDS = ("with_settings", "with_package_settings")
RIGHT = """
from pydantic import SecretStr
from typing_extensions import assert_type

from MODULE import load_settings

settings = load_settings()
assert_type(settings.plain_key, SecretStr)
assert_type(settings.optional_key, SecretStr | None)
"""


@pytest.mark.parametrize("kind", KINDS)
def test_settings_hold_every_secret_and_show_none(
    generated: Path, filled: Cloud, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in filled.variables(PLAIN_KEY="from-the-environment").items():
        monkeypatch.setenv(name, value)
    module: Any = fresh(generated, kind)
    settings = module.load_settings()
    assert settings.plain_key.get_secret_value() == "plain-value" and settings.optional_key is None
    assert "-value" not in repr(settings) + str(settings.model_dump()) + settings.model_dump_json()
    assert "older_name" not in type(settings).model_fields and "own_name" in type(settings).model_fields
    module.loader.close()
    filled.write({**CONTRACT["values"], "optional_key": "now-there"})
    assert module.load_settings().optional_key.get_secret_value() == "now-there"
    module.loader.close()
    filled.fault({"path": "/", "times": 0, "answer": {"status": 503, "headers": {"retry-after": "600"}}})
    with pytest.raises(Exception, match="Remedy") as error:  # the included runtime has a class of its own
        module.load_settings()
    assert getattr(error.value, "code", None) == "pulumi-unavailable"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_settings_are_typed(generated: Path, tmp_path: Path, kind: str, checker: str) -> None:
    (tmp_path / f"{kind}.py").write_text((generated / f"{kind}.py").read_text())
    (tmp_path / "right.py").write_text(RIGHT.replace("MODULE", kind))
    (tmp_path / "wrong.py").write_text(f"from {kind} import load_settings\n\nload_settings().plain_key.upper()\n")
    (tmp_path / "pyrightconfig.json").write_text(f'{{"extraPaths": ["{ROOT}/src/loaders/python"]}}')
    paths = [tmp_path / f"{name}.py" for name in (kind, "right", "wrong")]
    ended = mypy(*paths, cache=tmp_path / "cache") if checker == "mypy" else pyright("-p", tmp_path)
    complaints = [line for line in ended.stdout.splitlines() if "error" in line and ".py:" in line]
    assert {Path(line.split(":")[0].strip()).stem for line in complaints} == {"wrong"}, ended.stdout
