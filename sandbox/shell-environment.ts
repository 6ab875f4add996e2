import { delimiter, join } from "node:path";
import type { RunningFile } from "./background";
import type { Person } from "./sandbox-tokens";

/**
 * Environment variables under which plain `pulumi`, GitHub clients and `pulumi env` work against the sandbox.
 *
 * The stack's state is in the sandbox's Pulumi Cloud, as a real user's is in the real one: no file backend, no
 * passphrase, and no encryption salt written into the committed Pulumi.<stack>.yaml. PULUMI_CONFIG_PASSPHRASE is set
 * for those who log in to a file of their own nevertheless.
 *
 * Each person has credentials of their own, for `pulumi env` takes those of the last login before PULUMI_ACCESS_TOKEN.
 */
export function shellEnvironment(
  running: RunningFile,
  path: string,
  person: Person = running.tokens,
): Record<string, string> {
  return {
    SANDBOX_GITHUB_URL: running.github,
    SANDBOX_PULUMI_URL: running.pulumi,
    SANDBOX_REGISTRY_URL: running.registry,
    ...(running.database === undefined ? {} : { SANDBOX_DATABASE_URL: running.database }),
    GITHUB_BASE_URL: `${running.github}/`,
    ...(person.github === undefined ? {} : { GITHUB_TOKEN: person.github }),
    PULUMI_BACKEND_URL: running.pulumi,
    ...(person.pulumi === undefined ? {} : { PULUMI_ACCESS_TOKEN: person.pulumi }),
    PULUMI_HOME: running.pulumiHome,
    ...(person.login === undefined
      ? {}
      : { PULUMI_CREDENTIALS_PATH: join(running.pulumiHome, "people", person.login) }),
    PULUMI_CONFIG_PASSPHRASE: "sandbox",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PATH: [running.binDir, ...path.split(delimiter).filter((entry) => entry !== running.binDir)].join(
      delimiter,
    ),
  };
}

/** The provider obeys these before what the program says: left set, `pulumi` would look for another organization. */
const IN_THE_WAY = ["GITHUB_OWNER", "GITHUB_ORGANIZATION"];
/** Left over from another person they would still be that one's. */
const OF_A_PERSON = ["GITHUB_TOKEN", "PULUMI_ACCESS_TOKEN", "PULUMI_CREDENTIALS_PATH"];

/** `export NAME='value'` lines for a POSIX shell; a quote inside a value is closed, escaped and opened again. */
export function exportLines(environment: Readonly<Record<string, string>>): string {
  const lines = Object.entries(environment).map(
    ([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`,
  );
  return [`unset ${[...IN_THE_WAY, ...OF_A_PERSON].join(" ")}`, ...lines].join("\n");
}
