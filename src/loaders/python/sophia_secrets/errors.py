"""Errors as data: a code that programs compare, and a subject, a cause and a remedy that people read.

The codes are those of src/loaders/contract/codes.yaml, which the TypeScript loader shares. No error holds a value, a
token or the body of an answer, and none is chained to an exception that does.
"""

from __future__ import annotations

from typing import Final


class SecretsError(Exception):
    """Why secrets could not be loaded. Compare `code`; never branch on the text."""

    def __init__(self, code: str, subject: str, cause: str, remedy: str) -> None:
        super().__init__(code, subject, cause, remedy)
        self.code: Final = code
        """One of src/loaders/contract/codes.yaml."""
        self.subject: Final = subject
        """What the error is about: an environment, an option, a key."""
        self.cause: Final = cause
        self.remedy: Final = remedy

    def __str__(self) -> str:
        return f"{self.subject}: {self.cause}\nRemedy: {self.remedy}"


class MissingSecretsError(SecretsError):
    """Secrets that the application cannot start without have no value. One error names all of them."""

    def __init__(self, code: str, subject: str, cause: str, remedy: str, keys: tuple[str, ...] = ()) -> None:
        super().__init__(code, subject, cause, remedy)
        self.args = (code, subject, cause, remedy, keys)
        self.keys: Final = keys
        """App keys, in the order of the GitHub names."""


class UnavailableError(SecretsError):
    """Pulumi Cloud could not be asked: an outage, a network that leads nowhere, or no answer in time."""


class AccessError(SecretsError):
    """The token, the identity or its rights were refused. A second try gives the same answer."""


class UnknownKeyError(SecretsError, AttributeError, KeyError):
    """The catalog has no such key. Also an AttributeError and a KeyError, as attribute and item access raise them."""
