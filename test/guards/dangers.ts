import { parse } from "yaml";
import { type Entry, resolveCatalog } from "../../src/catalog/entry";
import { SENTINEL } from "../../src/catalog/layout";
import { slotNames } from "../../src/catalog/slots";
import { RemedyError } from "../../src/errors";
import { withoutImpossible } from "../../src/ledger/claims";
import { type Ledger, parseLedger, renderLedger } from "../../src/ledger/ledger";
import { changed } from "../../src/ledger/ledger-store";
import { answerTo } from "../../src/operations/adoption/adopt-proxy";
import { findOrphans } from "../../src/operations/recovery/find-orphans";
import { rollBack } from "../../src/operations/versions/roll-back";
import { declareGuards } from "../../src/resources/github/secret-guards";
import { Secret } from "../../src/secret";
import { buildJobCatalog } from "../../src/sync/job-catalog";
import { findTarget } from "../../src/sync/sync";
import { type EnvironmentJob, syncEnvironment } from "../../src/sync/sync-environment";
import { ValuesText } from "../../src/sync/values-text";
import { commandContext, runCommand } from "../cli/command-context";
import { SETTINGS } from "../cli/small-organization";
import { MemoryCloud } from "../sync/memory-cloud";
import { MemoryGitHub } from "../sync/memory-github";

const START = Date.UTC(2026, 7, 1, 10);
const ENTRIES: Entry[] = [
  { name: "ALPHA_KEY", group: "keys" },
  { name: "BETA_KEY", group: "keys" },
  { name: "PUBLIC_NAME", group: "keys", credential: false, default: "by-default" },
  { name: "GOING_KEY", group: "keys", tombstone: "2026-09-01" },
  { name: "GONE_KEY", group: "keys", tombstone: "2026-07-01" },
  ...Array.from({ length: 8 }, (_, index) => ({ name: `MANY_${index}`, group: "keys", required: false })),
];
const CATALOG = resolveCatalog({
  environments: ["production"],
  groups: { keys: { description: "Keys", rotationDays: 90, owner: "Platform" } },
  secrets: ENTRIES,
});
const JOB = buildJobCatalog(CATALOG, SETTINGS);
const TARGET = findTarget(JOB, "production", "the test");
const PLACE = TARGET.groups.keys ?? "";
const LEDGER = TARGET.ledger;
const VALUES = Object.fromEntries(
  ENTRIES.filter(({ name }) => name !== "GONE_KEY").map(({ name }) => [name, `value-of-${name}`]),
);

/** Pulumi Cloud and GitHub after a first run, number 42, with a value for each secret. */
async function world() {
  const time = { now: START };
  const at = () => new Date(time.now).toISOString().replace(/\.\d+Z/, ".000Z");
  const cloud = new MemoryCloud(at, () => undefined);
  cloud.make(PLACE);
  cloud.make(LEDGER);
  const gitHub = await MemoryGitHub.start(at);
  for (const [name, value] of Object.entries(VALUES)) gitHub.set(name, value);
  const client = cloud.client("a sync", async () => undefined);
  const run = async (id: number, input: Record<string, string>, change: Partial<EnvironmentJob> = {}) => {
    const job: EnvironmentJob = {
      target: TARGET,
      catalog: JOB,
      input,
      identity: { run: String(id), commit: "c", now: at() },
      options: { dryRun: false, names: undefined, allOrNothing: false, allowMany: false },
      wait: async () => undefined,
      ...change,
    };
    await syncEnvironment(job, client).catch(ofOurs);
  };
  await run(42, VALUES);
  const before = cloud.clear(PLACE);
  const command = async (line: string, stdin = "", file = "", onStep = async () => undefined) => {
    const own = {
      project: { settings: SETTINGS },
      catalog: CATALOG,
      now: () => new Date(at()),
      cloud: () => client,
      github: () => gitHub.client(onStep),
      githubCall: () => gitHub.call(onStep, () => 42),
      files: { ".env": file },
    };
    await runCommand(line, commandContext({}, own), { stdin });
  };
  return { time, at, cloud, gitHub, client, run, command, before };
}
type World = Awaited<ReturnType<typeof world>>;

