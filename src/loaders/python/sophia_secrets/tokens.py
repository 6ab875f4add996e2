"""Who asks: an explicit token, PULUMI_ACCESS_TOKEN, what `pulumi login` keeps, or an identity traded for a token."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple, Protocol, runtime_checkable

from .cloud import checked, read_json
from .connection import Deadline
from .document import member
from .errors import AccessError, SecretsError
from .http import HttpOptions, Lost, Session
from .route import Origin, origin_of
from .secret_text import SecretBytes, SecretText

KUBERNETES_TOKEN = "/var/run/secrets/pulumi/token"
"""Where docs/ and the generated manifests project a service account's token for Pulumi Cloud."""
_SECONDS = 3600
_MARGIN = 60
_OK = 200


class TokenContext(NamedTuple):
    """For whom a token is wanted."""

    service: Origin
    organization: str
    team: str | None
    http: HttpOptions
    deadline: Deadline


@runtime_checkable
class TokenSource(Protocol):
    """Where a token comes from; the option `token` takes one."""

    def token(self, context: TokenContext) -> SecretText:
        """A token that is good for at least a minute."""
        ...

    def forget(self) -> None:
        """Drop a token that the service has refused."""
        ...


class StoredToken:
    """PULUMI_ACCESS_TOKEN, then what `pulumi login` keeps for the service's address. The default."""

    def token(self, context: TokenContext) -> SecretText:
        given = context.http.variables.get("PULUMI_ACCESS_TOKEN")
        if given.strip():
            return usable(given, "PULUMI_ACCESS_TOKEN")
        kept, is_encrypted = _login_token(context)
        if kept is not None:
            return usable(kept, "the token of pulumi login")
        if is_encrypted:
            cause = "pulumi login keeps its token encrypted (PULUMI_CREDENTIAL_STORE), which only the CLI can read"
            remedy = "set PULUMI_ACCESS_TOKEN, or start the program with pulumi env run"
            raise SecretsError("login-encrypted", "credentials.json", cause, remedy)
        cause = "neither it nor the option token is set, and pulumi login keeps no token for this service"
        remedy = "give it a token of the application's team, or run pulumi login"
        raise SecretsError("token-missing", "PULUMI_ACCESS_TOKEN", cause, remedy)

    def forget(self) -> None:
        """Nothing is kept: the variable and the file are read each time."""


class FixedToken:
    """A token that the caller gave, or a function that returns one."""

    def __init__(self, given: str | Callable[[], str]) -> None:
        self._given = SecretText(given) if isinstance(given, str) else given

    def token(self, context: TokenContext) -> SecretText:
        return usable(SecretText(self._given if isinstance(self._given, str) else self._given()), "the option token")

    def forget(self) -> None:
        """The caller's to renew."""


class TradedIdentity:
    """An identity token, traded for a short-lived token of one team and kept until shortly before its end."""

    def __init__(self, read: Callable[[TokenContext], SecretText], team: str | None = None) -> None:
        self._read = read
        self._team = team
        self._kept: tuple[SecretText, float] | None = None

    def token(self, context: TokenContext) -> SecretText:
        if self._kept is not None and time.monotonic() < self._kept[1]:
            return self._kept[0]
        team = self._team or context.team
        if team is None:
            cause = "no team is named for which the identity could be traded"
            raise SecretsError("token-missing", "the option token", cause, "give it the argument team")
        identity = usable(self._read(context), "the identity token")
        token, seconds = _exchange(context, identity, team)
        self._kept = (token, time.monotonic() + seconds - min(_MARGIN, seconds / 10))
        return token

    def forget(self) -> None:
        self._kept = None


def github_actions(team: str | None = None) -> TradedIdentity:
    """The identity of a GitHub Actions job that has `permissions: id-token: write`.

    `team` is the Pulumi team that trusts it; default: the application's team.
    """
    return TradedIdentity(_github_identity, team)


def kubernetes(path: str = KUBERNETES_TOKEN, team: str | None = None) -> TradedIdentity:
    """The identity of a service account, from a token that Kubernetes projects into a file for Pulumi Cloud."""
    return TradedIdentity(lambda context: _file_identity(path, context), team)


def audience_of(context: TokenContext) -> str:
    return f"urn:pulumi:org:{context.organization}"


def usable(token: SecretText, subject: str) -> SecretText:
    """The token without surrounding white space.

    Raises SecretsError token-malformed for what an HTTP header cannot hold.
    """
    text = SecretText(token.strip())
    if text and all("\x21" <= letter <= "\x7e" for letter in text):
        return text
    cause = "it is empty, or has white space or other characters that no token has"
    raise SecretsError("token-malformed", subject, cause, "give it a token of the application's team, or your own")


