"""HTTP for one load: one connection, one deadline for everything, retries that know what "not carried out" means."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from .connection import AGENT, Deadline, TimedSocket, TlsInTls, TunnelRefusedError, open_socket, open_tunnel
from .route import Origin, Proxy, Variables, proxy_for, tls_context
from .secret_text import SecretText

if TYPE_CHECKING:
    import http.client
    import socket

    from typing_extensions import Self

LARGEST_ANSWER = 32 * 1024 * 1024
"""Bytes, as the TypeScript clients have it (src/clients/http.ts)."""
_TRIES = 5
"""The number that Infisical's sync uses."""
_FIRST_WAIT = 0.5
_LONGEST_WAIT = 30.0


class Answer:
    """A service's answer. Its body does not show in a repr, and so not in a traceback that prints local variables."""

    __slots__ = ("_body", "headers", "status")

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self._body = body

    def __repr__(self) -> str:
        return f"<answer {self.status}, {len(self._body)} bytes>"

    def take(self) -> bytes:
        """The body. Call it where it is read, in a function that raises nothing."""
        return self._body


class Lost(NamedTuple):
    """A request that ended without an answer."""

    cause: str
    is_final: bool = False
    """True where another try cannot help: a certificate that is not trusted, an answer that is too large."""
    code: str = "pulumi-unavailable"
    remedy: str = ""
    """Empty where nothing is known but to try again."""


class HttpOptions(NamedTuple):
    """How requests get out."""

    variables: Variables
    ca_file: str | None = None
    proxy: SecretText | None = None
    first_wait: float = _FIRST_WAIT


