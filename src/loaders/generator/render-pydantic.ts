import { isCertain, type LoaderSpec } from "./loader-spec";

/** What the generated settings need besides the runtime. */
export const PYDANTIC_IMPORTS = [
  "from pydantic import SecretStr",
  "from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict",
];

/** Where the runtime's settings source comes from, for a file that imports the package. */
export const PYDANTIC_SOURCE = "from sophia_secrets.pydantic import EscSettingsSource";

/**
 * The class `Settings`: one SecretStr a secret, from the loader and from no other source.
 *
 * @param fields app keys that can be called so; aliases would be second fields of one value.
 */
export function pydanticSettings(spec: LoaderSpec, fields: readonly string[]): string {
  const own = new Set(spec.entries.map(({ keys }) => keys[0]));
  const typed = (key: string) => (isCertain(spec, key) ? "SecretStr" : "SecretStr | None = None");
  // Required ones first, as people read them.
  const keys = fields.filter((key) => own.has(key)).sort((a, b) => order(spec, a) - order(spec, b));
  return `class Settings(BaseSettings):
    """Every secret as pydantic has it. \`load_settings()\` makes one; what fails is raised, no other source is asked."""

    model_config = SettingsConfigDict(protected_namespaces=())

${keys.map((key) => `    ${key}: ${typed(key)}`).join("\n")}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, EscSettingsSource(settings_cls, loader)


def load_settings() -> Settings:
    """The secrets as they are now. Raises what \`loader.load\` raises."""
    given: dict[str, SecretStr] = {}
    return Settings(**given)`;
}

const order = (spec: LoaderSpec, key: string): number => (isCertain(spec, key) ? 0 : 1);
