"""A secret value that works wherever a `str` does and does not print itself by accident."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from typing import SupportsIndex

SHOWN = "[secret]"


class SecretText(str):
    """A `str` whose repr is `[secret]`, and so are logs of containers, tracebacks, dataclasses and debuggers' views.

    What shows the value all the same, because it must for SDKs to work: f-strings, `%s`, `str.format`, `str()`,
    `print()`, concatenation and `json.dumps`. `RedactingFilter` removes values from log records.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return SHOWN

    def __getitem__(self, key: SupportsIndex | slice) -> SecretText:
        # Printers that shorten (rich) take a slice first and then its repr.
        return SecretText(str.__getitem__(self, key))

    def __copy__(self) -> SecretText:
        return self

    def __deepcopy__(self, _memo: dict[int, Any]) -> SecretText:
        return self

    def __reduce_ex__(self, _protocol: SupportsIndex) -> NoReturn:
        # A pickle goes to queues, caches and files, where nobody expects a credential.
        raise TypeError("a secret cannot be pickled: load it in the process that uses it, or pass str(value)")


class SecretBytes(bytes):
    """Bytes that hold a token or a key: their repr shows none."""

    __slots__ = ()

    def __repr__(self) -> str:
        return SHOWN
