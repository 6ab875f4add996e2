import { assignsSecret } from "../assignments";
import { isRecord } from "../esc-text";
import { show, textsIn } from "../inputs";
import { TYPES } from "../resource-types";
import { configOf, resourceRule, texts } from "../rule";
import { isSecretName } from "../secret-names";
import { tokenIn } from "../token-formats";
import { isSecretIn, WITHOUT_MARKS } from "./secret-marks";

const DEFAULTS = { plain: [] as string[] };
/** Where each type has what a deployment runs with. */
const CONTEXTS: Readonly<Record<string, readonly string[]>> = {
  [TYPES.deploymentSettings]: ["operationContext"],
  [TYPES.deploymentSettingsByApi]: ["operationContext"],
  [TYPES.scheduledDeployment]: ["request", "operationContext"],
};

/** Ends of names of plain settings: what tells a program where, how much and how loud, and opens nothing. */
const SETTING =
  /(?:^|_)(?:REGION|ZONE|ENV|ENVIRONMENT|STAGE|TIER|MODE|LEVEL|PORT|HOST|HOSTNAME|DOMAIN|NAME|PATH|DIR|DIRECTORY|FILE|VERSION|LOCALE|LANG|LC_ALL|TZ|TIMEZONE|ORG|ORGANIZATION|OWNER|PROJECT|STACK|ACCOUNT|ID|ARN|ROLE|BUCKET|BRANCH|REF|REPO|REPOSITORY|DEBUG|VERBOSE|COLOR|TIMEOUT|RETRIES|PARALLEL|COUNT|SIZE|LIMIT|TYPE|FORMAT|PROFILE|USER|USERNAME|ENDPOINT|URL|URI|BACKEND|OPTIONS|FLAGS|ENABLED|DISABLED|CHECK|CI)$/i;
const SWITCH = /^(?:true|false|yes|no|on|off|none|null|\d{1,5}(?:\.\d+)?)?$/i;

/** Pulumi Deployments keeps a variable encrypted only where the program marks it secret; others anyone reads. */
export const deploymentVariablesAreSecret = resourceRule(
  {
    name: "deployment-variables-are-secret",
    description:
      "A variable of deployment settings is marked secret, unless its name says that it is a plain setting.",
    remedy:
      "pass it by pulumi.secret, or let the stack import an ESC environment; name a plain setting in the pack's config",
    enforcementLevel: "mandatory",
    config: { plain: texts("Names of variables that hold nothing secret", DEFAULTS.plain) },
  },
  (type) => Object.hasOwn(CONTEXTS, type),
  async function* (args) {
    const isSecret = isSecretIn(args.urn);
    const { plain } = configOf(args, DEFAULTS);
    const path = CONTEXTS[args.type] ?? [];
    const context = path.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), args.props);
    if (!isRecord(context)) return;
    const base = [...path, "environmentVariables"];
    const variables = (await textsIn(context.environmentVariables, base)).filter(
      (each) => !isEncrypted(each.path.slice(base.length)),
    );
    if (variables.length > 0 && isSecret === undefined) yield WITHOUT_MARKS;
    for (const { path: at, text } of variables) {
      const name = at[base.length] ?? "";
      if (isSecret?.(at) !== false || plain.includes(name) || isPlain(name, text)) continue;
      yield `${show(at)} is not marked secret`;
    }
    for (const { path: at, text } of await textsIn(context.preRunCommands, [...path, "preRunCommands"])) {
      const cause =
        tokenIn(text) ?? (assignsSecret(text, "config") ? "literal under a secret's name" : undefined);
      if (cause !== undefined) yield `${show(at)} has a ${cause} in a command`;
    }
  },
);

/** As the service gives it back: `{ ciphertext: [...] }`. */
function isEncrypted(path: readonly string[]): boolean {
  return path[1] === "ciphertext";
}

function isPlain(name: string, text: string): boolean {
  if (tokenIn(text) !== undefined || isSecretName(name)) return false;
  return SWITCH.test(text.trim()) || SETTING.test(name);
}