class Session:
    """Requests to one service under one deadline, on one connection where the service keeps it open."""

    def __init__(self, target: Origin, options: HttpOptions, deadline: Deadline) -> None:
        self._target = target
        self._options = options
        self._deadline = deadline
        self._proxy: Proxy | None = proxy_for(target, options.variables, options.proxy)
        self._tls = tls_context(options.ca_file) if target.scheme == "https" else None
        self._socket: socket.socket | TlsInTls | None = None
        self._connection: http.client.HTTPConnection | None = None
        self._whose = "its"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer | Lost:
        """Send a request that does no harm when it is carried out twice; all of a loader's are of that kind.

        Repeats what means "come again" (429, 503, a 403 with Retry-After, other 5xx, a lost answer), waits as long as
        Retry-After says, and gives up when the deadline leaves no time for that.
        """
        for attempt in range(1, _TRIES + 1):
            answer = self._try(method, path, headers, body)
            wait = self._wait_after(answer, attempt)
            if wait is None or attempt == _TRIES or not self._deadline.allows(wait):
                return answer
            time.sleep(wait)
        raise AssertionError("unreachable")

    def _wait_after(self, answer: Answer | Lost, attempt: int) -> float | None:
        import random

        longest = min(self._options.first_wait * 2 ** (attempt - 1), _LONGEST_WAIT)
        backoff = longest / 2 + random.random() * longest / 2
        if isinstance(answer, Lost):
            return None if answer.is_final else backoff
        asked = _retry_after(answer.headers.get("retry-after"))
        if answer.status in (429, 500, 502, 503, 504) or (answer.status == 403 and asked is not None):
            return backoff if asked is None else asked
        return None

    def _try(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Answer | Lost:
        """One try. Every exception ends here: those of the library hold headers, and so the token, in their frames."""
        import http.client
        import ssl

        try:
            return self._send_once(method, path, headers, body)
        except TimeoutError:
            lost = Lost("no answer in time")
        except TunnelRefusedError as refusal:
            lost = self._refused_by_proxy(refusal.status)
        except ssl.SSLCertVerificationError as error:
            cause = f"{self._whose} certificate is not trusted ({error.verify_message})"
            lost = Lost(cause, True, "certificate-untrusted")
        except (ConnectionError, OSError) as error:
            lost = Lost(f"no answer ({_name_of(error)})")
        except (http.client.HTTPException, ValueError, UnicodeError) as error:
            lost = Lost(f"no answer that is HTTP ({type(error).__name__})")
        self._close()
        return lost

    def _send_once(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Answer | Lost:
        connection = self._connection or self._connect()
        sent = {"Host": self._target.url.split("//")[1], "User-Agent": AGENT, **headers}
        connection.request(method, path, body=body, headers=sent)
        answer = connection.getresponse()
        content = answer.read(LARGEST_ANSWER + 1)
        received = Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, content)
        if answer.length not in (None, 0) and len(content) <= LARGEST_ANSWER:
            raise ConnectionResetError("the answer ended early")
        if answer.will_close or len(content) > LARGEST_ANSWER:
            self._close()
        if len(content) > LARGEST_ANSWER:
            return Lost(f"its answer is larger than {LARGEST_ANSWER} bytes", True, "answer-too-large")
        return received

    def _connect(self) -> http.client.HTTPConnection:
        import http.client

        first = self._target if self._proxy is None else self._proxy.origin
        plain: Any = open_socket(first.host, first.port, self._deadline)
        self._socket = plain
        through_tls = self._proxy is not None and first.scheme == "https"
        if through_tls:
            self._whose = "the proxy's"
            plain = self._secured(plain, first.host)
            self._whose = "its"
        if self._proxy is not None:
            open_tunnel(plain, self._target, self._proxy, self._deadline)
        if self._tls is not None and through_tls:
            self._socket = plain = TlsInTls(plain, self._tls, self._target.host, self._deadline)
        elif self._tls is not None:
            plain = self._secured(plain, self._target.host)
        connection = http.client.HTTPConnection(self._target.host, self._target.port)
        timed: Any = TimedSocket(plain, self._deadline)
        connection.sock = timed
        self._connection = connection
        return connection

    def _secured(self, plain: socket.socket, host: str) -> socket.socket:
        """TLS with the authorities that the service has too."""
        context = self._tls or tls_context(self._options.ca_file)
        plain.settimeout(self._deadline.left())
        self._socket = secured = context.wrap_socket(plain, server_hostname=host)
        return secured

    def _refused_by_proxy(self, status: int) -> Lost:
        """What a proxy's refusal means: never the service's own answer. Names host and port, never the login."""
        if self._proxy is None:
            return Lost(f"the proxy answered {status}")
        name = self._proxy.name
        proxy, target = self._proxy.origin.url.split("//")[1], self._target.host
        direct = f"add {target} to NO_PROXY if it is reached directly"
        if status == 407:
            has_login = self._proxy.authorization is not None
            what = "refuses the user name or the password in it" if has_login else "asks for a user name and a password"
            address = f"{self._proxy.origin.scheme}://USER:PASSWORD@{proxy}"
            remedy = f"set {name} to {address}, with special characters percent-encoded (@ is %40)"
            return Lost(f"the proxy {proxy} of {name} {what} (407)", True, "proxy-login-refused", remedy)
        if status >= 500:
            cause = f"the proxy {proxy} of {name} does not reach it ({status})"
            return Lost(cause, remedy=f"check the address, or {direct}, then start again")
        cause = f"the proxy {proxy} of {name} refuses to connect to {target}:{self._target.port} ({status})"
        return Lost(cause, True, "proxy-refused", f"ask who runs the proxy to allow {target}, or {direct}")

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = self._connection = None


def _retry_after(text: str | None) -> float | None:
    """Seconds that a Retry-After asks for: a number or a date (RFC 9110)."""
    if text is None:
        return None
    if text.strip().isdigit():
        return float(text)
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def _name_of(error: OSError) -> str:
    import errno
    import socket

    if isinstance(error, socket.gaierror):
        return "the name is unknown"
    name = errno.errorcode.get(error.errno or 0)
    if name is not None:
        return name
    return str(error) if type(error) is ConnectionError else type(error).__name__
