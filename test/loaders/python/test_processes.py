"""Threads, forks, event loops, background refresh."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import CONTRACT, ROOT, SPEC, Cloud

from sophia_secrets import Config, Loader, Secrets, SecretsError, UnavailableError, reader
from sophia_secrets import loader as loader_module

NEXT = {**CONTRACT["values"], "plain_key": "next-value"}


def in_child(work: object) -> int:
    """The exit status of a forked child that does some work: 0 where it returned True."""
    child = os.fork()
    if child == 0:
        status = 2
        try:
            status = 0 if work() else 1  # type: ignore[operator]
        finally:
            os._exit(status)
    for _ in range(100):
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.1)
    os.kill(child, 9)
    os.waitpid(child, 0)
    raise AssertionError("the child hangs")


def test_many_threads_load_once(filled: Cloud) -> None:
    loader = filled.loader()
    filled.fault({"path": "/open", "delayMs": 200})
    with ThreadPoolExecutor(32) as threads:
        loaded = list(threads.map(lambda _: loader.load(), range(32)))
    assert all(each is loaded[0] for each in loaded)
    assert filled.requests() == ["open", "read"]


def test_threads_see_whole_snapshots_while_they_are_replaced(filled: Cloud) -> None:
    loader = filled.loader()
    ended, torn = threading.Event(), []

    def look() -> None:
        while not ended.is_set():
            secrets = loader.load()
            if secrets["plain_key"].split("-")[0] != secrets["nested_key"].split("-")[0]:
                torn.append(secrets)

    def values(word: str) -> dict[str, object]:
        return {**NEXT, "plain_key": f"{word}-a", "infrastructure": {"docker": {"token": f"{word}-b"}}}

    filled.write(values("one"))
    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for word in ("two", "three", "four"):
        filled.write(values(word))
        assert loader.refresh()["plain_key"] == f"{word}-a"
    ended.set()
    for thread in threads:
        thread.join()
    assert torn == []


def test_a_fork_keeps_what_was_loaded(filled: Cloud) -> None:
    loader = filled.loader()
    loader.load()
    filled.requests()
    assert in_child(lambda: loader.load()["plain_key"] == "plain-value") == 0
    assert filled.requests() == []


def test_a_fork_while_another_thread_loads_does_not_hang(filled: Cloud) -> None:
    loader = filled.loader(timeout=5)
    filled.fault({"path": "/open", "delayMs": 1500})
    thread = threading.Thread(target=loader.load)
    thread.start()
    time.sleep(0.5)
    assert in_child(lambda: loader.load()["plain_key"] == "plain-value") == 0
    thread.join()


def test_a_child_that_does_not_reset_its_lock_hangs(filled: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Loader, "_after_fork", lambda self: None)
    loader = filled.loader(timeout=5)
    with ThreadPoolExecutor(1) as other:
        other.submit(loader._lock.acquire).result()
        assert in_child(lambda: not loader._lock.acquire(timeout=0.5)) == 0
        other.submit(loader._lock.release).result()


def test_a_child_refreshes_in_a_thread_of_its_own(filled: Cloud) -> None:
    loader = filled.loader(max_age=0.4, background=True)
    loader.load()
    loader.load()

    def work() -> bool:
        loader.load()
        return any(thread.name == "sophia-secrets" for thread in threading.enumerate())

    assert in_child(work) == 0
    loader.close()


def test_the_background_refresh_brings_a_change_without_a_use(filled: Cloud) -> None:
    loader = filled.loader(max_age=0.4, background=True)
    seen: list[tuple[Secrets, frozenset[str]]] = []
    changed = threading.Event()

    def listen(secrets: Secrets, keys: frozenset[str]) -> None:
        seen.append((secrets, keys))
        changed.set()

    loader.on_change(listen)
    loader.load()
    loader.load()
    filled.write(NEXT)
    assert changed.wait(5)
    assert seen[0][1] == {"plain_key"} and seen[0][0]["plain_key"] == "next-value"
    assert loader.loaded is not None and loader.loaded["plain_key"] == "next-value"
    loader.close()


def test_the_background_refresh_survives_an_outage(filled: Cloud, caplog: pytest.LogCaptureFixture) -> None:
    loader = filled.loader(max_age=0.3, background=True, stale_if_error=30, timeout=1)
    loader.load()
    loader.load()
    filled.fault({"path": "/api/esc", "times": 0, "answer": {"status": 503, "headers": {"retry-after": "60"}}})
    time.sleep(0.8)
    assert "pulumi-unavailable" in caplog.text and "plain-value" not in caplog.text
    filled.calm()
    filled.write(NEXT)
    until = time.monotonic() + 5
    while loader.load()["plain_key"] != "next-value":
        assert time.monotonic() < until
        time.sleep(0.05)
    loader.close()


def test_a_loader_that_nobody_holds_ends_its_thread(filled: Cloud) -> None:
    loader = filled.loader(max_age=0.2, background=True)
    loader.load()
    loader.load()
    thread = next(each for each in threading.enumerate() if each.name == "sophia-secrets")
    gone = weakref.ref(loader)
    del loader
    gc.collect()
    thread.join(5)
    assert gone() is None and not thread.is_alive()


def test_an_event_loop_runs_on_while_secrets_load(filled: Cloud) -> None:
    loader = filled.loader()
    filled.fault({"path": "/open", "delayMs": 400})

    async def main() -> tuple[int, list[Secrets]]:
        beats = 0
        tasks = [asyncio.create_task(loader.aload()) for _ in range(5)]
        while not all(task.done() for task in tasks):
            beats += 1
            await asyncio.sleep(0.02)
        return beats, [task.result() for task in tasks]

    beats, loaded = asyncio.run(main())
    assert beats > 5 and all(each is loaded[0] for each in loaded)
    assert filled.requests() == ["open", "read"]


def test_loops_one_after_the_other_share_a_loader(filled: Cloud) -> None:
    loader = filled.loader()
    first = asyncio.run(loader.aload())
    assert asyncio.run(loader.aload()) is first
    filled.write(NEXT)
    assert asyncio.run(loader.arefresh())["plain_key"] == "next-value"


def test_callers_do_not_queue_up_for_an_outage(filled: Cloud) -> None:
    loader = filled.loader(timeout=1)
    filled.fault({"path": "/open", "times": 0, "delayMs": 3000})
    began = time.monotonic()

    def attempt(_: int) -> str:
        with pytest.raises(UnavailableError) as error:
            loader.load()
        return str(error.value.code)

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(attempt, range(8))) == {"pulumi-unavailable"}
    assert time.monotonic() - began < 3


def test_a_listener_that_fails_stops_no_refresh(filled: Cloud, caplog: pytest.LogCaptureFixture) -> None:
    loader = filled.loader()
    told: list[str] = []

    def failing(secrets: Secrets, _: frozenset[str]) -> None:
        raise ValueError(secrets["plain_key"])

    loader.on_change(failing)
    stop = loader.on_change(lambda *_: told.append("first"))
    loader.load()
    filled.write(NEXT)
    assert loader.refresh()["plain_key"] == "next-value"
    assert told == ["first"] and "ValueError" in caplog.text and "next-value" not in caplog.text
    stop()
    filled.write(CONTRACT["values"])
    loader.refresh()
    assert told == ["first"]


def test_the_first_refresh_asks_nothing_more_where_the_service_says_when_it_was_opened(
    filled: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "_CLOCKS", -10)
    loader = filled.loader()
    first = loader.load()
    filled.requests()
    assert loader.refresh() is first
    assert filled.requests() == ["list"]


def test_an_environment_is_opened_where_the_token_does_not_see_what_it_imports(filled: Cloud) -> None:
    place = SPEC.environments["production"]
    narrow = {"production": place._replace(watches=("contract/not-seen",))}
    loader = Loader(SPEC._replace(environments=narrow), filled.loader()._options)
    loader.load()
    loader.refresh()
    filled.requests()
    loader.refresh()
    assert filled.requests() == ["list", "open", "read"]


def test_options_come_before_the_first_use(filled: Cloud) -> None:
    loader = filled.loader()
    loader.configure(filled.loader(environment="production")._options)
    loader.load()
    with pytest.raises(SecretsError) as error:
        loader.configure(filled.loader()._options)
    assert error.value.code == "options-too-late"


def test_nothing_happens_at_import_or_construction(cloud: Cloud) -> None:
    loader = cloud.loader()
    config = Config(loader)
    assert "plain_key" in dir(config) and "__wrapped__" not in dir(config)
    assert not hasattr(config, "__wrapped__") and not hasattr(config, "_is_coroutine_marker")
    assert cloud.requests() == [] and loader.loaded is None
    code = "import sys, threading, sophia_secrets; bad = {'ssl','http.client','json','asyncio'} & set(sys.modules);"
    code += "assert not bad, bad; assert threading.active_count() == 1"
    assert os.spawnve(os.P_WAIT, sys.executable, [sys.executable, "-c", code], PYTHON_PATH) == 0


PYTHON_PATH = {**os.environ, "PYTHONPATH": str(ROOT / "src/loaders/python")}


def test_config_is_read_only_and_answers_a_wrong_key_without_asking(cloud: Cloud) -> None:
    config = Config(cloud.loader())
    with pytest.raises(AttributeError, match=r"plain_key \(PLAIN_KEY\)"):
        config.plian_key  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(AttributeError):
        config.plain_key = "x"  # type: ignore[attr-defined]
    assert cloud.requests() == []


def test_the_pause_after_an_outage_is_short() -> None:
    assert loader_module._PAUSE <= 1
