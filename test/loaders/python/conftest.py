"""The sandbox's Pulumi Cloud, and loaders that ask it."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import traceback
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "src/loaders/python"))
CONTRACT = yaml.safe_load((ROOT / "src/loaders/contract/cases.yaml").read_text("utf-8"))

from sophia_secrets import Entry, Loader, Options, Place, Spec  # noqa: E402


def spec_of(data: dict[str, Any]) -> Spec:
    """A spec as the contract writes it."""
    places = {
        name: Place(each["opens"], tuple(each["watches"]), each["team"]) for name, each in data["environments"].items()
    }
    entries = tuple(
        Entry(each["name"], tuple(each["keys"]), each["path"], tuple(each["requiredIn"])) for each in data["entries"]
    )
    plain = {key: value for key, value in data.items() if key not in ("environments", "entries")}
    return Spec(environments=places, entries=entries, **plain)


SPEC = spec_of(CONTRACT["spec"])


class Cloud:
    """A running Pulumi Cloud of the sandbox."""

    def __init__(self, url: str, tokens: dict[str, str], issuer: str) -> None:
        self.url = url
        self.tokens = tokens
        self.issuer = issuer
        """Address of the cluster whose service accounts it trusts."""

    def identity(self, claims: dict[str, Any]) -> str:
        """A service account's token: signed by the cluster, for Pulumi Cloud unless the claims say otherwise."""
        query = urllib.parse.urlencode({"claims": json.dumps({"aud": "urn:pulumi:org:payready", **claims})})
        with urllib.request.urlopen(f"{self.issuer}/sign?{query}") as answer:
            return str(answer.read().decode())

    def call(self, method: str, path: str, body: object = None) -> Any:
        data = body.encode() if isinstance(body, str) else None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method)
        request.add_header("Authorization", f"token {self.tokens['admin']}")
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
        return json.loads(text) if text.startswith((b"{", b"[")) else None

    def environment(self, path: str, definition: object) -> None:
        project, name = path.split("/")
        try:
            self.call("POST", "/api/esc/environments/payready", {"project": project, "name": name})
        except urllib.error.HTTPError as error:
            if error.code != 409:
                raise
        self.call("PATCH", f"/api/esc/environments/payready/{path}", json.dumps(definition))

    def write(self, values: dict[str, Any], secret: bool = True) -> None:
        """The same values for every deployment environment of the contract."""
        for place in SPEC.environments.values():
            app = _secrets(values) if secret else values
            self.environment(place.watches[0], {"values": {"app": app}})
            self.environment(place.opens, {"imports": [place.watches[0]]})

    def fault(self, fault: dict[str, Any]) -> None:
        self.call("POST", "/_sandbox/faults", fault)

    def requests(self) -> list[str]:
        """What was asked since the last time, in the contract's words."""
        return [_word(each) for each in self.call("DELETE", "/_sandbox/requests") if "_sandbox" not in each]

    def calm(self) -> None:
        self.call("DELETE", "/_sandbox/faults")
        self.call("DELETE", "/_sandbox/requests")

    def variables(self, **changes: str | None) -> dict[str, str]:
        usual = {
            "APP_ENVIRONMENT": "production",
            "PULUMI_BACKEND_URL": self.url,
            "PULUMI_ACCESS_TOKEN": self.tokens["admin"],
            "HOME": "/nonexistent",
        }
        return {key: value for key, value in {**usual, **changes}.items() if value is not None}

    def loader(self, **options: Any) -> Loader:
        return Loader(SPEC, Options(**{"variables": self.variables(), **options}))


def shown_by(error: BaseException) -> str:
    """All that a reporter of errors finds: texts, attributes, the chain, local variables of the loader's frames."""
    found: list[str] = []
    chain: list[BaseException | None] = [error, error.__cause__, error.__context__]
    for each in filter(None, chain):
        found += [str(each), repr(each), repr(each.args), repr(vars(each))]
        frames = [frame for frame, _ in traceback.walk_tb(each.__traceback__)]
        found += [repr(f.f_locals) for f in frames if "sophia_secrets" in f.f_code.co_filename]
    return "\n".join(found)


def _secrets(values: dict[str, Any]) -> dict[str, Any]:
    return {key: _sealed(value) for key, value in values.items() if value is not None}


def _sealed(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return _secrets(value)
    if value.isascii() and value.isprintable():
        return {"fn::secret": value}
    return {"fn::fromBase64": {"fn::secret": base64.b64encode(value.encode()).decode()}}  # as the sync writes it


def _word(request: str) -> str:
    method, path = request.split(" ", 1)
    if path.startswith("/api/oauth/token"):
        return "exchange"
    if "/open?" in path:
        return "open"
    if "/open/" in path:
        return "read"
    return "list" if path.split("?")[0].endswith("/payready") else f"{method} {path}"


@pytest.fixture(scope="session")
def running_cloud() -> Iterator[Cloud]:
    command = ["node", "-r", "ts-node/register/transpile-only", "test/loaders/serve-cloud.ts"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None and process.stdout is not None
    told = json.loads(process.stdout.readline())
    yield Cloud(told["url"], told["tokens"], told["issuer"])
    process.stdin.close()
    process.wait(10)


@pytest.fixture
def cloud(running_cloud: Cloud) -> Iterator[Cloud]:
    running_cloud.calm()
    yield running_cloud
    running_cloud.calm()


@pytest.fixture
def filled(cloud: Cloud) -> Cloud:
    """With a value for everything that production requires."""
    cloud.write(CONTRACT["values"])
    cloud.calm()
    return cloud


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Loaders that the generator wrote: those of the contract, and the catalog's own applications at their paths."""
    found = tmp_path_factory.mktemp("generated")
    command = ["node", "-r", "ts-node/register/transpile-only", "test/loaders/generate.ts", str(found)]
    subprocess.run(command, cwd=ROOT, check=True)
    return found
