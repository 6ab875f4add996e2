"""The fake for tests, the last known good copy, pydantic settings."""

from __future__ import annotations

import builtins
import json
import os
import stat
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import CONTRACT, ROOT, SPEC, Cloud

from sophia_secrets import (
    Config,
    LastKnownGood,
    MissingSecretsError,
    SecretsError,
    SecretText,
    UnavailableError,
    UnknownKeyError,
    fake,
)

KEY = "a2V5" * 10 + "a2U="
OUTAGE = {"path": "/", "times": 0, "answer": {"status": 503, "headers": {"retry-after": "600"}}}


def test_a_fake_needs_no_network_and_ends_with_its_block(cloud: Cloud) -> None:
    loader = cloud.loader()
    config = Config(loader)
    with fake(loader, old_name="fake-text") as secrets:
        assert loader.load() is secrets and secrets.source == "fake"
        assert [secrets[key] for key in ("own_name", "old_name", "older_name")] == ["fake-text"] * 3
        assert config.own_name == "fake-text"  # type: ignore[attr-defined]
        assert secrets.get("optional_key") is None and "fake-text" not in repr(secrets)
        with pytest.raises(MissingSecretsError) as missing:
            secrets.get("plain_key")
        assert missing.value.keys == ("plain_key",)
    assert cloud.requests() == [] and loader.loaded is None


def test_a_fake_refuses_keys_that_the_catalog_does_not_have(cloud: Cloud) -> None:
    with pytest.raises(UnknownKeyError, match="PLAIN_KEY"):
        fake(cloud.loader(), plian_key="x")


def test_fakes_nest_and_decorate(cloud: Cloud) -> None:
    loader = cloud.loader()

    @fake(loader, "staging", plain_key="outer")
    def run() -> None:
        assert loader.load().environment == "staging"
        with fake(loader, plain_key="inner"):
            assert loader.load()["plain_key"] == "inner"
        assert loader.load()["plain_key"] == "outer"

    run()
    run()
    assert loader.loaded is None


@pytest.fixture
def copy_file(tmp_path: Path) -> Path:
    return tmp_path / "secrets.enc"


def keeping(path: Path, max_age: float = 3600, key: str = KEY) -> LastKnownGood:
    return LastKnownGood(str(path), SecretText(key), max_age)


