"""Every case of src/loaders/contract/cases.yaml, which the TypeScript loader passes too."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import CONTRACT, ROOT, Cloud, shown_by

from sophia_secrets import Loader, SecretsError, kubernetes

CODES = yaml.safe_load((ROOT / "src/loaders/contract/codes.yaml").read_text("utf-8"))


def snake(name: str) -> str:
    return re.sub(r"[A-Z]", lambda letter: "_" + letter.group().lower(), name)


class Run:
    """One case under way."""

    def __init__(self, cloud: Cloud, folder: Path) -> None:
        self.cloud = cloud
        self.folder = folder
        self.loader: Loader = cloud.loader()
        self.changed: set[str] = set()
        self.written: set[str] = set()

    def step(self, step: dict[str, Any]) -> None:
        began = time.monotonic()
        try:
            self.do(step)
        except SecretsError as error:
            self.check_error(step, error)
        else:
            assert "error" not in step, f"nothing was refused: {step}"
        if "within" in step:
            assert time.monotonic() - began < step["within"]
        if "requests" in step:
            assert self.cloud.requests() == step["requests"]
        if "changed" in step:
            assert self.changed == set(step["changed"])

    def do(self, step: dict[str, Any]) -> None:
        if "write" in step or "raw" in step:
            values = step["write"] if "write" in step else step["raw"]
            self.written.update(re.findall(r"[a-z]+-value", str(values)))
            self.cloud.write(values, secret="write" in step)
            self.cloud.requests()
        elif "fault" in step:
            self.cloud.fault(step["fault"])
        elif "wait" in step:
            time.sleep(step["wait"])
        elif "new" in step:
            self.cloud.requests()
            options = {snake(key): value for key, value in step["new"].items()}
            if "identity" in options:
                (self.folder / "token").write_text(self.cloud.identity(options.pop("identity")) + "\n")
                options["token"] = kubernetes(str(self.folder / "token"))
            options["variables"] = self.cloud.variables(**options.get("variables", {}))
            self.loader = self.cloud.loader(**options)
            self.loader.on_change(lambda _, changed: self.changed.update(changed))
        else:
            self.cloud.requests()
            secrets = self.loader.load() if "load" in step else self.loader.refresh()
            for key, value in step.get("values", {}).items():
                assert secrets.get(key) == value, key
            if "get" in step:
                secrets.get(step["get"])

    def check_error(self, step: dict[str, Any], error: SecretsError) -> None:
        wanted = step.get("error")
        assert wanted is not None, f"{step}: {error}"
        assert error.code == wanted["code"], str(error)
        assert error.code in CODES
        assert error.subject == wanted.get("subject", error.subject)
        assert list(getattr(error, "keys", ())) == wanted.get("keys", list(getattr(error, "keys", ())))
        told = shown_by(error)
        for text in [*step.get("never", []), *self.written, self.cloud.tokens["admin"]]:
            assert text not in told, text
        for text in step.get("says", []):
            assert text in str(error)


@pytest.mark.parametrize("case", CONTRACT["cases"], ids=lambda case: case["name"])
def test_contract(cloud: Cloud, tmp_path: Path, case: dict[str, Any]) -> None:
    run = Run(cloud, tmp_path)
    run.step({"new": {}})
    for step in case["steps"]:
        run.step(step)
