"""Who asks: logins, identities of GitHub Actions and Kubernetes, and tokens that end."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from conftest import SPEC, Cloud, shown_by

from sophia_secrets import AccessError, Loader, Options, SecretsError, github_actions, kubernetes

AUDIENCE = "urn:pulumi:org:payready"
LOGIN = "pul-canary-login"


def identity(**claims: Any) -> str:
    body = {"iss": "https://issuer.test", "sub": "system:serviceaccount:app", "aud": AUDIENCE, **claims}
    parts = [base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in ({}, body)]
    return ".".join([*parts, "canary-signature"])


class Service(ThreadingHTTPServer):
    """GitHub's id tokens, and a Pulumi Cloud that trades them and opens environments for the token of the day."""

    asked: list[tuple[str, Any]]
    current = "pul-traded-1"
    lives = 3600
    trusts = True


class Handler(BaseHTTPRequestHandler):
    server: Service

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers["Authorization"]))
        if self.path.startswith("/token"):
            self.say(200, {"value": identity()})
        elif self.headers["Authorization"] != f"token {self.server.current}":
            self.say(401, {})
        else:
            self.say(200, {"properties": {"app": {"value": VALUES}}})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.server.asked.append((self.path, json.loads(body or b"null")))
        if self.path != "/api/oauth/token":
            is_current = self.headers["Authorization"] == f"token {self.server.current}"
            self.say(200, {"id": "session"}) if is_current else self.say(401, {})
        elif self.server.trusts:
            self.say(200, {"access_token": self.server.current, "expires_in": self.server.lives})
        else:
            self.say(400, {"error": "canary-error", "error_description": "canary-description"})

    def say(self, status: int, body: object) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Nothing."""


VALUES: dict[str, Any] = {
    "default_key": {"value": "public"},
    "infrastructure": {"value": {"docker": {"value": {"token": {"value": "nested-value"}}}}},
    "plain_key": {"value": "plain-value"},
    "production_key": {"value": "production-value"},
    "own_name": {"value": "renamed-value"},
}


@pytest.fixture
def service() -> Iterator[Service]:
    server = Service(("127.0.0.1", 0), Handler)
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def loader_for(service: Service, **options: Any) -> Loader:
    address = f"http://127.0.0.1:{service.server_port}"
    variables = {
        "APP_ENVIRONMENT": "production",
        "PULUMI_BACKEND_URL": address,
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{address}/token?api-version=2",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "canary-bearer",
        **options.pop("more", {}),
    }
    return Loader(SPEC, Options(variables=variables, **options))


def exchanges(service: Service) -> list[Any]:
    return [body for path, body in service.asked if path == "/api/oauth/token"]


def test_a_job_of_github_actions_trades_its_identity_for_the_applications_team(service: Service) -> None:
    loader = loader_for(service, token=github_actions())
    assert loader.load()["plain_key"] == "plain-value"
    path, bearer = service.asked[0]
    assert path == "/token?api-version=2&audience=urn%3Apulumi%3Aorg%3Apayready" and bearer == "bearer canary-bearer"
    wanted = {
        "audience": AUDIENCE,
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
        "requested_token_type": "urn:pulumi:token-type:access_token:team",
        "subject_token": identity(),
        "scope": "team:app-production-application",
        "expiration": 3600,
    }
    assert exchanges(service) == [wanted]


def test_a_traded_token_is_kept_until_shortly_before_its_end(service: Service) -> None:
    loader = loader_for(service, token=github_actions(team="another"))
    loader.load()
    loader.refresh()
    loader.refresh()
    assert [each["scope"] for each in exchanges(service)] == ["team:another"]
    service.asked.clear()
    service.lives = 0
    short = loader_for(service, token=github_actions())
    short.load()
    assert len(exchanges(service)) == 1


def test_a_token_that_ends_is_traded_anew(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    loader = loader_for(service, token=github_actions())
    loader.load()
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 3600 - 59)
    loader.refresh()
    assert len(exchanges(service)) == 2


def test_a_token_that_is_revoked_is_traded_anew_once(service: Service) -> None:
    loader = loader_for(service, token=github_actions())
    loader.load()
    service.current = "pul-traded-2"
    loader.refresh()
    assert len(exchanges(service)) == 2
    with pytest.raises(AccessError):
        loader_for(service, token="pul-fixed").load()


def test_a_service_account_trades_the_token_in_its_file_as_it_is_now(service: Service, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(identity(aud=["other", AUDIENCE]) + "\n")
    loader = loader_for(service, token=kubernetes(str(file)))
    loader.load()
    assert exchanges(service)[0]["subject_token"] == identity(aud=["other", AUDIENCE])


def test_a_service_accounts_token_for_another_audience_does_not_leave_the_machine(
    service: Service, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    for text in (identity(aud="https://kubernetes.default.svc"), identity(aud=None), "canary-no-jwt", ""):
        file.write_text(text)
        with pytest.raises(SecretsError) as error:
            loader_for(service, token=kubernetes(str(file))).load()
        assert error.value.code == "identity-missing" and "canary" not in shown_by(error.value)
    with pytest.raises(SecretsError) as error:
        loader_for(service, token=kubernetes(str(tmp_path / "none"))).load()
    assert error.value.code == "identity-missing" and service.asked == []


def test_an_identity_that_is_not_trusted_is_named_and_not_shown(service: Service) -> None:
    service.trusts = False
    with pytest.raises(AccessError) as error:
        loader_for(service, token=github_actions()).load()
    assert error.value.code == "trust-refused"
    assert "system:serviceaccount:app" in error.value.cause and "app-production" in error.value.subject
    assert "canary" not in shown_by(error.value) and identity() not in shown_by(error.value)


def test_a_process_outside_a_job_has_no_identity(service: Service) -> None:
    with pytest.raises(SecretsError) as error:
        loader_for(service, token=github_actions(), more={"ACTIONS_ID_TOKEN_REQUEST_TOKEN": ""}).load()
    assert error.value.code == "id-token-permission-missing" and service.asked == []


def login(folder: Path, kept: object) -> dict[str, str]:
    folder.mkdir(exist_ok=True)
    (folder / "credentials.json").write_text(json.dumps(kept))
    return {"HOME": str(folder.parent), "PULUMI_HOME": str(folder)}


def test_a_login_is_found_where_pulumi_keeps_it(service: Service, tmp_path: Path) -> None:
    address = f"http://127.0.0.1:{service.server_port}"
    for kept in (
        {"accounts": {address: {"accessToken": service.current}}},
        {"accessTokens": {address: service.current}},
    ):
        variables = login(tmp_path / ".pulumi", kept)
        assert loader_for(service, more=variables).load()["plain_key"] == "plain-value"
        assert loader_for(service, more={"HOME": str(tmp_path)}).load()["plain_key"] == "plain-value"
        moved = {"PULUMI_CREDENTIALS_PATH": str(tmp_path / ".pulumi"), "PULUMI_HOME": "/nonexistent"}
        assert loader_for(service, more=moved).load()["plain_key"] == "plain-value"


def test_a_login_at_another_service_is_none(service: Service, tmp_path: Path) -> None:
    variables = login(tmp_path / ".pulumi", {"accessTokens": {"https://api.pulumi.com": LOGIN}})
    with pytest.raises(SecretsError) as error:
        loader_for(service, more=variables).load()
    assert error.value.code == "token-missing" and LOGIN not in shown_by(error.value)


def test_an_encrypted_login_is_told_from_none(service: Service, tmp_path: Path) -> None:
    variables = login(tmp_path / ".pulumi", {"$pulumiSecureStore": 1, "backend": "keychain", "data": "canary"})
    with pytest.raises(SecretsError, match="pulumi env run") as error:
        loader_for(service, more=variables).load()
    assert error.value.code == "login-encrypted" and service.asked == []


@pytest.mark.parametrize("kept", [[], "text", {"accounts": []}, {"accessTokens": {"a": 1}}, None])
def test_a_login_file_of_another_shape_is_none(service: Service, tmp_path: Path, kept: object) -> None:
    with pytest.raises(SecretsError) as error:
        loader_for(service, more=login(tmp_path / ".pulumi", kept)).load()
    assert error.value.code == "token-missing"


def test_a_function_may_give_the_token_each_time(service: Service) -> None:
    given: list[str] = []

    def give() -> str:
        given.append(service.current)
        return service.current

    loader = loader_for(service, token=give)
    loader.load()
    service.current = "pul-traded-2"
    loader.refresh()
    assert given == ["pul-traded-1", "pul-traded-2"]


def test_the_sandbox_trades_no_identity_that_it_does_not_trust(cloud: Cloud, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(identity())
    with pytest.raises(AccessError) as error:
        cloud.loader(token=kubernetes(str(file))).load()
    assert error.value.code == "trust-refused" and cloud.requests() == ["exchange"]
