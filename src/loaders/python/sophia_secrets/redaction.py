"""Removes loaded values from log records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .loader import Loader

if TYPE_CHECKING:
    import logging


class RedactingFilter:
    """Replaces every loaded value in a record's message, traceback and stack by `[secret]`.

    Add it to handlers, not to loggers: a logger's filters do not see what its children log. Values shorter than eight
    characters stay. It never loads anything. Handlers take any object with `filter`: no import of logging is needed.
    """

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def filter(self, record: logging.LogRecord) -> bool:
        secrets = self._loader.loaded
        if secrets is None:
            return True
        record.msg, record.args = secrets.redact(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            import logging

            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = secrets.redact(record.exc_text)
        if record.stack_info:
            record.stack_info = secrets.redact(record.stack_info)
        return True
