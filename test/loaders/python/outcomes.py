"""A plugin of pytest that writes what became of each test, for test/loaders/python.test.ts to count."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

_outcomes: dict[str, dict[str, str]] = {}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--outcomes", type=Path)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    name = report.nodeid.split("::", 1)[1]
    outcome = _outcomes.setdefault(name, {})
    if report.failed:
        outcome["failed"] = f"{report.nodeid} ({report.when})\n{report.longreprtext}"
    elif report.skipped:
        outcome["skipped"] = report.longreprtext


def pytest_sessionfinish(session: pytest.Session) -> None:
    session.config.getoption("outcomes").write_text(json.dumps(_outcomes), "utf-8")