def _login_token(context: TokenContext) -> tuple[SecretText | None, bool]:
    """The kept token, and whether there is one that only the CLI can read (sdk/go/common/workspace/creds.go)."""
    import json
    import os

    variables = context.http.variables
    home = os.path.join(variables.get("HOME") or os.path.expanduser("~"), ".pulumi")
    folder = variables.get("PULUMI_CREDENTIALS_PATH") or variables.get("PULUMI_HOME") or home
    try:
        with open(os.path.join(folder, "credentials.json"), encoding="utf-8") as file:
            kept = json.load(file)
    except (OSError, ValueError):
        return None, False
    address = context.service.url
    account = member(member(member(kept, "accounts"), address), "accessToken")
    token = account or member(member(kept, "accessTokens"), address)
    is_encrypted = member(kept, "$pulumiSecureStore") is not None
    return (SecretText(token), is_encrypted) if isinstance(token, str) and token else (None, is_encrypted)


def _github_identity(context: TokenContext) -> SecretText:
    from urllib.parse import quote, urlsplit

    variables = context.http.variables
    address = variables.get("ACTIONS_ID_TOKEN_REQUEST_URL")
    bearer = variables.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN")
    subject = "GitHub's id token"
    if not address or not bearer:
        remedy = "run it in a GitHub Actions job with permissions: id-token: write"
        raise SecretsError("id-token-permission-missing", subject, "this process may not ask for one", remedy)
    url = urlsplit(address)
    origin = origin_of("ACTIONS_ID_TOKEN_REQUEST_URL", SecretText(f"{url.scheme}://{url.netloc}"))
    path = f"{url.path}?{url.query}&audience={quote(audience_of(context), safe='')}"
    with Session(origin, context.http, context.deadline) as session:
        answer = session.send("GET", path, {"Authorization": SecretText(f"bearer {bearer}")})
    if isinstance(answer, Lost):
        answer = checked(subject, answer)
    value = read_json(subject, answer).text("value") if answer.status == _OK else None
    if value is None:
        cause = f"GitHub answered {answer.status} without one"
        remedy = "give the job permissions: id-token: write, and run it again"
        raise AccessError("id-token-refused", subject, cause, remedy)
    return value


def _file_identity(path: str, context: TokenContext) -> SecretText:
    try:
        with open(path, encoding="ascii") as file:
            identity: SecretText | None = SecretText(file.read().strip())
    except (OSError, ValueError):
        identity = None
    if identity is None:
        remedy = "project a service account's token there (docs: load in Kubernetes), or name another file"
        raise SecretsError("identity-missing", path, "the file cannot be read", remedy)
    # A token for another audience opens something else, the cluster's own API say: it must not leave the machine.
    audience = _claim(identity, "aud")
    if audience_of(context) not in (audience if isinstance(audience, list) else [audience]):
        cause = f"the token is not for {audience_of(context)}"
        raise SecretsError("identity-missing", path, cause, "project one with that audience")
    return identity


def _exchange(context: TokenContext, identity: SecretText, team: str) -> tuple[SecretText, float]:
    """Trade an identity (operation Token of Pulumi Cloud's API, RFC 8693)."""
    subject = f"Pulumi Cloud's trust in this identity (team {team} of {context.organization})"
    with Session(context.service, context.http, context.deadline) as session:
        body = _exchange_body(context, identity, team)
        answer = session.send("POST", "/api/oauth/token", {"Content-Type": "application/json"}, body)
    if not isinstance(answer, Lost) and 400 <= answer.status < 500 and answer.status != 429:
        who = ", ".join(f"{name} {_claim(identity, name)}" for name in ("iss", "aud", "sub"))
        cause = f"it answered {answer.status}; the identity: {who}"
        remedy = "compare this with the trust declared for the application (secrets/), then pulumi up"
        raise AccessError("trust-refused", subject, cause, remedy)
    traded = read_json(subject, checked(subject, answer))
    token = traded.text("access_token")
    if token is None:
        raise SecretsError(
            "pulumi-answer-unreadable", subject, "the service's answer holds no token", "check the address"
        )
    return token, traded.number("expires_in") or _SECONDS


def _exchange_body(context: TokenContext, identity: SecretText, team: str) -> SecretBytes:
    import json

    kind = "urn:ietf:params:oauth"
    request = {
        "audience": audience_of(context),
        "grant_type": f"{kind}:grant-type:token-exchange",
        "subject_token_type": f"{kind}:token-type:id_token",
        "requested_token_type": "urn:pulumi:token-type:access_token:team",
        "subject_token": identity,
        "scope": f"team:{team}",
        "expiration": _SECONDS,
    }
    return SecretBytes(json.dumps(request).encode())


def _claim(identity: SecretText, name: str) -> object:
    """A claim of a JWT, unverified: the service verifies it."""
    import json
    from base64 import urlsafe_b64decode

    try:
        body = identity.split(".")[1]
        claims = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return claims.get(name) if isinstance(claims, dict) else None
    except (ValueError, IndexError):
        return None
