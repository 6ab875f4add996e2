"""What a loader is generated for: the names of one organization's environments and secrets. No value."""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """One secret of the catalog."""

    name: str
    """Name of the GitHub secret, which errors tell people."""
    keys: tuple[str, ...]
    """The app key, then its aliases."""
    path: str
    """Where the value stands below the root key, with dots between the steps."""
    required_in: tuple[str, ...] = ()
    """Deployment environments in which the loader refuses to go on without a value."""


class Place(NamedTuple):
    """Where one deployment environment's secrets are."""

    opens: str
    """The ESC environment to open, `project/name`."""
    watches: tuple[str, ...] = ()
    """ESC environments that it imports: a change of one of them is a change of the secrets."""
    team: str | None = None
    """The team for which an identity is traded for a token."""


class Spec(NamedTuple):
    """The catalog and the stacks' config, as far as a loader needs them. The generator writes it."""

    organization: str
    """Pulumi Cloud organization."""
    variable: str
    """Environment variable that names the deployment environment."""
    root: str
    """Key below which the values stand."""
    environments: dict[str, Place]
    entries: tuple[Entry, ...]
    placeholder: str
    """What a new organization secret holds until someone sets it."""
    unrotated: str
    """What stands for a credential that ESC rotates until its first rotation."""
    workflow: str
    """Path of the sync workflow, for remedies."""

    @property
    def keys(self) -> tuple[str, ...]:
        """Every app key and alias."""
        return tuple(key for entry in self.entries for key in entry.keys)
