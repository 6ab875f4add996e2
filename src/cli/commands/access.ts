import type { SharedValue } from "../../access/shared-values";
import { EDITIONS_WITH_TEAMS } from "../../catalog/settings";
import { createPulumiOrganization } from "../../clients/pulumi-organization";
import { RemedyError } from "../../errors";
import { closeDefault } from "../../operations/access/access-default";
import type { AccessDifference } from "../../operations/access/access-difference";
import {
  findAccessDifferences,
  type ObservedAccess,
  observeAccess,
} from "../../operations/access/access-differences";
import {
  type AskedRight,
  type Managing,
  managingUsers,
  neverInEsc,
  refuseUnknown,
  rightsFor,
  sharedFor,
} from "../../operations/access/access-rights";
import { differencesIn } from "../../operations/access/team-differences";
import { readStacks } from "../../operations/project";
import { COMMAND } from "../../text";
import {
  managingLines,
  matrixLines,
  observedLines,
  secretLines,
  sharedLines,
  UNKNOWN,
} from "../access-report";
import { type CommandContext, EXIT, type ExitCode } from "../command";
import type { OldCommandSpec as CommandSpec, Typed } from "../old-command";
import { environmentOption } from "../options";

/** Who may do what, and why. */
export const accessCommand: CommandSpec = {
  name: "access",
  topic: "access",
  description: "Show who can read, open or write which secrets, and why",
  details: [
    "Without names a matrix of identity, group and environment, and of what ESC rotates; with names a line for each who may. It is computed from the declaration, and with PULUMI_ACCESS_TOKEN compared with Pulumi Cloud: administrators, the default permission, members, and permissions that nothing declares. Exit code 1 when they differ.",
    "--close-default changes one thing: it sets the organization's default environment permission to none, which is write unless somebody changed it. It refuses while declared access is not in place.",
  ],
  names: ["[names...]", "secrets of the catalog, values that ESC rotates, or rotators"],
  options: [
    ["--environment <name>", "this environment alone"],
    ["--identity <name>", "this login or team alone; with a token, also the teams that the login is in"],
    ["--json", "print rights, differences and what is not known as JSON"],
    ["--close-default", "set the organization's default environment permission to none"],
  ],
  examples: [
    `${COMMAND} access`,
    `${COMMAND} access POSTGRES_PASSWORD --environment production`,
    `${COMMAND} access --identity developer --json | jq -r '.rights[].group'`,
    `${COMMAND} access --close-default`,
  ],
  run,
};

interface Told {
  rights: readonly AskedRight[];
  managing: readonly Managing[];
  /** Credentials that more people have than their rows say. */
  shared: readonly SharedValue[];
  /** Undefined without a token. */
  observed: ObservedAccess | undefined;
  differences: readonly AccessDifference[];
  /** How many more there are, of environments that were not asked for. */
  elsewhere: number;
}

async function run(context: CommandContext, typed: Typed): Promise<ExitCode> {
  if (typed.has("closeDefault")) return close(context, typed);
  const environment = environmentOption(context, typed);
  const observed = context.cloud() === undefined ? undefined : await observeAccess(context);
  const { catalog, project, terminal } = context;
  const { settings } = project;
  const stacks = [...readStacks(project).values()];
  const identity = typed.text("identity");
  if (identity !== undefined) refuseUnknown(catalog, settings, identity, observed);
  const teams = (observed?.teams ?? [])
    .filter(({ members }) => identity !== undefined && members.includes(identity))
    .map(({ name }) => name);
  const question = { names: typed.names, environment, identity, teams };
  const all = observed === undefined ? [] : findAccessDifferences(catalog, settings, observed, stacks);
  const differences = differencesIn(environment, all, catalog, settings);
  const told: Told = {
    rights: rightsFor(catalog, settings, question, stacks),
    shared: sharedFor(catalog, question),
    managing: identity === undefined ? managingUsers(catalog, settings, typed.names, environment) : [],
    observed,
    differences,
    elsewhere: all.length - differences.length,
  };
  if (typed.has("json")) terminal.print(JSON.stringify(documentOf(told)));
  else report(context, typed, told);
  return told.differences.length === 0 ? EXIT.done : EXIT.found;
}

async function close(context: CommandContext, typed: Typed): Promise<ExitCode> {
  const others = ["environment", "identity"].some((option) => typed.text(option) !== undefined);
  if (typed.names.length > 0 || others || typed.has("json"))
    throw new RemedyError({
      code: "options-exclusive",
      subject: "--close-default",
      cause: "it is for the whole organization",
      remedy: "give it alone",
    });
  const { catalog, project, terminal } = context;
  const stacks = [...readStacks(project).values()];
  const organization = createPulumiOrganization(context.cloudCall());
  const observed = await observeAccess(context, organization);
  const before = await closeDefault(catalog, project.settings, organization, observed, stacks);
  const what =
    before === "none"
      ? "is none already"
      : `was ${before}, and is none now. Members keep what teams give them`;
  terminal.print(`${project.settings.pulumiOrganization}: the default environment permission ${what}`);
  return EXIT.done;
}

function documentOf({ rights, managing, shared, observed, differences, elsewhere }: Told): object {
  const cloud = observed && {
    defaultPermission: observed.defaultPermission,
    defaultStackPermission: observed.defaultStackPermission ?? null,
    administrators: observed.members.filter(({ isAdmin }) => isAdmin).map(({ login }) => login),
    teams: Object.fromEntries(observed.teams.map(({ name, members }) => [name, members])),
    differences,
    elsewhere,
  };
  return { rights, administratorsAlone: managing, shared, cloud: cloud ?? null, unknown: UNKNOWN };
}

function report({ catalog, project, terminal }: CommandContext, typed: Typed, told: Told): void {
  const { print } = terminal;
  const { rights, managing, shared, observed, differences, elsewhere } = told;
  for (const name of neverInEsc(catalog, typed.names)) print(`${name} never stands in ESC`);
  const rotators = catalog.rotators.map(({ name }) => name).sort();
  const lines =
    typed.names.length > 0 ? secretLines(rights) : matrixLines(rights, Object.keys(catalog.groups), rotators);
  const none = `${typed.text("identity") === undefined ? "nobody" : "nothing"}, by the declaration`;
  for (const line of rights.length === 0 ? [none] : lines) print(line);
  for (const line of managingLines(managing)) print(line);
  for (const line of sharedLines(shared, typed.names.length > 0)) print(line);
  print("");
  const { edition } = project.settings;
  if (!EDITIONS_WITH_TEAMS.includes(edition))
    print(`edition ${edition} has no teams: none of this is enforced`);
  if (observed === undefined)
    print("not compared with Pulumi Cloud: there is no token (PULUMI_ACCESS_TOKEN, or pulumi login)");
  else for (const line of observedLines(observed, differences, elsewhere)) print(line);
  print("not known here:");
  for (const line of UNKNOWN) print(`  ${line}`);
}
