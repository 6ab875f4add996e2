"""How a request gets out: addresses that may get a token, proxies, certificates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from .errors import SecretsError
from .secret_text import SecretText

if TYPE_CHECKING:
    import ssl

PULUMI_CLOUD = "https://api.pulumi.com"
_PORTS = {"https": 443, "http": 80}
_PROXY_REMEDY = (
    "set it to http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, with special characters percent-encoded (@ is %40)"
)


class Origin(NamedTuple):
    """Scheme, host and port of a service."""

    scheme: str
    host: str
    port: int

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"


class Proxy(NamedTuple):
    """An HTTP proxy that tunnels (CONNECT)."""

    origin: Origin
    authorization: SecretText | None
    name: str = "HTTPS_PROXY"
    """The environment variable, or the option, that it comes from."""


class Variables:
    """Environment variables. Tokens stand among them, so their repr shows none."""

    __slots__ = ("_all",)

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._all = variables

    def get(self, name: str) -> SecretText:
        """The variable's text, empty where it is not set."""
        return SecretText(self._all.get(name, ""))

    def __repr__(self) -> str:
        return "<variables>"


class _Address(NamedTuple):
    """What of an address is not a secret."""

    scheme: str
    host: str
    port: int | None
    has_user: bool
    has_more: bool


def origin_of(option: str, text: SecretText, *, may_have_user: bool = False, any_http: bool = False) -> Origin:
    """Read an address. The text is never quoted in an error: a password may stand in it.

    Raises SecretsError address-invalid. Over http everybody on the way could read the token: only this machine may be
    http.
    """
    address = _read_address(text)
    cause = None
    if address is None or address.scheme not in _PORTS or not address.host:
        cause = "it must be an http(s) address"
    elif address.has_more or (address.has_user and not may_have_user):
        cause = f"it must have no {'path or query' if may_have_user else 'path, query or user name'}"
    elif address.scheme == "http" and not any_http and not is_this_machine(address.host):
        cause = "it must be https: over http everybody on the way could read the token"
    if cause is not None or address is None:
        remedy = _PROXY_REMEDY if may_have_user else f"leave it out for {PULUMI_CLOUD}, or give the address of its API"
        raise SecretsError("address-invalid", option, cause or "", remedy)
    return Origin(address.scheme, address.host, address.port or _PORTS[address.scheme])


def _read_address(text: SecretText) -> _Address | None:
    from urllib.parse import urlsplit

    if any(each.isspace() for each in text):
        return None
    try:
        url = urlsplit(str(text))
        more = url.path not in ("", "/") or bool(url.query or url.fragment) or text[-1:] in ("?", "#")
        return _Address(url.scheme, url.hostname or "", url.port, "@" in url.netloc, more)
    except ValueError:
        return None


def is_this_machine(host: str) -> bool:
    """Addresses that leave no machine (RFC 6890 for 127.0.0.0/8)."""
    if host in ("localhost", "::1"):
        return True
    parts = host.split(".")
    return len(parts) == 4 and parts[0] == "127" and all(part.isdigit() for part in parts)


def proxy_for(target: Origin, variables: Variables, option: SecretText | None) -> Proxy | None:
    """The proxy for a target: the option `proxy`, else HTTPS_PROXY, unless NO_PROXY names the target.

    This machine is asked directly, as Pulumi's own CLI does (golang.org/x/net/http/httpproxy).
    """
    if is_this_machine(target.host):
        return None
    text, name = option, "the option proxy"
    if text is None:
        if _bypasses(target, _in_either_case(variables, "NO_PROXY")):
            return None
        name = "HTTPS_PROXY" if variables.get("HTTPS_PROXY") else "https_proxy"
        text = variables.get(name)
    if text == "":
        return None
    if "://" not in text:
        text = SecretText(f"http://{text}")
    origin = origin_of(name, text, may_have_user=True, any_http=True)
    return Proxy(origin, _login_of(text), name)


def _login_of(proxy: SecretText) -> SecretText | None:
    from base64 import b64encode
    from urllib.parse import unquote, urlsplit

    url = urlsplit(str(proxy))
    if url.username is None:
        return None
    login = f"{unquote(url.username)}:{unquote(url.password or '')}"
    return SecretText("Basic " + b64encode(login.encode()).decode("ascii"))


def tls_context(ca_file: str | None) -> ssl.SSLContext:
    """The system's authorities, or SSL_CERT_FILE's and SSL_CERT_DIR's; a private one's besides.

    Raises SecretsError authority-unreadable for a file that cannot be read or holds no certificate.
    """
    import ssl

    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file is None:
        return context
    try:
        context.load_verify_locations(cafile=ca_file)
        return context
    except (OSError, ssl.SSLError):
        pass
    cause = "the file cannot be read or holds no certificate"
    raise SecretsError("authority-unreadable", ca_file, cause, "give ca_file a readable file of PEM certificates")


def _in_either_case(variables: Variables, name: str) -> SecretText:
    return variables.get(name) or variables.get(name.lower())


def _bypasses(target: Origin, no_proxy: str) -> bool:
    """Whether NO_PROXY names a host, as curl, Go and Python read it; src/clients/proxy.ts does the same."""
    entries = no_proxy.lower().replace(",", " ").split()
    return any(_names(entry, target.host.removesuffix("."), target.port) for entry in entries)


def _names(entry: str, host: str, port: int) -> bool:
    if entry == "*":
        return True
    if "/" in entry:
        return _is_in_network(host, entry)
    name, only = entry, ""
    if entry.startswith("["):
        name, _, only = entry[1:].partition("]")
        only = only.removeprefix(":")
    elif entry.count(":") == 1:
        name, _, only = entry.partition(":")
    if only not in ("", str(port)):
        return False
    if _is_in_network(host, name):
        return True
    name = name.removeprefix("*").removeprefix(".").removesuffix(".")
    return name != "" and (host == name or (not _is_in_network(host, host) and host.endswith(f".{name}")))


def _is_in_network(host: str, network: str) -> bool:
    """Also for a single address, which is a network of one. False where either is a name."""
    from ipaddress import ip_address, ip_network

    try:
        return ip_address(host) in ip_network(network, strict=False)
    except ValueError:
        return False
