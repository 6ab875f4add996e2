"""What an application may say about loading; everything has a default but the deployment environment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from .errors import SecretsError
from .http import HttpOptions
from .last_known_good import LastKnownGood
from .route import PULUMI_CLOUD, Origin, Variables, origin_of
from .secret_text import SecretText
from .spec import Spec
from .tokens import FixedToken, StoredToken, TokenSource


class Options(NamedTuple):
    """How a loader loads. Give one to `Loader` or to `configure`."""

    environment: str | None = None
    """The deployment environment. Default: the environment variable that the stack's config names. None is guessed."""
    organization: str | None = None
    """Pulumi Cloud organization. Default: PULUMI_ORG, then the stacks' config."""
    url: str | None = None
    """Pulumi Cloud's address. Default: PULUMI_BACKEND_URL, then https://api.pulumi.com."""
    token: str | Callable[[], str] | TokenSource | None = None
    """Who asks. Default: PULUMI_ACCESS_TOKEN, then what `pulumi login` keeps. Also github_actions(), kubernetes()."""
    timeout: float = 30.0
    """Seconds for a whole load, every retry and wait included."""
    max_age: float | None = None
    """Seconds after which a snapshot is asked for again at its next use. Default: never."""
    background: bool = False
    """Whether a thread refreshes before `max_age` is over, so that no use waits."""
    stale_if_error: float = 0.0
    """Seconds beyond `max_age` for which an outage leaves the old snapshot in use."""
    last_known_good: LastKnownGood | None = None
    """An encrypted copy for a start during an outage. Default: none."""
    ca_file: str | None = None
    """PEM certificates of a private authority, besides the system's."""
    proxy: str | None = None
    """An HTTP proxy. Default: HTTPS_PROXY and NO_PROXY. "" for none."""
    variables: Mapping[str, str] | None = None
    """Environment variables. Default: the process's own."""

    def __repr__(self) -> str:
        return "<Options>"


class Target(NamedTuple):
    """Every option decided."""

    environment: str
    organization: str
    service: Origin
    source: TokenSource
    http: HttpOptions


def decide(options: Options, spec: Spec) -> Target:
    """Decide what the options leave open. Raises SecretsError naming the option and the variable."""
    import os

    variables = Variables(os.environ if options.variables is None else options.variables)
    environment = _environment(options, spec, variables)
    url = SecretText(options.url or variables.get("PULUMI_BACKEND_URL") or PULUMI_CLOUD)
    proxy = None if options.proxy is None else SecretText(options.proxy)
    return Target(
        environment,
        str(options.organization or variables.get("PULUMI_ORG") or spec.organization),
        origin_of("PULUMI_BACKEND_URL", url),
        _source(options.token),
        HttpOptions(variables, options.ca_file, proxy),
    )


def _source(given: str | Callable[[], str] | TokenSource | None) -> TokenSource:
    if given is None:
        return StoredToken()
    if isinstance(given, str) or not isinstance(given, TokenSource):
        return FixedToken(given)
    return given


def check_times(options: Options) -> None:
    """Raises SecretsError option-invalid for times that mean nothing."""
    cause = None
    if options.timeout <= 0:
        cause = "timeout must be more than 0 seconds"
    elif options.max_age is not None and options.max_age <= 0:
        cause = "max_age must be more than 0 seconds"
    elif options.max_age is None and (options.background or options.stale_if_error > 0):
        cause = "background and stale_if_error need max_age"
    elif options.stale_if_error < 0:
        cause = "stale_if_error must not be negative"
    if cause is not None:
        raise SecretsError("option-invalid", "the loader's options", cause, "give the option another value")


def _environment(options: Options, spec: Spec, variables: Variables) -> str:
    wanted = str(options.environment or variables.get(spec.variable))
    if wanted in spec.environments:
        return wanted
    names = ", ".join(spec.environments)
    if wanted == "":
        cause = "neither it nor the option environment is set"
        raise SecretsError("deployment-missing", spec.variable, cause, f"set one of {names}")
    raise SecretsError(
        "deployment-unknown", spec.variable, f"{wanted} is not an environment here", f"set one of {names}"
    )
