"""Secrets for tests, without a network."""

from __future__ import annotations

from contextlib import ContextDecorator

from .loader import Loader
from .nearest import unknown_key
from .secret_text import SecretText
from .snapshot import Secrets


class Fake(ContextDecorator):
    """Let a loader have these values and no others, within a `with` block or a decorated function.

    `fake(loader, openai_api_key="sk-test")`. A value stands under its aliases too. What is not given is absent: reading
    a required one raises MissingSecretsError, so that a test says what it needs. Raises UnknownKeyError at once for a
    key that the catalog does not have.
    """

    def __init__(self, loader: Loader, environment: str | None = None, /, **values: str | None) -> None:
        spec = loader.spec
        for key in values:
            if key not in spec.keys:
                raise unknown_key(spec, key)
        found: dict[str, SecretText | None] = {}
        for entry in spec.entries:
            given = next((value for key in entry.keys if (value := values.get(key)) is not None), None)
            found.update(dict.fromkeys(entry.keys, None if given is None else SecretText(given)))
        self._loader = loader
        self._fake = Secrets(spec, environment or next(iter(spec.environments)), found, "fake")
        self._before: list[Secrets | None] = []

    def __enter__(self) -> Secrets:
        self._before.append(self._loader._fake)
        self._loader._fake = self._fake
        return self._fake

    def __exit__(self, *_: object) -> None:
        self._loader._fake = self._before.pop()
