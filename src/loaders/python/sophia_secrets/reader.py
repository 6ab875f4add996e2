"""Reads one environment from Pulumi Cloud: opens it, or finds that nothing changed since it was opened."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from .cloud import PulumiCloud
from .connection import Deadline
from .document import Missing, collect, missing_secrets
from .errors import AccessError, UnavailableError
from .http import Session
from .options import Options, Target, decide
from .secret_text import SecretText
from .snapshot import Secrets
from .spec import Place, Spec
from .tokens import TokenContext

if TYPE_CHECKING:
    import logging

_REOPEN = 3600.0
"""Seconds after which the environment is opened although nothing seems to have changed."""
_CLOCKS = 5.0
"""Seconds by which the service's own clocks may differ from each other."""


def log() -> logging.Logger:
    """The loader's logger. Found when something is logged: an import of logging is a fifth of the loader's own."""
    import logging

    return logging.getLogger("sophia_secrets")


class Reader:
    """What a loader knows of its environment between two readings. Not safe in threads: the loader locks."""

    def __init__(self, spec: Spec, options: Options) -> None:
        self._spec = spec
        self._options = options
        self._target: Target = decide(options, spec)
        self._place: Place = spec.environments[self._target.environment]
        self._seen: Mapping[str, str] | None = None
        self._opened = 0.0
        self._opened_by_service: float | None = None

    def read(self, kept: Secrets | None) -> Secrets:
        """The secrets as they are now: `kept` itself where nothing changed, which takes one request and no opening.

        Raises what `Loader.load` raises.
        """
        try:
            return self._ask(kept)
        except AccessError as error:
            if error.code != "pulumi-token-invalid":
                raise
        except UnavailableError as error:
            # For a start alone: a process that has loaded once goes by `stale_if_error`.
            copy = self._last_known_good() if kept is None else None
            if copy is None:
                raise
            log().warning("secrets of %s come from the last known good copy: %s", copy.environment, error.code)
            return copy
        self._target.source.forget()
        return self._ask(kept)

    def _ask(self, kept: Secrets | None) -> Secrets:
        target = self._target
        deadline = Deadline(self._options.timeout)
        context = TokenContext(target.service, target.organization, self._place.team, target.http, deadline)
        token = target.source.token(context)
        seen: Mapping[str, str] | None = None
        with Session(target.service, target.http, deadline) as session:
            cloud = PulumiCloud(session, target.organization, token)
            if kept is not None and kept.source == "pulumi-cloud":
                seen = cloud.modified((self._place.opens, *self._place.watches))
                if self._is_unchanged(seen):
                    self._seen = seen
                    return kept
            document = cloud.open(self._place.opens)
        secrets = Secrets(self._spec, target.environment, collect(self._spec, target.environment, document))
        self._seen, self._opened, self._opened_by_service = seen, time.monotonic(), document.opened_at
        self._keep_copy(secrets)
        return secrets

    def _is_unchanged(self, seen: Mapping[str, str]) -> bool:
        if len(seen) <= len(self._place.watches) or time.monotonic() - self._opened > _REOPEN:
            return False
        if self._seen is not None:
            return seen == self._seen
        # The first time there is nothing to compare with but the moment at which the environment was opened.
        opened = self._opened_by_service
        times = [_seconds_of(each.rpartition(" ")[2]) for each in seen.values()]
        return opened is not None and all(each is not None and each < opened - _CLOCKS for each in times)

    def _about(self) -> str:
        return f"{self._target.organization}/{self._place.opens}"

    def _keep_copy(self, secrets: Secrets) -> None:
        keeps = self._options.last_known_good
        if keeps is None:
            return
        keys = (entry.keys[0] for entry in self._spec.entries)
        values = {key: value for key in keys if (value := secrets.get(key)) is not None}
        try:
            keeps.save(self._about(), values)
        except OSError as error:
            log().warning("the last known good copy was not written: %s", type(error).__name__)

    def _last_known_good(self) -> Secrets | None:
        keeps = self._options.last_known_good
        found = None if keeps is None else keeps.read(self._about())
        if found is None:
            return None
        kept, saved = found
        environment = self._target.environment
        values: dict[str, SecretText | None] = {}
        for entry in self._spec.entries:
            values.update(dict.fromkeys(entry.keys, kept.get(entry.keys[0])))
        required = [each for each in self._spec.entries if environment in each.required_in]
        absent = [Missing(each, "is not in the copy") for each in required if values[each.keys[0]] is None]
        if absent:
            raise missing_secrets(self._spec, self._place.opens, absent)
        return Secrets(self._spec, environment, values, "last-known-good", saved)


def _seconds_of(text: str) -> float | None:
    """Seconds since the epoch of an RFC 3339 time; None for anything else. Python 3.10 reads no Z."""
    from datetime import datetime

    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    except ValueError:
        return None
