"""No value shows by accident. The last tests show that the canaries are found where the protection is taken away."""

from __future__ import annotations

import copy
import io
import json
import logging
import pickle
import pprint
import reprlib
import traceback
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import pytest
from conftest import Cloud

from sophia_secrets import Config, Loader, MissingSecretsError, RedactingFilter, Secrets, SecretText, fake

CANARY = "canary-4f1d"


@dataclass
class Client:
    key: str


def traced(value: Any) -> str:
    """A traceback with local variables, as error reporters take it."""
    try:
        raise RuntimeError("something else")
    except RuntimeError as error:
        return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())


def warned(value: Any) -> str:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.warn(f"odd client {Client(value)}", stacklevel=1)
    return str(caught[0].message)


SHOWN: dict[str, Callable[[Any], str]] = {
    "repr": repr,
    "a list": lambda value: str([value]),
    "a dictionary": lambda value: str({"key": value}),
    "an f-string with !r": lambda value: f"{value!r}",
    "a dataclass": lambda value: repr(Client(value)),
    "pprint": lambda value: pprint.pformat({"key": [value]}),
    "reprlib": lambda value: reprlib.repr([value]),
    "a shortening printer": lambda value: repr(value[:8]),
    "a traceback with local variables": traced,
    "a warning": warned,
    "a copy": lambda value: repr(copy.copy(value)) + repr(copy.deepcopy([value])),
    "asdict": lambda value: repr(asdict(Client(value))),
    "an exception's arguments": lambda value: repr(ValueError(value)),
}


@pytest.mark.parametrize("how", SHOWN)
def test_a_value_does_not_show_in(how: str) -> None:
    assert CANARY not in SHOWN[how](SecretText(CANARY))
    assert CANARY[:8] in SHOWN[how](CANARY), "a plain text must show, or this proves nothing"


def test_a_value_works_wherever_a_str_does() -> None:
    value = SecretText(CANARY)
    assert isinstance(value, str) and value == CANARY and hash(value) == hash(CANARY)
    assert f"Bearer {value}" == "Bearer " + CANARY == f"Bearer {value!s}"
    assert json.dumps({"key": value}) == f'{{"key": "{CANARY}"}}'
    assert value.encode() == CANARY.encode() and io.StringIO(value).read() == CANARY
    assert {CANARY: 1}[value] == 1 and type(str(value)) is str


def test_a_value_and_what_holds_values_cannot_be_pickled(filled: Cloud) -> None:
    loader = filled.loader()
    secrets = loader.load()
    for held in (SecretText(CANARY), Client(SecretText(CANARY)), secrets, Config(loader)):
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            with pytest.raises(TypeError) as refused:
                pickle.dumps(held, protocol)
            assert CANARY not in str(refused.value)


def test_what_holds_values_shows_none(filled: Cloud) -> None:
    loader = filled.loader()
    secrets = loader.load()
    for held in (secrets, loader, Config(loader), copy.deepcopy(secrets), [secrets]):
        assert "-value" not in repr(held) + str(held)
    with pytest.raises(TypeError):
        json.dumps(secrets)
    assert "-value" not in json.dumps({"held": secrets}, default=repr)


def test_an_error_shows_no_value_when_it_is_pickled(filled: Cloud) -> None:
    filled.write({"plain_key": CANARY})
    with pytest.raises(MissingSecretsError) as missing:
        filled.loader().load()
    again = pickle.loads(pickle.dumps(missing.value))
    assert again.keys == missing.value.keys and again.code == "secrets-missing" and str(again) == str(missing.value)
    assert CANARY.encode() not in pickle.dumps(missing.value)


@pytest.fixture
def logged(filled: Cloud) -> tuple[logging.Logger, io.StringIO, Loader]:
    loader, text = filled.loader(), io.StringIO()
    log, handler = logging.getLogger("application"), logging.StreamHandler(text)
    log.handlers, log.propagate = [handler], False
    handler.addFilter(RedactingFilter(loader))
    return log, text, loader


def test_the_filter_removes_values_from_messages_and_tracebacks(
    logged: tuple[logging.Logger, io.StringIO, Loader],
) -> None:
    log, text, loader = logged
    key = loader.load()["plain_key"]
    log.warning("the key is %s", key)
    log.warning(f"and again {key}")
    try:
        raise ValueError(f"bad key {key}")
    except ValueError:
        log.exception("failed with %d", 3, stack_info=True)
    assert "plain-value" not in text.getvalue() and text.getvalue().count("[secret]") == 3
    assert "failed with 3" in text.getvalue() and "ValueError: bad key [secret]" in text.getvalue()


def test_the_filter_loads_nothing(logged: tuple[logging.Logger, io.StringIO, Loader], cloud: Cloud) -> None:
    log, text, _ = logged
    log.warning("before anything is loaded")
    assert text.getvalue() == "before anything is loaded\n" and cloud.requests() == []


def test_redaction_takes_the_longest_value_first_and_leaves_short_ones(cloud: Cloud) -> None:
    with fake(cloud.loader(), plain_key="abcdefgh", nested_key="abcdefgh-and-more", default_key="short") as secrets:
        assert secrets.redact("abcdefgh-and-more abcdefgh short") == "[secret] [secret] short"


def test_a_repr_that_shows_the_value_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SecretText, "__repr__", str.__repr__)
    assert all(CANARY in shown(SecretText(CANARY)) for how, shown in SHOWN.items() if how != "a shortening printer")


def test_a_snapshot_that_shows_its_values_is_found(filled: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    loader = filled.loader()
    monkeypatch.setattr(Secrets, "__repr__", lambda self: str([str(self[key]) for key in ("plain_key",)]))
    loader.load()
    assert "plain-value" in repr(loader)
