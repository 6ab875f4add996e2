"""Slow servers, large answers, proxies, private authorities, names that do not resolve."""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
import trustme
from conftest import SPEC, Cloud, shown_by

from sophia_secrets import (
    Loader,
    Options,
    SecretsError,
    SecretText,
    UnavailableError,
    connection,
    http,
)
from sophia_secrets.route import Origin, Variables, proxy_for

Serve = Callable[[socket.socket], None]
LOGIN = "ada:canary"


class Server:
    """A TCP server on loopback whose every connection is served by a function, in a thread."""

    def __init__(self, serve: Serve) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.serve = serve
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve_one, args=(client,), daemon=True).start()

    def serve_one(self, client: socket.socket) -> None:
        with (
            client,
            contextlib.suppress(OSError),
        ):  # the client went away, or closed the handshake
            self.serve(client)


@pytest.fixture
def serving() -> Iterator[Callable[[Serve], Server]]:
    servers: list[Server] = []

    def start(serve: Serve) -> Server:
        servers.append(Server(serve))
        return servers[-1]

    yield start
    for server in servers:
        server.listener.close()


def head_of(client: socket.socket) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = client.recv(1)
        if not byte:
            break
        head += byte
    return head


def loader_at(url: str, **options: Any) -> Loader:
    more = options.pop("more", {})
    variables = {
        "APP_ENVIRONMENT": "production",
        "PULUMI_ACCESS_TOKEN": "pul-canary-token",
        "HOME": "/none",
        **more,
    }
    return Loader(SPEC, Options(url=url, variables=variables, **options))


def refusal(loader: Loader) -> SecretsError:
    with pytest.raises(SecretsError) as error:
        loader.load()
    assert "canary" not in shown_by(error.value)
    return error.value


def dripping(client: socket.socket) -> None:
    """A byte ten times a second, for ever: no single read is slow."""
    head_of(client)
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        client.sendall(b" ")
        time.sleep(0.1)


def test_a_server_that_drips_ends_at_the_total_timeout(
    serving: Callable[[Serve], Server],
) -> None:
    began = time.monotonic()
    error = refusal(loader_at(f"http://127.0.0.1:{serving(dripping).port}", timeout=1))
    assert error.code == "pulumi-unavailable" and "in time" in error.cause and time.monotonic() - began < 2


def test_a_head_that_drips_ends_at_the_total_timeout(
    serving: Callable[[Serve], Server],
) -> None:
    def serve(client: socket.socket) -> None:
        head_of(client)
        while True:
            client.sendall(b"H")
            time.sleep(0.1)

    began = time.monotonic()
    assert refusal(loader_at(f"http://127.0.0.1:{serving(serve).port}", timeout=1)).code == "pulumi-unavailable"
    assert time.monotonic() - began < 2


def test_a_socket_without_the_deadline_goes_on_reading(
    serving: Callable[[Serve], Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection.Deadline, "left", lambda self: 0.5)
    loader = loader_at(f"http://127.0.0.1:{serving(dripping).port}", timeout=1)
    thread = threading.Thread(target=lambda: refusal(loader), daemon=True)
    thread.start()
    thread.join(2.5)
    assert thread.is_alive()


def test_a_name_that_does_not_resolve_ends_at_the_total_timeout(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(10))
    began = time.monotonic()
    assert "in time" in refusal(loader_at("https://pulumi.invalid", timeout=0.5)).cause
    assert time.monotonic() - began < 2


def test_an_unknown_name_is_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "canary")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    monkeypatch.setattr(http, "_TRIES", 1)
    error = refusal(loader_at("https://pulumi.invalid", timeout=2))
    assert error.code == "pulumi-unavailable" and "name is unknown" in error.cause


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_an_answer_without_end_is_not_read(
    serving: Callable[[Serve], Server], monkeypatch: pytest.MonkeyPatch, framing: str
) -> None:
    monkeypatch.setattr(http, "LARGEST_ANSWER", 100_000)
    how = {
        "length": "Content-Length: 99999999999",
        "chunked": "Transfer-Encoding: chunked",
        "close": "X: y",
    }[framing]
    sent = []

    def serve(client: socket.socket) -> None:
        head_of(client)
        client.sendall(f"HTTP/1.1 200 OK\r\n{how}\r\n\r\n".encode())
        block = b"a" * 4096
        for _ in range(10_000):
            client.sendall(b"1000\r\n" + block + b"\r\n" if framing == "chunked" else block)
            sent.append(len(block))

    error = refusal(loader_at(f"http://127.0.0.1:{serving(serve).port}", timeout=10))
    assert error.code == "answer-too-large"
    assert sum(sent) < 20_000_000


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"canary\r\n\r\n",
        b"HTTP/1.1 2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\ncanary",
    ],
)
def test_an_answer_that_breaks_off_or_is_no_http_is_an_outage(
    serving: Callable[[Serve], Server], answer: bytes
) -> None:
    def serve(client: socket.socket) -> None:
        head_of(client)
        client.sendall(answer)

    loader = loader_at(f"http://127.0.0.1:{serving(serve).port}", timeout=1)
    assert refusal(loader).code == "pulumi-unavailable"


