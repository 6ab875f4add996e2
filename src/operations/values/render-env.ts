import { stringify } from "yaml";
import { RemedyError } from "../../errors";
import type { Secret } from "../../secret";
import { counted } from "../../text";
import type { Context } from "../context";
import { lineForDocker, type Quoted, quoteForAll } from "./env-quote";
import { variablesOf } from "./open-values";

/**
 * How a file with values is written. `env` is read alike by Node, dotenv, python-dotenv, Compose and a shell; `docker` by
 * `docker run --env-file`, which knows no quotes.
 */
export type EnvFormat = "env" | "docker";

/**
 * A file with values, by group.
 *
 * @throws RemedyError naming every secret whose value the format cannot carry: never the value.
 */
export function renderEnv(
  context: Pick<Context, "catalog" | "now">,
  deployment: string,
  values: ReadonlyMap<string, Secret>,
  format: EnvFormat,
): string {
  const write: (value: string) => Quoted = format === "env" ? quoteForAll : lineForDocker;
  const lines = variablesOf(context, deployment).flatMap(({ name, group }) => {
    const value = values.get(name);
    return value === undefined ? [] : [{ name, group, ...write(value.unwrap()) }];
  });
  const problems = lines.flatMap(({ name, reason }) =>
    reason === undefined
      ? []
      : [{ code: "value-not-portable", subject: name, cause: `its value ${reason}`, remedy: AROUND }],
  );
  if (problems.length > 0)
    throw new RemedyError(
      {
        code: "values-not-portable",
        subject: deployment,
        cause: `${counted(problems.length, "value")} cannot be written so that every reader gets the same`,
        remedy: AROUND,
      },
      { problems },
    );
  const groups = [...new Set(lines.map(({ group }) => group))];
  const sections = groups.map((group) =>
    [
      `# --- ${group}`,
      ...lines.filter((line) => line.group === group).map(({ name, text }) => `${name}=${text}`),
    ].join("\n"),
  );
  return `${[`# Values of ${deployment}, in plain text. Keep it out of git, and delete it when you no longer need it.`, ...sections].join("\n\n")}\n`;
}

const AROUND = "leave it out with --except NAME, and let the application load it from ESC";

/**
 * A Compose file that gives a service every secret of a deployment environment, and holds no value. Compose takes them
 * from the variables that it is started with, and stops where a required one is not set (`:?`, Compose's interpolation).
 */
export function renderCompose(
  context: Pick<Context, "catalog" | "now">,
  environment: string,
  service: string,
): string {
  const variables = variablesOf(context, environment).map(({ name, required }) => [
    name,
    required ? `\${${name}:?is not set}` : `\${${name}:-}`,
  ]);
  const document = { services: { [service]: { environment: Object.fromEntries(variables) } } };
  return stringify(document, { lineWidth: 0 });
}
