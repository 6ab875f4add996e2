"""What was loaded at one moment. A snapshot never changes; a refresh replaces it whole."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, NoReturn

from .document import Missing, missing_secrets
from .errors import MissingSecretsError
from .nearest import unknown_key
from .secret_text import SHOWN, SecretText
from .spec import Entry, Spec

if TYPE_CHECKING:
    from typing import SupportsIndex

_SHORTEST_REDACTED = 8
"""Characters. A shorter value (`true`, a port) would blank half of a text, and is not a credential's."""


class Secrets:
    """Every app key's value in one deployment environment, as of `loaded_at`."""

    __slots__ = ("_spec", "_values", "environment", "loaded_at", "source")

    def __init__(
        self,
        spec: Spec,
        environment: str,
        values: Mapping[str, SecretText | None],
        source: str = "pulumi-cloud",
        loaded_at: float | None = None,
    ) -> None:
        self._spec = spec
        self._values = values
        self.environment = environment
        """The deployment environment."""
        self.source = source
        """`pulumi-cloud`, `last-known-good` or `fake`."""
        self.loaded_at = time.time() if loaded_at is None else loaded_at
        """Seconds since the epoch."""

    def get(self, key: str) -> SecretText | None:
        """The value, or None where the catalog says that it may be absent. Raises UnknownKeyError."""
        if key not in self._values:
            raise unknown_key(self._spec, key)
        value = self._values[key]
        # A loader makes no snapshot without a required value; the fake for tests does.
        if value is None and self.environment in self._entry(key).required_in:
            raise self._missing(key)
        return value

    def __getitem__(self, key: str) -> SecretText:
        """The value. Raises UnknownKeyError, and MissingSecretsError where there is none."""
        value = self.get(key)
        if value is None:
            raise self._missing(key)
        return value

    def _entry(self, key: str) -> Entry:
        return next(each for each in self._spec.entries if key in each.keys)

    def _missing(self, key: str) -> MissingSecretsError:
        place = self._spec.environments[self.environment].opens
        return missing_secrets(self._spec, place, [Missing(self._entry(key), "has no value")])

    def keys(self) -> tuple[str, ...]:
        """Every app key and alias, whether it has a value or not."""
        return self._spec.keys

    def changed_since(self, other: Secrets) -> frozenset[str]:
        """Keys whose values differ from those of another snapshot."""
        return frozenset(key for key in self.keys() if self._values.get(key) != other._values.get(key))

    def redact(self, text: str) -> str:
        """The text with every value of eight characters and more replaced by `[secret]`."""
        found = {str(value) for value in self._values.values() if value is not None}
        for value in sorted(found, key=len, reverse=True):
            if len(value) >= _SHORTEST_REDACTED:
                text = text.replace(value, SHOWN)
        return text

    def __repr__(self) -> str:
        held = sum(value is not None for value in self._values.values())
        return f"<Secrets of {self.environment}: {held} values>"

    def __reduce_ex__(self, _protocol: SupportsIndex) -> NoReturn:
        raise TypeError("secrets cannot be pickled: load them in the process that uses them")

    def __copy__(self) -> Secrets:
        return self

    def __deepcopy__(self, _memo: dict[int, object]) -> Secrets:
        return self
