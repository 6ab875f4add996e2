"""An encrypted copy of the last secrets that were loaded, for a start during an outage. Off unless it is asked for.

AES-256-GCM from the package `cryptography` (extra `[last-known-good]`): the standard library has no cipher.
The file's format is the TypeScript loader's too (src/loaders/contract/README.md).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import NamedTuple, Protocol

from .errors import SecretsError
from .secret_text import SecretBytes, SecretText

_NONCE = 12
_KEY = 32


class LastKnownGood(NamedTuple):
    """Where the copy is kept, its key, and how old it may be."""

    path: str
    key: SecretText
    """32 random bytes in base64, from anywhere but Pulumi Cloud: openssl rand -base64 32."""
    max_age: float
    """Seconds after which the copy is of no use."""

    def save(self, about: str, values: Mapping[str, str]) -> None:
        """Replace the copy. `about` names the environment: a copy of another one does not open."""
        import json
        import os
        from base64 import b64encode
        from tempfile import mkstemp

        saved = int(time.time())
        nonce = os.urandom(_NONCE)
        cipher = _cipher(self)
        sealed = cipher.encrypt(nonce, json.dumps(dict(values)).encode(), f"1|{about}|{saved}".encode())
        text = json.dumps(
            {
                "version": 1,
                "saved": saved,
                "nonce": b64encode(nonce).decode(),
                "data": b64encode(sealed).decode(),
            }
        )
        folder = os.path.dirname(os.path.abspath(self.path))
        handle, unfinished = mkstemp(dir=folder, prefix=".last-known-good-")  # readable by its owner alone
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(text)
            os.replace(unfinished, self.path)
        except BaseException:
            os.unlink(unfinished)
            raise

    def read(self, about: str) -> tuple[dict[str, SecretText], float] | None:
        """The copy and when it was saved; None where there is none that is fit: too old, someone else's, changed."""
        import json
        from base64 import b64decode

        cipher = _cipher(self)
        try:
            with open(self.path, encoding="ascii") as file:
                kept = json.load(file)
            saved = int(kept["saved"])
            opened = cipher.decrypt(b64decode(kept["nonce"]), b64decode(kept["data"]), f"1|{about}|{saved}".encode())
            values = {str(key): SecretText(value) for key, value in json.loads(opened).items()}
        except Exception:  # the library's own error for a wrong tag is not to be named without importing it
            return None
        age = time.time() - saved
        return (values, float(saved)) if -60 <= age <= self.max_age else None


class _Cipher(Protocol):
    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...


def _cipher(options: LastKnownGood) -> _Cipher:
    key = _key_bytes(options.key)
    cipher = None if key is None else _aes(key)
    if cipher is not None:
        return cipher
    if key is None:
        remedy = "give it a key from openssl rand -base64 32"
        raise SecretsError("copy-key-invalid", "last_known_good", "its key is not 32 bytes in base64", remedy)
    remedy = "install sophia-secrets[last-known-good], or leave the option out"
    raise SecretsError("cipher-missing", "last_known_good", "the package cryptography is not installed", remedy)


def _aes(key: SecretBytes) -> _Cipher | None:
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError:
        return None
    return AESGCM(key)


def _key_bytes(text: SecretText) -> SecretBytes | None:
    from base64 import b64decode

    try:
        key = SecretBytes(b64decode(text, validate=True))
    except ValueError:
        return None
    return key if len(key) == _KEY else None
