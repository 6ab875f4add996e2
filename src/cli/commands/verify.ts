import { join } from "node:path";
import { counted } from "../../../secrets/counted";
import { settingsOf } from "../../../secrets/declared-access";
import { createGitHubCarrier } from "../../clients/github-carrier";
import { carrierCatalog } from "../../sync/job-catalog";
import { type CommandSpec, type Doors, EXIT, type ExitCode, type Typed } from "../command";
import { environmentOption } from "../environment-option";
import { inParallel } from "../in-parallel";
import { namesIn } from "../names-in";
import { readStacks } from "../project";
import { requireCloud } from "../require-cloud";
import { type SeenInGitHub, seeGitHub } from "../status/see-github";
import { tableLines } from "../table";
import { spreadOf } from "../values/spread";
import type { Check } from "../verify/check";
import { checkAccess } from "../verify/check-access";
import { checkApplication } from "../verify/check-applications";
import { checkCarrier } from "../verify/check-carriers";
import { checkComposites } from "../verify/check-composites";
import { checkEnvironments } from "../verify/check-environments";
import { checkGitHub } from "../verify/check-github";
import { checkLedger } from "../verify/check-ledgers";
import { checkTrust } from "../verify/check-trust";

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
    "npx sophia-secrets verify",
    "npx sophia-secrets verify --json | jq -r '.[] | select(.standing == \"wrong\") | .what'",
  ],
  run,
};

async function run(doors: Doors, typed: Typed): Promise<ExitCode> {
  const { terminal } = doors;
  const checks = await walk(doors, environmentOption(doors, typed));
  if (typed.has("json")) terminal.print(JSON.stringify(checks));
  else for (const line of linesOf(checks)) terminal.print(line);
  if (checks.some(({ standing }) => standing === "wrong")) return EXIT.found;
  // Nothing was found wrong because nothing was seen.
  return checks.some(({ unreachable }) => unreachable) ? EXIT.failed : EXIT.done;
}

async function walk(doors: Doors, environment: string | undefined): Promise<Check[]> {
  const { catalog, project, terminal } = doors;
  const { settings } = project;
  const [cloud, call] = [requireCloud(doors), doors.cloudCall()];
  terminal.progress("Looking at GitHub");
  const [inGitHub, carriers] = await Promise.all([checkGitHub(doors), checkCarriers(doors)]);
  terminal.progress("Looking at Pulumi Cloud");
  const around = await Promise.all([checkTrust(doors), checkAccess(doors)]);
  const stacks = [...readStacks(project).values()];
  const environments = environment === undefined ? catalog.environments : [environment];
  // The same for every environment: asked once, by the first that needs it.
  let asked: Promise<SeenInGitHub> | undefined;
  const times = () => {
    asked ??= seeGitHub(doors);
    return asked;
  };
  const inside = await inParallel(environments, async (each) => [
    await checkEnvironments(catalog, settings, each, call),
    await checkComposites(catalog, settingsOf(each, settings, stacks), each, cloud),
    await checkLedger(doors, each, cloud, times),
    await checkApplication(catalog, settings, each, cloud),
  ]);
  return [inGitHub, ...carriers, ...around, ...inside.flat()];
}

async function checkCarriers(doors: Doors): Promise<Check[]> {
  const { catalog, project } = doors;
  const { settings } = project;
  const bundle = doors.readFile(join(project.dir, "dist", "sync_secrets.cjs")).toString("utf8");
  const { shards } = await spreadOf(doors, doors.github());
  const github = createGitHubCarrier(doors.githubCall());
  const looked = await inParallel(settings.carriers, (repository) => {
    const job = carrierCatalog(catalog, settings, shards, repository);
    return checkCarrier({ repository, job, settings, bundle }, github, doors.now());
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
