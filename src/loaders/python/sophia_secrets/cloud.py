"""The part of Pulumi Cloud's API that a loader uses: open, read, and ask what changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from .document import Document
from .errors import AccessError, SecretsError, UnavailableError
from .http import Answer, Lost, Session
from .secret_text import SecretText

_LIFE = "2h"
_LOOK_BETWEEN = "check that the address is Pulumi Cloud's API, and what is in between"


class _Refusal(NamedTuple):
    code: str
    cause: str
    remedy: str


_REFUSALS = {
    401: _Refusal(
        "pulumi-token-invalid",
        "the token is unknown, revoked or expired",
        "get a new token: pulumi login, or a new one for the application's team",
    ),
    403: _Refusal(
        "pulumi-permission-denied",
        "the token may not open it",
        "use a token of the application's team, or have its team given the right (secrets/), then pulumi up",
    ),
    404: _Refusal(
        "pulumi-not-found",
        "there is no such environment, or the token may not see it",
        "run pulumi up for the stack that owns it; then check the token's team",
    ),
}


_SSO = _Refusal(
    "pulumi-sso-required",
    "Pulumi Cloud asks for a new login by single sign-on",
    "sign in to Pulumi Cloud's console by single sign-on, then start again",
)
_PLAN = _Refusal(
    "pulumi-plan-lacks-feature",
    "the organization's edition does not allow it",
    "let an administrator of the organization look at its billing in Pulumi Cloud's console",
)


def _of_words(answer: Answer) -> _Refusal | None:
    """A reason that the service has no status for, by its words, which are not quoted: they may hold text."""
    import re

    said = answer.take().decode("utf-8", "replace") if answer.status in (401, 402, 403) else ""
    if answer.status == 401 and re.search(r"\b(SAML|SSO)\b", said):
        return _SSO
    words = r"\b(edition|trial|upgrade|subscription|billing|payment)\b"
    if answer.status == 402 or (answer.status == 403 and re.search(words, said, re.IGNORECASE)):
        return _PLAN
    return None


class PulumiCloud:
    """One organization of Pulumi Cloud, asked with one token."""

    def __init__(self, session: Session, organization: str, token: SecretText) -> None:
        self._session = session
        self._organization = organization
        self._headers = {"Authorization": SecretText(f"token {token}")}

    def open(self, place: str) -> Document:
        """Open an environment and everything it imports: two requests.

        Raises AccessError, UnavailableError, or SecretsError for an answer that is not the service's.
        """
        subject = f"{self._organization}/{place}"
        path = f"/api/esc/environments/{self._organization}/{place}/open"
        answer = self._ask(subject, "POST", f"{path}?duration={_LIFE}", b"")
        session = read_json(subject, answer)
        identifier = session.text("id")
        if identifier is None:
            raise _not_the_service(subject, "names no session")
        opened = read_json(subject, self._ask(subject, "GET", f"{path}/{_quoted(identifier)}"))
        if not opened.is_environment():
            raise _not_the_service(subject, "is not an environment")
        opened.opened_at = _date_of(answer)
        return opened

    def modified(self, places: Iterable[str]) -> Mapping[str, str]:
        """When environments were last written, of those that the token sees. One request per 500 environments.

        Source: operation ListOrgEnvironments of Pulumi Cloud's API, field `modified`.
        """
        wanted = frozenset(places)
        found: dict[str, str] = {}
        after = ""
        for _ in range(20):
            query = f"?continuationToken={_quoted(after)}" if after else ""
            path = f"/api/esc/environments/{self._organization}{query}"
            page = read_json(self._organization, self._ask(self._organization, "GET", path))
            for row in page.rows("environments"):
                name = f"{row.get('project')}/{row.get('name')}"
                if name in wanted:
                    found[name] = f"{row.get('id')} {row.get('modified')}"
            after = page.text("nextToken") or ""
            if not after or len(found) == len(wanted):
                break
        return found

    def _ask(self, subject: str, method: str, path: str, body: bytes | None = None) -> Answer:
        answer = self._session.send(method, path, self._headers, body)
        return checked(subject, answer)


def checked(subject: str, answer: Answer | Lost) -> Answer:
    """The answer, where it is one. Raises what its status means; its text is never quoted."""
    if isinstance(answer, Lost):
        remedy = answer.remedy or "check the address and the network, then start again"
        if answer.code == "certificate-untrusted":
            remedy = "give the authority's certificate as ca_file, or in SSL_CERT_FILE"
        kind = UnavailableError if answer.code == "pulumi-unavailable" else SecretsError
        raise kind(answer.code, subject, answer.cause, remedy)
    if answer.status < 300:
        return answer
    if answer.status < 400:
        cause = f"the service answered {answer.status}, which is a redirect: something is in between"
        raise SecretsError("pulumi-redirected", subject, cause, _LOOK_BETWEEN)
    known = _of_words(answer) or _REFUSALS.get(answer.status)
    if known is not None:
        raise AccessError(known.code, subject, known.cause, known.remedy)
    cause = f"the service answered {answer.status}"
    if answer.status == 429 or answer.status >= 500:
        raise UnavailableError("pulumi-unavailable", subject, cause, "start again later")
    raise SecretsError("pulumi-refused", subject, cause, "check the text of the environment: pulumi env get")


def read_json(subject: str, answer: Answer) -> Document:
    """A JSON answer as a document.

    Raises SecretsError pulumi-answer-unreadable, without the parser's error: that quotes the text.
    """
    document = _parse(answer)
    if document is None:
        raise _not_the_service(subject, "is not JSON")
    return document


def _parse(answer: Answer) -> Document | None:
    import json

    try:
        return Document(json.loads(answer.take()))
    except (ValueError, RecursionError):
        return None


def _date_of(answer: Answer) -> float | None:
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
    except (TypeError, ValueError):
        return None


def _not_the_service(subject: str, what: str) -> SecretsError:
    return SecretsError("pulumi-answer-unreadable", subject, f"the service's answer {what}", _LOOK_BETWEEN)


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")
