"""A source for pydantic-settings (extra `[pydantic]`): fields named like app keys get their values from a loader."""

from __future__ import annotations

from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from .loader import Loader


class EscSettingsSource(PydanticBaseSettingsSource):
    """Reads a loader's snapshot, for fields whose name or alias is an app key; other fields are left to other sources.

    Put it first in `settings_customise_sources`. Errors are raised: no other source is asked in their place.
    """

    def __init__(self, settings_cls: type[BaseSettings], loader: Loader) -> None:
        super().__init__(settings_cls)
        self._loader = loader

    def __call__(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, field in self.settings_cls.model_fields.items():
            value, key, _ = self.get_field_value(field, name)
            if value is not None:
                found[key] = value
        return found

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The value under a field's alias or name."""
        names = (each for each in (field.validation_alias, field.alias, field_name) if isinstance(each, str))
        for name in names:
            if name in self._loader.spec.keys:
                return self._loader.load().get(name), name, False
        return None, field_name, False
