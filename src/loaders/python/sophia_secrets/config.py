"""`config.openai_api_key`: attributes for app keys, on top of a loader."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from .nearest import unknown_key

if TYPE_CHECKING:
    from .loader import Loader


class Config:
    """Attributes named like app keys; a generated subclass declares them for type checkers.

    Reading one loads the secrets at the first use. It holds no value itself, so its repr shows none.
    """

    __slots__ = ("_loader",)
    _loader: Loader

    def __init__(self, loader: Loader) -> None:
        object.__setattr__(self, "_loader", loader)

    def __repr__(self) -> str:
        return f"<config: {self._loader!r}>"

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._loader.spec.keys]

    if not TYPE_CHECKING:  # or every unknown key would type-check

        def __getattr__(self, key: str) -> object:
            if key.startswith("__"):
                raise AttributeError(key)
            if key not in self._loader.spec.keys:
                raise unknown_key(self._loader.spec, key)
            return self._loader.load().get(key)

        def __setattr__(self, key: str, _value: object) -> NoReturn:
            raise AttributeError(f"{key}: secrets are read-only; in tests use fake()")

        def __reduce_ex__(self, _protocol: object) -> NoReturn:
            raise TypeError("config cannot be pickled: import it in the process that uses it")
