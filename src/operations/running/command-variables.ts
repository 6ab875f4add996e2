import { type AccessPolicy, groupsOf } from "../../catalog/access-policy";
import { audienceEnvironment, pathOf } from "../../catalog/layout";
import { valueAt } from "../../clients/pulumi-cloud";
import { RemedyError } from "../../errors";
import { environmentVariable, loaderSpec } from "../../loaders/generator/spec-of-catalog";
import { collectSecrets } from "../../loaders/typescript/collect-secrets";
import { Secret } from "../../secret";
import { COMMAND, namesIn } from "../../text";
import { type Context, requireCloud } from "../context";

/** Which secrets a command gets. */
export interface Choice {
  /** Deployment environment; the one that the application's own variable names when left out. */
  environment: string | undefined;
  /** Those of this group alone. */
  group: string | undefined;
  /** Those of this access policy, for people who may not open the whole composite. */
  policy: string | undefined;
}

/**
 * Opens what an application of an environment opens.
 *
 * @returns environment variables by name: every secret under its GitHub name, and under its former one as long as ESC
 *   has it. Names alone that the catalog declares: what people write beside them in ESC reaches no command.
 * @throws RemedyError as applications' loaders do: for a required secret without a value, in an outage, without access.
 */
export async function commandVariables(context: Context, choice: Choice): Promise<Map<string, Secret>> {
  const { catalog, project } = context;
  const { settings } = project;
  const environment = environmentOf(context, choice.environment);
  const policy = policyOf(context, choice.policy);
  const all = Object.keys(catalog.groups);
  const opened = policy === undefined ? all : groupsOf(policy, all);
  const groups = opened.filter((each) => choice.group === undefined || each === choice.group);
  const spec = loaderSpec(catalog, settings, { groups, environments: [environment] });
  const isPart = policy !== undefined && opened.length < all.length;
  const place = isPart
    ? pathOf(audienceEnvironment(settings, environment, policy.name))
    : placeIn(spec, environment);
  const document = await requireCloud(context).open(place);
  const values = collectSecrets(spec, environment, document);
  const found = new Map<string, Secret>();
  for (const { name, keys } of spec.entries) {
    const value = values.get(keys[0] ?? "");
    if (value === undefined) continue;
    found.set(name, value);
    const former = catalog.entries.find((each) => each.name === name)?.renamedFrom?.name;
    const standing = former === undefined ? undefined : valueAt(document, ["environmentVariables", former]);
    if (former !== undefined && standing === value.unwrap()) found.set(former, value);
  }
  refuseUnfit(found, place);
  return found.set(environmentVariable(settings), new Secret(environment));
}

const placeIn = ({ environments }: ReturnType<typeof loaderSpec>, deployment: string): string =>
  environments[deployment]?.opens ?? deployment;

/** No default: a command that was meant for staging must not get what production has. */
function environmentOf({ catalog, project, env }: Context, asked: string | undefined): string {
  const variable = environmentVariable(project.settings);
  const found = asked ?? env[variable];
  if (found !== undefined && catalog.environments.includes(found)) return found;
  throw new RemedyError({
    code: found === undefined ? "deployment-missing" : "deployment-unknown",
    subject: found === undefined ? "--environment" : variable,
    cause:
      found === undefined
        ? `neither it nor ${variable} names a deployment environment`
        : "the catalog has no such environment",
    remedy: `export ${variable}=${catalog.environments[0]}, or another of ${[...catalog.environments].sort().join(", ")}`,
  });
}

function policyOf({ catalog }: Context, asked: string | undefined): AccessPolicy | undefined {
  if (asked === undefined) return undefined;
  const found = catalog.accessPolicies.find(({ name }) => name === asked);
  if (found !== undefined) return found;
  const known = catalog.accessPolicies.map(({ name }) => name).sort();
  throw new RemedyError({
    code: "policy-unknown",
    subject: "--policy",
    cause: `the catalog has no access policy ${asked}`,
    remedy: known.length === 0 ? "leave it out: there is none" : `use one of ${known.join(", ")}`,
  });
}

/** Node.js would quote the value in its refusal. */
function refuseUnfit(found: ReadonlyMap<string, Secret>, place: string): void {
  const unfit = [...found].filter(([, value]) => value.unwrap().includes("\0")).map(([name]) => name);
  if (unfit.length === 0) return;
  throw new RemedyError({
    code: "value-not-a-variable",
    subject: place,
    cause: `no environment variable can hold a NUL byte, which is in ${namesIn(unfit)}`,
    remedy: `${COMMAND} set ${unfit[0]}, then run the sync`,
  });
}