def test_a_start_during_an_outage_takes_the_encrypted_copy(
    filled: Cloud, copy_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    filled.loader(last_known_good=keeping(copy_file)).load()
    assert stat.S_IMODE(copy_file.stat().st_mode) == 0o600 and os.listdir(copy_file.parent) == [copy_file.name]
    assert "value" not in copy_file.read_text().lower()
    filled.fault(OUTAGE)
    secrets = filled.loader(last_known_good=keeping(copy_file)).load()
    assert secrets.source == "last-known-good" and secrets["nested_key"] == "nested-value"
    assert secrets["old_name"] == "renamed-value" and abs(secrets.loaded_at - time.time()) < 60
    assert "last known good copy: pulumi-unavailable" in caplog.text and "plain-value" not in caplog.text


def test_the_copy_is_replaced_once_the_service_answers(filled: Cloud, copy_file: Path) -> None:
    filled.loader(last_known_good=keeping(copy_file)).load()
    filled.fault(OUTAGE)
    loader = filled.loader(last_known_good=keeping(copy_file))
    loader.load()
    filled.calm()
    assert loader.refresh().source == "pulumi-cloud"


@pytest.mark.parametrize("fault", ["too old", "another key", "another environment", "changed", "cut", "not there"])
def test_a_copy_that_is_not_fit_is_no_copy(filled: Cloud, copy_file: Path, fault: str) -> None:
    filled.loader(last_known_good=keeping(copy_file)).load()
    kept = json.loads(copy_file.read_text())
    options: dict[str, Any] = {"last_known_good": keeping(copy_file)}
    if fault == "too old":
        options["last_known_good"] = keeping(copy_file, max_age=-61)
    elif fault == "another key":
        options["last_known_good"] = keeping(copy_file, key="b3Ro" * 10 + "b3Q=")
    elif fault == "another environment":
        options["environment"] = "staging"
    elif fault == "changed":
        copy_file.write_text(json.dumps({**kept, "saved": kept["saved"] + 1}))
    elif fault == "cut":
        copy_file.write_text(copy_file.read_text()[:40])
    else:
        copy_file.unlink()
    filled.fault(OUTAGE)
    with pytest.raises(UnavailableError):
        filled.loader(**options).load()


def in_typescript(*arguments: str) -> Any:
    command = ["node", "-r", "ts-node/register/transpile-only", "test/loaders/copy.ts", *arguments]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return json.loads(told) if told else None


def test_a_copy_of_one_language_opens_in_the_other(copy_file: Path) -> None:
    values = {
        "plain": "a value",
        "empty": "",
        "letters": "\u00e9 e\u0301 \U0001f642 \u2028 \x7f '\"\\",
        "lines": "a\r\nb\n",
    }
    about = "payready/contract/app-production"
    keeping(copy_file).save(about, values)
    assert in_typescript("read", str(copy_file), KEY, about) == values
    assert in_typescript("read", str(copy_file), KEY, "payready/contract/app-staging") is None
    in_typescript("save", str(copy_file), KEY, about, json.dumps(values))
    assert stat.S_IMODE(copy_file.stat().st_mode) == 0o600
    opened = keeping(copy_file).read(about)
    assert opened is not None and {key: str(value) for key, value in opened[0].items()} == values
    assert keeping(copy_file).read("payready/contract/app-staging") is None
    kept = json.loads(copy_file.read_text())
    copy_file.write_text(json.dumps({**kept, "saved": kept["saved"] - 1}))
    assert keeping(copy_file).read(about) is None


def test_a_refused_token_never_takes_the_copy(filled: Cloud, copy_file: Path) -> None:
    filled.loader(last_known_good=keeping(copy_file)).load()
    with pytest.raises(SecretsError) as error:
        filled.loader(last_known_good=keeping(copy_file), token="pul-unknown").load()
    assert error.value.code == "pulumi-token-invalid"


def test_a_copy_without_a_required_secret_is_refused(filled: Cloud, copy_file: Path) -> None:
    filled.loader(last_known_good=keeping(copy_file)).load()
    filled.fault(OUTAGE)
    more = tuple(each._replace(required_in=("production",)) for each in SPEC.entries)
    loader = filled.loader(last_known_good=keeping(copy_file))
    loader.spec = SPEC._replace(entries=more)
    with pytest.raises(MissingSecretsError) as missing:
        loader.load()
    assert missing.value.keys == ("optional_key", "orders_password", "class")


def test_a_copy_needs_a_key_and_a_cipher(filled: Cloud, copy_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SecretsError) as error:
        filled.loader(last_known_good=keeping(copy_file, key="short")).load()
    assert error.value.code == "copy-key-invalid"
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.startswith("cryptography"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SecretsError) as error:
        filled.loader(last_known_good=keeping(copy_file)).load()
    assert error.value.code == "cipher-missing" and not copy_file.exists()


def test_pydantic_settings_read_a_loader(filled: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    from pydantic import Field, SecretStr
    from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

    from sophia_secrets.pydantic import EscSettingsSource

    loader = filled.loader()

    class Settings(BaseSettings):
        plain_key: SecretStr
        optional_key: SecretStr | None = None
        token: SecretStr = Field(validation_alias="nested_key")
        workers: int = 4

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return EscSettingsSource(settings_cls, loader), env_settings

    monkeypatch.setenv("PLAIN_KEY", "from-the-environment")
    monkeypatch.setenv("WORKERS", "9")
    loaded = Settings()  # type: ignore[call-arg]
    assert loaded.plain_key.get_secret_value() == "plain-value" and loaded.token.get_secret_value() == "nested-value"
    assert loaded.optional_key is None and loaded.workers == 9 and "-value" not in repr(loaded)
    loader.close()
    filled.fault(OUTAGE)
    with pytest.raises(UnavailableError):
        Settings()  # type: ignore[call-arg]
    loader.close()
    filled.calm()
    filled.write({**CONTRACT["values"], "optional_key": "now-there"})
    now = Settings().optional_key  # type: ignore[call-arg]
    assert now is not None and now.get_secret_value() == "now-there"