function ofOurs(error: unknown): void {
  if (!(error instanceof RemedyError)) throw error;
}

/** The value that stands in ESC under a name; undefined where none does. */
function standingValue({ cloud }: World, name: string): unknown {
  const { values = {} } = parse(cloud.clear(PLACE)) as { values?: Record<string, Record<string, unknown>> };
  const node = values[SETTINGS.appRoot]?.[name.toLowerCase()] as { "fn::secret"?: unknown } | undefined;
  return node?.["fn::secret"] ?? node;
}

/** A person in the console. */
function edit({ cloud }: World, name: string, value: string): void {
  const text = new ValuesText(cloud.sealed(PLACE), SETTINGS.appRoot, "");
  const secret = JOB.secrets.find((each) => each.name === name);
  if (secret === undefined) return;
  text.set(secret, new Secret(value));
  text.map(secret);
  cloud.put("a person", PLACE, text.toString());
}

/** A danger: `true` where the harm was done. */
type Danger = () => Promise<boolean>;

const syncOf =
  (
    input: Record<string, string>,
    change: Partial<EnvironmentJob> = {},
    prepare?: (made: World) => void,
  ): Danger =>
  async () => {
    const made = await world();
    prepare?.(made);
    const before = made.cloud.clear(PLACE);
    await made.run(43, { ...VALUES, ...input }, change);
    return made.cloud.clear(PLACE) !== before;
  };

async function inGitHub(line: string, stdin = "", file = ""): Promise<boolean> {
  const made = await world();
  const before = JSON.stringify(made.gitHub.values);
  await made.command(line, stdin, file);
  return JSON.stringify(made.gitHub.values) !== before;
}

function ledgerWith(made: World, change: (ledger: Ledger) => Ledger): void {
  made.cloud.put("a person", LEDGER, renderLedger(change(parseLedger(made.cloud.clear(LEDGER)))));
}

/** The hooks of up over a GitHub that has the secret already. */
async function hookRefuses(
  name: string,
  of: "beforeCreate" | "beforeUpdate" | "beforeDelete",
): Promise<boolean> {
  const slots = slotNames(CATALOG.entries);
  const hooksOf = declareGuards({
    exists: async () => true,
    wasMade: async () => false,
    whyKept: async () => undefined,
    slots,
    today: "2026-08-01",
  });
  const slot = slots.find((each) => each.name === name);
  const [hook] = slot === undefined ? [] : (hooksOf(slot)[of] ?? []);
  if (hook === undefined || typeof hook !== "object" || !("callback" in hook)) throw new Error("no hook");
  const inputs = { secretName: name, value: SENTINEL };
  const type = "github:index/actionsOrganizationSecret:ActionsOrganizationSecret";
  const args = { urn: "urn", id: "id", name, type, newInputs: inputs, oldInputs: inputs };
  return Promise.resolve(hook.callback(args as never)).then(
    () => false,
    () => true,
  );
}

const ALL_NEW = Object.fromEntries(Object.keys(VALUES).map((name) => [name, `other-of-${name}`]));