def test_retry_after_may_be_a_date(filled: Cloud) -> None:
    later = formatdate(time.time() + 2, usegmt=True)
    filled.fault({"path": "/open", "answer": {"status": 503, "headers": {"retry-after": later}}})
    began = time.monotonic()
    assert filled.loader().load()["plain_key"] == "plain-value"
    assert 0.5 < time.monotonic() - began < 5


def test_one_connection_carries_a_whole_load(filled: Cloud, serving: Callable[[Serve], Server]) -> None:
    connections: list[int] = []

    def serve(client: socket.socket) -> None:
        connections.append(1)
        relay(client, ("127.0.0.1", int(filled.url.rsplit(":", 1)[1])))

    loader = filled.loader(url=f"http://127.0.0.1:{serving(serve).port}")
    loader.load()
    assert connections == [1]


def relay(client: socket.socket, address: tuple[str, int]) -> None:
    with socket.create_connection(address) as server:

        def copy(source: socket.socket, target: socket.socket) -> None:
            try:
                while data := source.recv(65_536):
                    target.sendall(data)
                target.shutdown(socket.SHUT_WR)
            except OSError:
                pass

        back = threading.Thread(target=copy, args=(server, client), daemon=True)
        back.start()
        copy(client, server)
        back.join(5)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[trustme.CA, Path]:
    ca = trustme.CA()
    file = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(str(file))
    return ca, file


