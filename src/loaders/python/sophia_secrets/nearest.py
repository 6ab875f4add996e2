"""The names most like a wrong one."""

from __future__ import annotations

from .errors import UnknownKeyError
from .spec import Spec

_SHOWN = 3


def nearest_names(wrong: str, names: tuple[str, ...]) -> list[str]:
    """The three names nearest to a wrong one by Levenshtein's distance, nearest first, then by name."""
    return sorted(names, key=lambda name: (_distance(wrong, name), name))[:_SHOWN]


def unknown_key(spec: Spec, key: str) -> UnknownKeyError:
    """The error for a key that the catalog does not have: it names the nearest keys and their GitHub secrets."""
    github = {each: entry.name for entry in spec.entries for each in entry.keys}
    nearest = ", ".join(f"{name} ({github[name]})" for name in nearest_names(key, spec.keys))
    remedy = f"use {nearest}, or add an entry to the catalog and generate this loader again"
    return UnknownKeyError("app-key-unknown", f"app key {key}", "the catalog has no such key", remedy)


def _distance(a: str, b: str) -> int:
    row = list(range(len(b) + 1))
    for index, letter in enumerate(a, start=1):
        following = [index]
        for column, other in enumerate(b, start=1):
            replaced = row[column - 1] + (letter != other)
            following.append(min(replaced, row[column] + 1, following[column - 1] + 1))
        row = following
    return row[-1]
