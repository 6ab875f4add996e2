"""Every Python snippet of the pages runs as it stands there, and FastAPI and Django do what is said of them."""

from __future__ import annotations

import importlib
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Cloud

PAGES = sorted(path.name for path in (ROOT / "docs").glob("*.md") if "```python" in path.read_text("utf-8"))
urlpatterns: list[object] = []  # of the Django below
MODULE = "backend.core.auto_esc_config"


def snippets(page: str) -> list[str]:
    text = (ROOT / "docs" / page).read_text("utf-8")
    return [textwrap.dedent(found) for found in re.findall(r"^ *```python\n(.*?)^ *```$", text, re.M | re.S)]


@pytest.fixture
def application(generated: Path, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Sophia's own module, imported by its own name, with a value for every secret."""
    monkeypatch.syspath_prepend(str(generated))
    for name, value in cloud.variables(SOPHIA_ENVIRONMENT="production").items():
        monkeypatch.setenv(name, value)
    module = importlib.import_module(MODULE)
    values: dict[str, Any] = {}
    for entry in module.loader.spec.entries:
        *steps, last = entry.path.split(".")
        at = values
        for step in steps:
            at = at.setdefault(step, {})
        at[last] = {"fn::secret": f"canary-{entry.keys[0]}"}
    cloud.environment(module.loader.spec.environments["production"].opens, {"values": {"sophia": values}})
    cloud.calm()
    yield module
    module.loader.close()
    for name in [name for name in sys.modules if name.split(".")[0] == "backend"]:
        del sys.modules[name]


@pytest.mark.parametrize("page", PAGES)
def test_snippets_run(application: Any, page: str) -> None:
    found = snippets(page)
    assert found
    for snippet in found:
        application.loader.close()
        exec(compile(snippet, page, "exec"), {"__name__": "snippet"})


def test_the_first_snippet_gets_real_values_that_do_not_show(application: Any) -> None:
    scope: dict[str, Any] = {}
    exec(snippets("load-in-python.md")[0], scope)
    assert scope["openai_key"] == "canary-openai_api_key" and "canary" not in repr(scope["docker"])


def test_fastapi_loads_before_it_serves_and_does_not_start_without(application: Any, cloud: Cloud) -> None:
    from fastapi.testclient import TestClient

    scope: dict[str, Any] = {"__name__": "snippet"}
    exec(snippets("load-in-frameworks.md")[0], scope)
    with TestClient(scope["app"]) as client:
        assert cloud.requests() == ["open", "read"]
        assert client.get("/ready").json() == {"ready": True}
    assert cloud.requests() == []
    application.loader.close()
    place = application.loader.spec.environments["production"].opens
    cloud.environment(place, {"values": {"sophia": {}}})
    with pytest.raises(Exception, match="OPENAI_API_KEY"), TestClient(scope["app"]):
        pass


def test_django_shows_no_value_of_its_settings_in_a_debug_page(application: Any) -> None:
    import django  # type: ignore[import-untyped]
    from django.conf import settings  # type: ignore[import-untyped]
    from django.test import RequestFactory  # type: ignore[import-untyped]
    from django.views.debug import technical_500_response  # type: ignore[import-untyped]

    scope: dict[str, Any] = {}
    exec(snippets("load-in-frameworks.md")[1], scope)
    chosen = {name: value for name, value in scope.items() if name.isupper()}
    greeting = {"text": application.config.gong_url}
    settings.configure(DEBUG=True, ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], GREETING=greeting, **chosen)
    django.setup()
    try:
        held = application.config.openai_api_key
        raise ValueError("planted")
    except ValueError:
        page = technical_500_response(RequestFactory().get("/"), *sys.exc_info()).content.decode()
    assert held.endswith("openai_api_key") and "planted" in page and "GREETING" in page
    # The page quotes this function's source, so what is looked for must not stand in it.
    assert not [key for key in ("openai_api_key", "gong_url", "jwt_secret") if f"canary-{key}" in page]
