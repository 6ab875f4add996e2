import type { ResolvedEntry as Entry } from "../../catalog/entry";
import { isSentinel, isWordForNothing } from "../../catalog/formats";
import type { Secret } from "../../secret";
import { chooseValue, type Input } from "../../sync/given-values";
import { COMMAND } from "../../text";

/** A value that may be set, or why not: never the value or any part of it. */
export type Checked = { value: Secret; warning?: string; reason?: never } | { reason: string; value?: never };

/** Why no value of an entry is set as an organization secret; undefined when one is. */
export function whyNotSet(entry: Entry): string | undefined {
  if (!entry.perEnvironment) return whyConfigs(entry);
  const how = `${COMMAND} set ${entry.name} --environment ENVIRONMENT`;
  return `it is a secret of each GitHub environment, not of the organization (${how})`;
}

/** Why nobody sets an entry's value anywhere but in config; undefined when people do. */
export function whyConfigs(entry: Entry): string | undefined {
  if (entry.value === "person") return undefined;
  return `its value is the stack's config's (pulumi config set --secret --path 'values.${entry.name}')`;
}

/** Checks a value for the organization's secret of an entry: that it has one, and `checkText`. */
export function checkValue(entry: Entry, input: Input): Checked {
  const elsewhere = whyNotSet(entry);
  return elsewhere === undefined ? checkText(entry, input) : { reason: elsewhere };
}

/**
 * Checks a value by the rules of the sync, so that what is set is not refused there.
 *
 * @param input value under the entry's name, or under one of its aliases; two that differ are refused.
 */
export function checkText(entry: Entry, input: Input): Checked {
  for (const name of [entry.name, ...entry.aliases]) {
    const why = neverAValue(input[name]);
    if (why !== undefined) return { reason: `the value of ${name} ${why}` };
  }
  const { name, aliases, group, environments, format } = entry;
  const choice = chooseValue(
    { name, aliases, group, environments, format, paths: [], required: true },
    input,
  );
  if (choice.kind !== "value") return { reason: choice.reason };
  const { value, warning } = choice;
  return { value, ...(warning === undefined ? {} : { warning }) };
}

function neverAValue(text: string | undefined): string | undefined {
  if (text === "") return "is empty";
  if (text !== undefined && isSentinel(text)) return "is the placeholder itself";
  if (text !== undefined && isWordForNothing(text)) return "is what programs write where there is no value";
  // Editors write it before the text; no credential has one, and nobody sees it.
  return text?.startsWith("\ufeff") === true ? "begins with a byte order mark" : undefined;
}
