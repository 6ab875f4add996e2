"""An opened environment, and the catalog's secrets out of it."""

from __future__ import annotations

from typing import NamedTuple

from .errors import MissingSecretsError
from .secret_text import SecretText
from .spec import Entry, Spec


class Reading(NamedTuple):
    """A value, or why there is none."""

    value: SecretText | None
    reason: str = ""
    is_wrong: bool = False
    """True where something stands that the pipeline never writes."""
    is_unrotated: bool = False
    """True where ESC makes the value, and has not yet."""


class Missing(NamedTuple):
    """A secret without a value, and why."""

    entry: Entry
    reason: str
    is_unrotated: bool = False


class Document:
    """What ESC evaluates (`esc.Environment`): each value is `{value, secret, unknown}`, a mapping's members likewise.

    It holds every value of an environment, so its repr shows none and its methods raise nothing.
    """

    __slots__ = ("_content", "opened_at")

    def __init__(self, content: object, opened_at: float | None = None) -> None:
        self._content = content
        self.opened_at = opened_at
        """Seconds since the epoch by the service's own clock, where it says."""

    def __repr__(self) -> str:
        return "<document>"

    def text(self, name: str) -> SecretText | None:
        """A text at the top of a JSON document: a session's id, a token."""
        found = self._content.get(name) if isinstance(self._content, dict) else None
        return SecretText(found) if isinstance(found, str) and found else None

    def number(self, name: str) -> float | None:
        found = self._content.get(name) if isinstance(self._content, dict) else None
        return float(found) if isinstance(found, (int, float)) and not isinstance(found, bool) else None

    def rows(self, name: str) -> list[dict[str, object]]:
        """The mappings of a list; for answers without values."""
        found = self._content.get(name) if isinstance(self._content, dict) else None
        return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []

    def is_environment(self) -> bool:
        return isinstance(self._content, dict)

    def read(self, spec: Spec, path: str) -> Reading:
        """What stands at a path below the root key."""
        found: object = {"value": member(self._content, "properties")}
        for name in (spec.root, *path.split(".")):
            found = member(member(found, "value"), name)
        value = None if member(found, "unknown") is True else member(found, "value")
        if value is None:
            return Reading(None, "is not there")
        if value == "":
            return Reading(None, "is empty")
        if value == spec.placeholder:
            return Reading(None, "is a placeholder, nobody has set it yet")
        if value == spec.unrotated:
            return Reading(None, "has never been rotated: pulumi env rotate makes the first one", is_unrotated=True)
        if isinstance(value, str):
            return Reading(SecretText(value))
        kind = "list" if isinstance(value, list) else "mapping" if isinstance(value, dict) else type(value).__name__
        kind = {"bool": "boolean", "int": "number", "float": "number"}.get(kind, kind)
        return Reading(None, f"is a {kind} at {path}, not text", True)


def member(value: object, name: str) -> object:
    """A mapping's member; None where there is none, or no mapping."""
    return value.get(name) if isinstance(value, dict) else None


def collect(spec: Spec, environment: str, document: Document) -> dict[str, SecretText | None]:
    """Every app key and alias with its value; None only where the catalog says that a value may be absent.

    Raises MissingSecretsError naming each required secret without a value and each secret that is not text.
    """
    values: dict[str, SecretText | None] = {}
    missing: list[Missing] = []
    for entry in spec.entries:
        reading = document.read(spec, entry.path)
        if reading.reason and (reading.is_wrong or environment in entry.required_in):
            missing.append(Missing(entry, reading.reason, reading.is_unrotated))
        values.update(dict.fromkeys(entry.keys, reading.value))
    if missing:
        raise missing_secrets(spec, spec.environments[environment].opens, missing)
    return values


def missing_secrets(spec: Spec, place: str, missing: list[Missing]) -> MissingSecretsError:
    """One error for all of them; its remedy says who can give them a value."""
    named = "; ".join(f"{entry.keys[0]} ({entry.name}) {reason}" for entry, reason, _ in missing)
    counted = "1 secret" if len(missing) == 1 else f"{len(missing)} secrets"
    remedy = f"set each in GitHub under the name in brackets, run the workflow {spec.workflow}, then start again"
    if all(each.is_unrotated for each in missing):
        remedy = "rotate each once, as an administrator, then start again"
    keys = tuple(entry.keys[0] for entry, _, _ in missing)
    return MissingSecretsError("secrets-missing", place, f"{counted} could not be loaded: {named}", remedy, keys)
