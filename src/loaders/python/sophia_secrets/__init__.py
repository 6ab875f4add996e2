"""Load an application's secrets from Pulumi ESC. docs/load-in-python.md of the project that ships this shows how."""

from .config import Config
from .errors import AccessError, MissingSecretsError, SecretsError, UnavailableError, UnknownKeyError
from .last_known_good import LastKnownGood
from .loader import Loader
from .options import Options
from .redaction import RedactingFilter
from .secret_text import SecretText
from .snapshot import Secrets
from .spec import Entry, Place, Spec
from .testing import Fake as fake
from .tokens import TokenSource, github_actions, kubernetes

__all__ = [
    "AccessError",
    "Config",
    "Entry",
    "LastKnownGood",
    "Loader",
    "MissingSecretsError",
    "Options",
    "Place",
    "RedactingFilter",
    "SecretText",
    "Secrets",
    "SecretsError",
    "Spec",
    "TokenSource",
    "UnavailableError",
    "UnknownKeyError",
    "fake",
    "github_actions",
    "kubernetes",
]
