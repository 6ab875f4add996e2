import { type ResolvedCatalog, resolveCatalog } from "../../src/catalog/entry";
import type { Settings } from "../../src/catalog/settings";
import { CATALOG, SETTINGS } from "./small-organization";

/** What a case's commands are told of; GitHub is the small organization's. */
interface Organization {
  catalog: ResolvedCatalog;
  settings: Settings;
}

const groups = { keys: { description: "Keys", rotationDays: 90, owner: "Platform" } };

/** An entry that had another name, which lives on till the end of the year. */
const RENAMED = resolveCatalog({
  environments: ["production"],
  groups,
  secrets: [
    {
      name: "OPENAI_API_KEY",
      group: "keys",
      format: "openai-key",
      aliases: ["OPEN_AI_KEY"],
      renamedFrom: { name: "OPENAI_KEY", tombstone: "2026-12-31" },
    },
    { name: "GONE_KEY", group: "keys", renamedFrom: { name: "LONG_GONE_KEY", tombstone: "2026-01-01" } },
  ],
});

/** Six secrets for three carriers. */
const SPREAD = resolveCatalog({
  environments: ["production"],
  groups,
  secrets: Array.from({ length: 6 }, (_, index) => ({ name: `KEY_${index}`, group: "keys" })),
});

export const ORGANIZATIONS: Readonly<Record<"small" | "renamed" | "spread", Organization>> = {
  small: { catalog: CATALOG, settings: SETTINGS },
  renamed: { catalog: RENAMED, settings: SETTINGS },
  spread: { catalog: SPREAD, settings: { ...SETTINGS, carriers: ["carrier", "deploy", "other"] } },
};
