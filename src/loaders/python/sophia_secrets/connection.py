"""Sockets under a deadline: names, connections, reads and a proxy's tunnel."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from .route import Origin, Proxy

if TYPE_CHECKING:
    import socket
    import ssl

    from typing_extensions import Buffer

_Result = TypeVar("_Result")
AGENT = "sophia-secrets-python"


class TunnelRefusedError(ConnectionError):
    """A proxy's refusal of a tunnel, by its status."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the proxy answered {status}")
        self.status = status


class Deadline:
    """One end for a whole load: names, connections, handshakes, reads, retries and the waits between them."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left. Raises TimeoutError when there are none."""
        seconds = self._at - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("the deadline has passed")
        return seconds

    def allows(self, seconds: float) -> bool:
        return self._at - time.monotonic() > seconds


class TimedSocket:
    """A socket whose every read and write ends at the deadline, where a socket's own timeout begins again each time."""

    def __init__(self, plain: socket.socket, deadline: Deadline) -> None:
        self._plain = plain
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        self._plain.settimeout(self._deadline.left())
        self._plain.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self._plain, self._deadline))

    def close(self) -> None:
        """Nothing: http.client closes early where the answer is the last one, and the session closes the socket."""


class _TimedReader(io.RawIOBase):
    def __init__(self, plain: socket.socket, deadline: Deadline) -> None:
        super().__init__()
        self._plain = plain
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        self._plain.settimeout(self._deadline.left())
        return self._plain.recv_into(memoryview(buffer))


def open_socket(host: str, port: int, deadline: Deadline) -> socket.socket:
    """The first address of a name that answers. Raises OSError, TimeoutError at the deadline."""
    import socket

    last: OSError = ConnectionRefusedError("no address")
    for family, kind, protocol, _, address in _resolve(host, port, deadline):
        candidate = socket.socket(family, kind, protocol)
        try:
            candidate.settimeout(deadline.left())
            candidate.connect(address)
            candidate.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return candidate
        except OSError as error:
            candidate.close()
            last = error
    raise last


def _resolve(host: str, port: int, deadline: Deadline) -> list[Any]:
    """Addresses of a name. The resolver has no timeout of its own, so it runs in a thread that nobody waits for."""
    import socket

    found: list[Any] = []

    def ask() -> None:
        try:
            found.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            found.append(error)

    thread = threading.Thread(target=ask, name="sophia-secrets-resolver", daemon=True)
    try:
        thread.start()
    except RuntimeError:  # the interpreter is shutting down and starts no thread
        ask()
    else:
        thread.join(deadline.left())
    if not found:
        raise TimeoutError("the name was not resolved in time")
    if isinstance(found[0], BaseException):
        raise found[0]
    addresses: list[Any] = found[0]
    return addresses


class TlsInTls:
    """TLS through a proxy that is itself reached over TLS: ssl wraps sockets of the system alone.

    It has what the session and TimedSocket use of a socket. Every read ends at the deadline.
    """

    def __init__(self, outer: ssl.SSLSocket, context: ssl.SSLContext, host: str, deadline: Deadline) -> None:
        import ssl

        self._outer = outer
        self._deadline = deadline
        self._wants_read = ssl.SSLWantReadError
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self._run(self._tls.do_handshake)

    def _run(self, step: Callable[[], _Result]) -> _Result:
        """Repeat a step, which moves bytes in memory, with what the network brings for it."""
        while True:
            wants_more = False
            result: _Result | None = None
            try:
                result = step()
            except self._wants_read:
                wants_more = True
            finally:
                sent = self._outgoing.read()
            self._outer.settimeout(self._deadline.left())
            if sent:
                self._outer.sendall(sent)
            if not wants_more:
                return cast("_Result", result)
            received = self._outer.recv(65_536)
            if received:
                self._incoming.write(received)
            else:
                self._incoming.write_eof()

    def settimeout(self, _seconds: float) -> None:
        """Nothing: each step asks the deadline."""

    def sendall(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            part = rest
            rest = rest[self._run(lambda part=part: self._tls.write(part)) :]  # type: ignore[misc]

    def recv_into(self, buffer: memoryview) -> int:
        import ssl

        try:
            data = self._run(lambda: self._tls.read(len(buffer)))
        except ssl.SSLZeroReturnError:
            return 0
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._outer.close()


def open_tunnel(plain: socket.socket, target: Origin, proxy: Proxy, deadline: Deadline) -> None:
    """Ask a proxy for a tunnel (RFC 9110, CONNECT). Reads its head only: what follows is the target's."""
    host = f"[{target.host}]" if ":" in target.host else target.host
    lines = [f"CONNECT {host}:{target.port} HTTP/1.1", f"Host: {host}:{target.port}", f"User-Agent: {AGENT}"]
    if proxy.authorization is not None:
        lines.append(f"Proxy-Authorization: {proxy.authorization}")
    plain.settimeout(deadline.left())
    plain.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        plain.settimeout(deadline.left())
        byte = plain.recv(1)
        head += byte
        if not byte or len(head) > 65_536:
            raise ConnectionError("the proxy gave no answer")
    status = b"".join(head.split(b" ", 2)[1:2])[:3].decode("latin-1")
    if not status.isdecimal():
        raise ConnectionError("the proxy's answer is not HTTP")
    if not status.startswith("2"):
        raise TunnelRefusedError(int(status))
