import { join } from "node:path";
import { settingsOf } from "../../access/declared-access";
import { createGitHubCarrier } from "../../clients/github-workflows";
import { requireCloud } from "../../operations/context";
import { inParallel } from "../../operations/in-parallel";
import { type SeenInGitHub, seeGitHub } from "../../operations/observation/environments";
import { readStacks } from "../../operations/project";
import { spreadOf } from "../../operations/values/named-entries";
import type { Check } from "../../operations/verification/check";
import { checkApplication } from "../../operations/verification/check-applications";
import {
  checkAccess,
  checkComposites,
  checkEnvironments,
  checkLedger,
} from "../../operations/verification/check-environments";
import { checkCarrier, checkGitHub } from "../../operations/verification/check-github";
import { checkTrust } from "../../operations/verification/check-trust";
import { carrierCatalog } from "../../sync/job-catalog";
import { COMMAND, counted, namesIn } from "../../text";
import { type CommandContext, type CommandSpec, EXIT, type ExitCode, type Typed } from "../command";
import { environmentOption } from "../options";
import { tableLines } from "../table";

/** The whole chain, link by link, as an application depends on it. */
export const verifyCommand: CommandSpec = {
  name: "verify",
  topic: "look",
  description: "Walk the chain from GitHub to what an application loads",
  details: [
    "Says what is wrong and what to do: secrets in GitHub, workflow and its last run, trust rule by rule, access, ESC environments, values, and what an application gets: opened, and compared with the ledger by fingerprint. Reads only and shows no value. A link that the tokens may not see is unknown. Exit code 1 when a link is wrong, 2 when none is and a service did not answer.",
  ],
  options: [
    ["--environment <name>", "this environment alone"],
    ["--json", "print every link as JSON"],
  ],
  examples: [
    `${COMMAND} verify`,
    `${COMMAND} verify --json | jq -r '.[] | select(.standing == "wrong") | .what'`,
  ],
  run,
};

async function run(context: CommandContext, typed: Typed): Promise<ExitCode> {
  const { terminal } = context;
  const checks = await walk(context, environmentOption(context, typed));
  if (typed.has("json")) terminal.print(JSON.stringify(checks));
  else for (const line of linesOf(checks)) terminal.print(line);
  if (checks.some(({ standing }) => standing === "wrong")) return EXIT.found;
  // Nothing was found wrong because nothing was seen.
  return checks.some(({ unreachable }) => unreachable) ? EXIT.failed : EXIT.done;
}

async function walk(context: CommandContext, environment: string | undefined): Promise<Check[]> {
  const { catalog, project, terminal } = context;
  const { settings } = project;
  const [cloud, call] = [requireCloud(context), context.cloudCall()];
  terminal.progress("Looking at GitHub");
  const [inGitHub, carriers] = await Promise.all([checkGitHub(context), checkCarriers(context)]);
  terminal.progress("Looking at Pulumi Cloud");
  const around = await Promise.all([checkTrust(context), checkAccess(context)]);
  const stacks = [...readStacks(project).values()];
  const environments = environment === undefined ? catalog.environments : [environment];
  // The same for every environment: asked once, by the first that needs it.
  let asked: Promise<SeenInGitHub> | undefined;
  const times = () => {
    asked ??= seeGitHub(context);
    return asked;
  };
  const inside = await inParallel(environments, async (each) => [
    await checkEnvironments(catalog, settings, each, call),
    await checkComposites(catalog, settingsOf(each, settings, stacks), each, cloud),
    await checkLedger(context, each, cloud, times),
    await checkApplication(catalog, settings, each, cloud),
  ]);
  return [inGitHub, ...carriers, ...around, ...inside.flat()];
}

async function checkCarriers(context: CommandContext): Promise<Check[]> {
  const { catalog, project } = context;
  const { settings } = project;
  const bundle = context.readFile(join(project.dir, "dist", "sync_secrets.cjs")).toString("utf8");
  const { shards } = await spreadOf(context, context.github());
  const github = createGitHubCarrier(context.githubCall());
  const looked = await inParallel(settings.carriers, (repository) => {
    const job = carrierCatalog(catalog, settings, shards, repository);
    return checkCarrier({ repository, job, settings, bundle }, github, context.now());
  });
  return looked.flat();
}

function linesOf(checks: readonly Check[]): string[] {
  const rows = tableLines(checks.map(({ link, standing, what }) => [standing, link, what]));
  const links = new Map<string, string[]>();
  for (const { link, remedy } of checks)
    if (remedy !== undefined) links.set(remedy, [...(links.get(remedy) ?? []), link]);
  const remedies = [...links].map(([remedy, of]) => `  ${namesIn(of)}: ${remedy}`);
  const count = (wanted: Check["standing"]) => checks.filter(({ standing }) => standing === wanted).length;
  const [wrong, unknown] = [count("wrong"), count("unknown")];
  const whole = wrong === 0 && unknown === 0 ? "the chain is whole" : `${wrong} wrong, ${unknown} unknown`;
  return [
    ...rows,
    "",
    `${counted(checks.length, "link")} looked at, ${whole}`,
    ...(remedies.length > 0 ? ["To do:", ...remedies] : []),
  ];
}
