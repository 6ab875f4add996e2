"""Loads one environment's secrets, keeps them, and replaces them when they change."""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Callable

from .errors import SecretsError, UnavailableError
from .options import Options, check_times
from .reader import Reader, log
from .snapshot import Secrets
from .spec import Spec

_PAUSE = 1.0
"""Seconds after an outage was seen for which it is told again without asking: callers do not queue up for it."""

Listener = Callable[[Secrets, "frozenset[str]"], object]
"""Is given the new snapshot and the keys whose values changed."""


class Loader:
    """One organization's secrets for one process. Nothing happens before the first use.

    Safe in threads, one of which loads while the others wait, and after a fork, which keeps what was loaded.
    """

    def __init__(self, spec: Spec, options: Options | None = None) -> None:
        self.spec = spec
        self._options = options or Options()
        self._reader: Reader | None = None
        self._snapshot: Secrets | None = None
        self._fake: Secrets | None = None
        self._lock = threading.RLock()
        self._checked = 0.0
        self._outage: tuple[UnavailableError, float] | None = None
        self._listeners: list[Listener] = []
        self._stop: threading.Event | None = None
        check_times(self._options)
        _LOADERS.add(self)

    def __repr__(self) -> str:
        return f"<Loader: {self.loaded or 'nothing loaded'}>"

    @property
    def loaded(self) -> Secrets | None:
        """What was loaded last, without asking or waiting."""
        return self._fake or self._snapshot

    def configure(self, options: Options) -> None:
        """Set the options. Raises SecretsError options-too-late after the first use."""
        check_times(options)
        with self._lock:
            if self._snapshot is not None:
                remedy = "call configure before anything reads a secret, or call close first"
                raise SecretsError("options-too-late", "configure", "secrets were loaded with other options", remedy)
            self._options, self._reader, self._outage = options, None, None

    def load(self) -> Secrets:
        """The current snapshot: loaded at the first use, and again when it is older than `max_age`.

        Raises MissingSecretsError, UnavailableError, AccessError, or SecretsError for options that do not fit. Never
        returns less than the catalog asks for, and asks no other source.
        """
        kept = self._usable()
        if kept is not None:
            return kept
        kept = self._snapshot if self._may_be_stale() else None
        if not self._lock.acquire(blocking=kept is None):
            return kept or self.load()
        try:
            current = self._usable()
            if current is not None:
                return current
            before, current = self._snapshot, self._renew_or_keep()
        finally:
            self._lock.release()
        self._tell(before, current)
        return current

    def refresh(self) -> Secrets:
        """Ask now whether anything changed, and load it if so. Raises what `load` raises; the old snapshot stays."""
        if self._fake is not None:
            return self._fake
        with self._lock:
            before, current = self._snapshot, self._renew()
        self._tell(before, current)
        return current

    async def aload(self) -> Secrets:
        """`load` for asyncio: the event loop runs on while a thread waits."""
        kept = self._usable()
        if kept is not None:
            return kept
        import asyncio

        return await asyncio.to_thread(self.load)

    async def arefresh(self) -> Secrets:
        """`refresh` for asyncio."""
        import asyncio

        return await asyncio.to_thread(self.refresh)

    def on_change(self, listener: Listener) -> Callable[[], None]:
        """Call a function after each change, in the thread that refreshed. Returns how to end that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def close(self) -> None:
        """End the background thread and forget what was loaded."""
        with self._lock:
            if self._stop is not None:
                self._stop.set()
            self._stop = self._snapshot = self._reader = self._outage = None

    def _usable(self) -> Secrets | None:
        """What can be returned without asking."""
        if self._fake is not None or self._snapshot is None:
            return self._fake
        if self._options.background and self._stop is None:
            self._start_thread()
        max_age = self._options.max_age
        is_due = max_age is not None and time.monotonic() - self._checked > max_age
        return None if is_due else self._snapshot

    def _may_be_stale(self) -> bool:
        limit = (self._options.max_age or 0.0) + self._options.stale_if_error
        return self._options.stale_if_error > 0 and time.monotonic() - self._checked <= limit

    def _renew_or_keep(self) -> Secrets:
        """Renew; in an outage keep the old snapshot for as long as `stale_if_error` allows, and log its code."""
        kept = self._snapshot if self._may_be_stale() else None
        if self._outage is None or time.monotonic() - self._outage[1] > _PAUSE:
            self._outage = None
            try:
                return self._renew()
            except UnavailableError as error:
                self._outage = (UnavailableError(*error.args), time.monotonic())
                if kept is not None:
                    log().warning("secrets of %s are stale: %s: %s", kept.environment, error.code, error.cause)
        if kept is None:
            raise UnavailableError(*self._outage[0].args)
        return kept

    def _renew(self) -> Secrets:
        self._reader = self._reader or Reader(self.spec, self._options)
        self._snapshot = self._reader.read(self._snapshot)
        self._checked = time.monotonic()
        return self._snapshot

    def _tell(self, before: Secrets | None, current: Secrets) -> None:
        if before is None or before is current:
            return
        changed = current.changed_since(before)
        for listener in list(self._listeners) if changed else []:
            try:
                listener(current, changed)
            except Exception as error:  # its text may hold a value
                log().error("a listener for changed secrets failed: %s", type(error).__name__)

    def _start_thread(self) -> None:
        with self._lock:
            if self._stop is not None:
                return
            self._stop = threading.Event()
            arguments = (weakref.ref(self), self._stop, self._options.max_age or 0.0)
            threading.Thread(target=_refresh_until, args=arguments, name="sophia-secrets", daemon=True).start()

    def _after_fork(self) -> None:
        """A thread of the parent may have held the lock, and the child has no refreshing thread: it starts its own."""
        self._lock = threading.RLock()
        self._stop = None


_LOADERS: weakref.WeakSet[Loader] = weakref.WeakSet()


def _reset_after_fork() -> None:
    for loader in list(_LOADERS):
        loader._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_after_fork)


def _refresh_until(loader: weakref.ref[Loader], stop: threading.Event, max_age: float) -> None:
    """Refresh between half and nine tenths of `max_age`, so that many processes do not ask at once."""
    import random

    while not stop.wait(max_age * random.uniform(0.5, 0.9)):
        alive = loader()
        if alive is None:
            return
        try:
            alive.refresh()
        except SecretsError as error:
            log().warning("secrets could not be refreshed: %s: %s", error.code, error.cause)
        del alive