/** What must never happen, by name: each does it to a world of its own, and tells whether harm was done. */
export const DANGERS = {
  "a placeholder replaces a value": syncOf({ ALPHA_KEY: SENTINEL }),
  "a template's placeholder replaces a value": syncOf({ ALPHA_KEY: "changeme" }),
  "an empty text replaces a value": syncOf({ ALPHA_KEY: "" }),
  "a default replaces a value": syncOf({ PUBLIC_NAME: "" }),
  "a wrong organization's secrets replace everything": syncOf(ALL_NEW),
  "two names with different values replace one": syncOf(
    { ALPHA_KEY: "one", OLD_ALPHA: "other" },
    {
      catalog: {
        ...JOB,
        secrets: JOB.secrets.map((each) =>
          each.name === "ALPHA_KEY" ? { ...each, aliases: ["OLD_ALPHA"] } : each,
        ),
      },
    },
  ),
  "an older run replaces a newer one's value": async () => {
    const made = await world();
    await made.run(45, { ...VALUES, ALPHA_KEY: "newer" });
    await made.run(44, { ...VALUES, ALPHA_KEY: "older" });
    return standingValue(made, "ALPHA_KEY") !== "newer";
  },
  "a run replaces what a person set after it began": async () => {
    const made = await world();
    const direct = made.client;
    let isFirst = true;
    const client = {
      ...direct,
      replace: async (...given: Parameters<typeof direct.replace>) => {
        if (isFirst) {
          isFirst = false;
          edit(made, "ALPHA_KEY", "of-a-person");
        }
        return direct.replace(...given);
      },
    };
    const options = { dryRun: false, names: undefined, allOrNothing: false, allowMany: false };
    const identity = { run: "43", commit: "c", now: made.at() };
    const input = { ...VALUES, ALPHA_KEY: "of-the-run" };
    const job = { target: TARGET, catalog: JOB, input, identity, options, wait: async () => undefined };
    await syncEnvironment(job, client).catch(ofOurs);
    return standingValue(made, "ALPHA_KEY") !== "of-a-person";
  },
  "a paused sync writes": syncOf({ ALPHA_KEY: "new" }, {}, (made) =>
    ledgerWith(made, (ledger) => ({ ...ledger, paused: { reason: "r", by: "ada", since: made.at() } })),
  ),
  "a dry run writes": syncOf(
    { ALPHA_KEY: "new" },
    { options: { dryRun: true, names: undefined, allOrNothing: false, allowMany: false } },
  ),
  "names that were not asked for are written": syncOf(
    { ALPHA_KEY: "new" },
    { options: { dryRun: false, names: new Set(["BETA_KEY"]), allOrNothing: false, allowMany: true } },
  ),
  "a tombstone is carried out by a wrong clock": async () => {
    const made = await world();
    const now = new Date(START + 400 * 86_400_000).toISOString();
    await made.run(43, VALUES, { identity: { run: "43", commit: "c", now } });
    return standingValue(made, "GOING_KEY") === undefined;
  },
  "a due tombstone removes what is someone else's": syncOf({}, {}, (made) => {
    const document = parse(made.cloud.sealed(PLACE)) as { values: Record<string, Record<string, unknown>> };
    document.values[SETTINGS.appRoot] = { ...document.values[SETTINGS.appRoot], gone_key: "of-a-person" };
    made.cloud.put("a person", PLACE, JSON.stringify(document));
  }),
  "a value is put over someone else's mapping": async () => {
    const made = await world();
    const document = parse(made.cloud.sealed(PLACE)) as { values: Record<string, Record<string, unknown>> };
    document.values[SETTINGS.appRoot] = {
      ...document.values[SETTINGS.appRoot],
      alpha_key: { theirs: "one", also: "two" },
    };
    made.cloud.put("a person", PLACE, JSON.stringify(document));
    await made.run(43, VALUES);
    return !made.cloud.clear(PLACE).includes("theirs");
  },
  "set replaces without --replace": () => inGitHub("set ALPHA_KEY", "another"),
  "set takes a placeholder": () => inGitHub("set ALPHA_KEY --replace", "changeme"),
  "set takes what a program prints for nothing": () => inGitHub("set ALPHA_KEY --replace", "null"),
  "set takes what does not show": () => inGitHub("set ALPHA_KEY --replace", "\u200b"),
  "sync-to-github replaces without --replace": () =>
    inGitHub("sync-to-github --from .env", "", "ALPHA_KEY=another\n"),
  "import-from-env takes a template's placeholder for a value": () =>
    inGitHub("import-from-env --env-file .env --replace", "", "ALPHA_KEY=your_alpha_key_here\n"),
  "sync-to-pulumi replaces an unusual number of values": async () => {
    const made = await world();
    const file = Object.entries(ALL_NEW).map(([name, value]) => `${name}=${value}\n`);
    await made.command("sync-to-pulumi --environment production --from .env", "", file.join(""));
    return made.cloud.clear(PLACE) !== made.before;
  },
  "sync-all replaces what came after its plan": async () => {
    const made = await world();
    let isFirst = true;
    await made.command(
      "sync-all --from .env --environment production --replace",
      "",
      "ALPHA_KEY=of-the-file\n",
      async () => {
        if (isFirst) edit(made, "ALPHA_KEY", "of-a-person");
        isFirst = false;
      },
    );
    return standingValue(made, "ALPHA_KEY") !== "of-a-person";
  },
  "rollback takes back what somebody set while it ran": async () => {
    const made = await world();
    await made.run(43, { ...VALUES, ALPHA_KEY: "second" });
    const direct = made.client;
    let isFirst = true;
    const client = {
      ...direct,
      write: async (...given: Parameters<typeof direct.write>) => {
        if (isFirst && given[0] === PLACE) {
          isFirst = false;
          edit(made, "ALPHA_KEY", "of-a-person");
        }
        return direct.write(...given);
      },
    };
    await back(made, client);
    return standingValue(made, "ALPHA_KEY") !== "of-a-person";
  },
  "the next run undoes a rollback": async () => {
    const made = await world();
    await made.run(43, { ...VALUES, ALPHA_KEY: "second" });
    await back(made, made.client);
    await made.run(44, { ...VALUES, ALPHA_KEY: "second" });
    return standingValue(made, "ALPHA_KEY") !== VALUES.ALPHA_KEY;
  },
  "rollback goes back to a text without values": async () => {
    const made = await world();
    made.cloud.put("a person", PLACE, "imports: []\n");
    const empty = made.cloud.revision(PLACE);
    made.cloud.put("a person", PLACE, made.cloud.sealed(PLACE, 2));
    await back(made, made.client, String(empty));
    return standingValue(made, "ALPHA_KEY") === undefined;
  },
  "repair lifts a pause or forgets an open case": async () => {
    const made = await world();
    const ledger = parseLedger(
      changed(made.cloud.clear(LEDGER), {
        paused: { reason: "r", by: "ada", since: made.at() },
        cases: { ALPHA_KEY: { id: "i", by: "ada", since: made.at() } },
      }) ?? "",
    );
    const repaired = withoutImpossible(ledger, { newestRun: 42, now: new Date(START) });
    return repaired.paused === undefined || repaired.cases === undefined;
  },
  "recover takes over an export of the audit log that is someone else's": async () => {
    const theirs = { s3Config: { s3BucketName: "theirs" } };
    const cloud = async () => ({ status: 200, headers: {}, text: JSON.stringify(theirs) });
    const inputs = { orgName: "org", newS3Configuration: { s3BucketName: "ours" } };
    const creation = { type: "pulumiservice:api:AuditLogExportConfiguration", inputs };
    const { orphans } = await findOrphans({ cloud, github: undefined } as never, [creation as never]);
    return orphans.length > 0;
  },
  "adopt sends a write for a secret that nobody named": async () => {
    const adoptable = {
      names: new Set(["ALPHA_KEY"]),
      environmentSecrets: new Map(),
      environments: new Set<string>(),
      branchRules: new Set<string>(),
    };
    return answerTo("PUT", "/api/v3/orgs/ai-cherry/actions/secrets/BETA_KEY", adoptable) !== undefined;
  },
  "up creates over a secret that exists": async () => !(await hookRefuses("ALPHA_KEY", "beforeCreate")),
  "up sends the placeholder over a person's value": async () =>
    !(await hookRefuses("ALPHA_KEY", "beforeUpdate")),
  "up deletes a secret without a tombstone": async () => !(await hookRefuses("ALPHA_KEY", "beforeDelete")),
  "up deletes a secret before its day": async () => !(await hookRefuses("GOING_KEY", "beforeDelete")),
} satisfies Record<string, Danger>;

async function back(made: World, client: World["client"], to = "2"): Promise<void> {
  const own = {
    project: { settings: SETTINGS },
    catalog: CATALOG,
    now: () => new Date(made.at()),
    cloud: () => client,
  };
  const request = { environment: "production", groups: ["keys"], to, dryRun: false, allowMany: true };
  await rollBack(commandContext({}, own), client, { ...request, by: async () => "ada" }).catch(ofOurs);
}