@pytest.fixture
def secure(
    filled: Cloud,
    serving: Callable[[Serve], Server],
    authority: tuple[trustme.CA, Path],
) -> Server:
    """The sandbox's Pulumi Cloud behind TLS, as pulumi.test, with a private authority's certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority[0].issue_cert("pulumi.test", "localhost").configure_cert(context)

    def serve(client: socket.socket) -> None:
        with context.wrap_socket(client, server_side=True) as tls:
            relay(tls, ("127.0.0.1", int(filled.url.rsplit(":", 1)[1])))

    return serving(serve)


def test_a_private_authority_is_trusted_where_it_is_named(
    filled: Cloud,
    secure: Server,
    authority: tuple[trustme.CA, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = f"https://localhost:{secure.port}"
    error = refusal(filled.loader(url=url, timeout=5))
    assert error.code == "certificate-untrusted" and "ca_file" in error.remedy
    assert filled.loader(url=url, ca_file=str(authority[1])).load()["plain_key"] == "plain-value"
    monkeypatch.setenv("SSL_CERT_FILE", str(authority[1]))
    assert filled.loader(url=url).load()["plain_key"] == "plain-value"


def test_a_certificate_of_another_name_is_refused(
    filled: Cloud, secure: Server, authority: tuple[trustme.CA, Path]
) -> None:
    error = refusal(filled.loader(url=f"https://127.0.0.1:{secure.port}", ca_file=str(authority[1]), timeout=5))
    assert error.code == "certificate-untrusted"


def test_a_file_that_holds_no_authority_is_named(filled: Cloud, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("canary")
    for file in ("ca.pem", "none.pem"):
        loader = loader_at("https://localhost:1", ca_file=str(tmp_path / file), proxy="")
        with pytest.raises(SecretsError) as error:
            loader.load()
        assert error.value.code == "authority-unreadable" and error.value.subject.endswith(file)


def proxying(secure: Server, heads: list[bytes], status: bytes = b"200 OK") -> Serve:
    def serve(client: socket.socket) -> None:
        heads.append(head_of(client))
        client.sendall(b"HTTP/1.1 " + status + b"\r\n\r\n")
        if status.startswith(b"200"):
            relay(client, ("127.0.0.1", secure.port))

    return serve


def test_a_proxy_tunnels_and_gets_its_own_password_and_no_token(
    filled: Cloud,
    secure: Server,
    authority: tuple[trustme.CA, Path],
    serving: Callable[[Serve], Server],
) -> None:
    heads: list[bytes] = []
    proxy = f"http://ada:p%40ss@127.0.0.1:{serving(proxying(secure, heads)).port}"
    for options in (
        {"proxy": proxy},
        {"variables": filled.variables(HTTPS_PROXY=proxy)},
    ):
        loader = filled.loader(url="https://pulumi.test", ca_file=str(authority[1]), **options)
        assert loader.load()["plain_key"] == "plain-value"
    assert len(heads) == 2 and heads[0].startswith(b"CONNECT pulumi.test:443 HTTP/1.1\r\n")
    assert b"Proxy-Authorization: Basic " + base64.b64encode(b"ada:p@ss") in heads[0]
    assert filled.tokens["admin"].encode() not in heads[0]


def test_a_proxy_may_be_reached_over_tls_itself(
    filled: Cloud,
    secure: Server,
    authority: tuple[trustme.CA, Path],
    serving: Callable[[Serve], Server],
) -> None:
    heads: list[bytes] = []
    inner = proxying(secure, heads)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority[0].issue_cert("localhost").configure_cert(context)

    def serve(client: socket.socket) -> None:
        with context.wrap_socket(client, server_side=True) as tls:
            inner(tls)

    port = serving(serve).port
    options: dict[str, Any] = {"url": "https://pulumi.test", "proxy": f"https://{LOGIN}@localhost:{port}"}
    loader = filled.loader(ca_file=str(authority[1]), **options)
    assert loader.load()["plain_key"] == "plain-value"
    assert loader.refresh()["plain_key"] == "plain-value"
    assert heads[0].startswith(b"CONNECT pulumi.test:443 HTTP/1.1\r\n")
    assert filled.tokens["admin"].encode() not in b"".join(heads)
    error = refusal(filled.loader(timeout=5, **options))
    assert error.code == "certificate-untrusted" and error.cause.startswith("the proxy's certificate")
    other = {**options, "proxy": f"https://{LOGIN}@127.0.0.1:{port}"}
    assert refusal(filled.loader(ca_file=str(authority[1]), timeout=5, **other)).code == "certificate-untrusted"


def test_a_proxy_over_tls_that_drips_or_hangs_up_ends_in_time(
    authority: tuple[trustme.CA, Path], serving: Callable[[Serve], Server]
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority[0].issue_cert("localhost").configure_cert(context)
    hangs_up = threading.Event()

    def serve(client: socket.socket) -> None:
        with context.wrap_socket(client, server_side=True) as tls:
            head_of(tls)
            tls.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while not hangs_up.is_set():
                tls.sendall(b"\x16")
                time.sleep(0.1)

    proxy = f"https://localhost:{serving(serve).port}"
    for hang in (hangs_up.clear, hangs_up.set):
        hang()
        began = time.monotonic()
        options = {"proxy": proxy, "ca_file": str(authority[1]), "timeout": 1.5}
        assert refusal(loader_at("https://pulumi.test", **options)).code == "pulumi-unavailable"
        assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("status", "code", "tells"),
    [
        (
            407,
            "proxy-login-refused",
            "refuses the user name or the password in it (407)",
        ),
        (403, "proxy-refused", "refuses to connect to pulumi.test:443 (403)"),
        (404, "proxy-refused", "refuses to connect to pulumi.test:443 (404)"),
        (502, "pulumi-unavailable", "does not reach it (502)"),
    ],
)
def test_a_proxy_that_refuses_is_told_from_the_service(
    filled: Cloud,
    secure: Server,
    serving: Callable[[Serve], Server],
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    code: str,
    tells: str,
) -> None:
    monkeypatch.setattr(http, "_TRIES", 1)
    port = serving(proxying(secure, [], f"{status} canary".encode())).port
    variables = filled.variables(https_proxy=f"http://{LOGIN}@127.0.0.1:{port}")
    error = refusal(filled.loader(url="https://pulumi.test", variables=variables))
    assert error.code == code and f"the proxy 127.0.0.1:{port} of https_proxy {tells}" in error.cause
    assert ("https_proxy" if status == 407 else "NO_PROXY") in error.remedy
    assert isinstance(error, UnavailableError) == (status == 502)


def test_a_proxy_without_a_login_that_asks_for_one_says_how_to_give_it(
    filled: Cloud, secure: Server, serving: Callable[[Serve], Server]
) -> None:
    proxy = f"http://127.0.0.1:{serving(proxying(secure, [], b'407 canary')).port}"
    error = refusal(filled.loader(url="https://pulumi.test", proxy=proxy))
    assert error.code == "proxy-login-refused" and "asks for a user name and a password" in error.cause
    assert error.remedy.startswith("set the option proxy to http://USER:PASSWORD@127.0.0.1:")


@pytest.mark.parametrize(
    ("host", "no_proxy", "goes_direct"),
    [
        ("api.pulumi.com", "", False),
        ("api.pulumi.com", "api.pulumi.com", True),
        ("api.pulumi.com", "pulumi.com", True),
        ("api.pulumi.com", ".pulumi.com", True),
        ("api.pulumi.com", "*.pulumi.com", True),
        ("api.pulumi.com", "other.com, PULUMI.com", True),
        ("api.notpulumi.com", "pulumi.com", False),
        ("api.pulumi.com", "pulumi.com:8443", False),
        ("api.pulumi.com", "pulumi.com:443", True),
        ("api.pulumi.com", "*", True),
        ("10.1.2.3", "10.0.0.0/8", True),
        ("11.1.2.3", "10.0.0.0/8", False),
        ("api.pulumi.com", "other.com pulumi.com", True),
        ("api.pulumi.com", "pulumi.com.", True),
        ("api.pulumi.com.", "pulumi.com", True),
        ("pulumi.com", ".pulumi.com", True),
        ("api.pulumi.com", "i.com", False),
        ("api.pulumi.com", ",, ,", False),
        ("api.pulumi.com", "10.0.0.0/8", False),
        ("10.1.2.3", "10.1.2.3", True),
        ("10.1.2.3", "10.1.2.3:443", True),
        ("10.1.2.3", "1.2.3", False),
        ("10.1.2.3", "10.0.0.0/99", False),
        ("2001:db8::7", "2001:db8::7", True),
        ("2001:db8::7", "2001:0db8:0:0::7", True),
        ("2001:db8::7", "[2001:db8::7]", True),
        ("2001:db8::7", "[2001:db8::7]:443", True),
        ("2001:db8::7", "[2001:db8::7]:8443", False),
        ("2001:db8::7", "2001:db8::/32", True),
        ("2001:db9::7", "2001:db8::/32", False),
        ("2001:db8::7", "10.0.0.0/8", False),
        ("localhost", "", True),
        ("127.0.0.1", "", True),
    ],
)
def test_no_proxy_names_who_is_asked_directly(host: str, no_proxy: str, goes_direct: bool) -> None:
    for names in (("HTTPS_PROXY", "NO_PROXY"), ("https_proxy", "no_proxy")):
        variables = Variables(dict(zip(names, ("proxy.corp:3128", no_proxy), strict=True)))
        proxy = proxy_for(Origin("https", host, 443), variables, None)
        assert (proxy is None) == goes_direct
        assert proxy is None or proxy.origin == Origin("http", "proxy.corp", 3128)


@pytest.mark.parametrize(
    "proxy",
    [f"ftp://{LOGIN}@proxy:1", f"socks5://{LOGIN}@proxy", f"http://{LOGIN}@/x"],
)
def test_a_proxy_of_another_kind_is_refused_without_its_password(proxy: str) -> None:
    error = refusal(loader_at("https://pulumi.test", proxy=proxy))
    assert error.code == "address-invalid" and error.subject == "the option proxy"


def test_an_empty_proxy_means_none() -> None:
    variables = Variables({"HTTPS_PROXY": "http://proxy:1"})
    assert proxy_for(Origin("https", "pulumi.test", 443), variables, SecretText("")) is None


def test_nobody_at_the_address_is_an_outage_without_the_token() -> None:
    error = refusal(loader_at("http://127.0.0.1:1", timeout=10))
    assert isinstance(error, UnavailableError) and "ECONNREFUSED" in error.cause
