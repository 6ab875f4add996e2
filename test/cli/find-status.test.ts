// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ESC's references
import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { type Catalog, resolveCatalog } from "../../src/catalog/entry";
import type { Ledger, LedgerEntry } from "../../src/ledger/ledger";
import type { SeenGroup, SeenInGitHub } from "../../src/operations/observation/environments";
import { findStatus, type Status } from "../../src/operations/status/find-status";
import { causeGroups } from "../../src/operations/status/status-causes";
import { SETTINGS } from "./small-organization";

const CATALOG: Catalog = {
  environments: ["production"],
  groups: { keys: { description: "Keys", rotationDays: 90, owner: "Platform" } },
  secrets: [
    { name: "API_KEY", group: "keys", appKeyAliases: ["second_key"] },
    { name: "DATABASE_URL", group: "keys", perEnvironment: true, path: "database.url" },
    { name: "REGION", group: "keys", default: "eu" },
  ],
};
const SYNCED = "2026-08-01T05:17:00Z";
const NOW = new Date("2026-08-03T10:00:00Z");
const IN_GITHUB: SeenInGitHub = {
  updated: new Map([["API_KEY", "2026-07-31T10:00:00Z"]]),
  settled: undefined,
  newestRun: undefined,
  unstarted: [],
};
const RIGHT = { API_KEY: "in-sync", DATABASE_URL: "in-sync", REGION: "in-sync" };

const entry = { fingerprint: "f", changed: SYNCED, synced: SYNCED, run: "1", commit: "c" };
const SECRETS: Record<string, LedgerEntry> = {
  API_KEY: { ...entry, source: "API_KEY" },
  DATABASE_URL: { ...entry, source: "DATABASE_URL" },
  REGION: { ...entry, source: "default" },
};

/** The text as the sync left it. */
const LEFT = `values:
  app:
    api_key:
      fn::secret:
        ciphertext: canary-1
    second_key: \${app.api_key}
    database:
      url:
        fn::secret:
          ciphertext: canary-2
    region:
      fn::secret:
        ciphertext: canary-3
  environmentVariables:
    API_KEY: \${app.api_key}
    DATABASE_URL: \${app.database.url}
    REGION: \${app.region}
`;

/** What is seen when the sync left LEFT at revision 3. */
interface World {
  keys?: SeenGroup;
  ledger?: Partial<Ledger>;
  inGitHub?: SeenInGitHub;
}

function statuses({
  keys = { revision: 3, text: LEFT },
  ledger = {},
  inGitHub = IN_GITHUB,
}: World): Status[] {
  const whole: Ledger = { key: undefined, revisions: { keys: 3 }, secrets: SECRETS, refused: {}, ...ledger };
  const seen = { environment: "production", ledger: whole, groups: { keys } };
  const all = findStatus({ catalog: resolveCatalog(CATALOG), settings: SETTINGS }, [seen], inGitHub, NOW);
  doesNotMatch(JSON.stringify(all), /canary/);
  return all;
}

const standings = (world: World = {}) =>
  Object.fromEntries(statuses(world).map(({ name, standing }) => [name, standing.join(" ")]));

/** What is told of each secret that is not in sync. */
const details = (world: World) =>
  Object.fromEntries(statuses(world).flatMap(({ name, detail }) => (detail === "" ? [] : [[name, detail]])));

describe("how a secret stands", () => {
  const inGitHub = (updated: Record<string, string>, settled?: string): World => ({
    inGitHub: { updated: new Map(Object.entries(updated)), settled, newestRun: undefined, unstarted: [] },
  });

  it("is in sync as long as GitHub's time is not later", () => {
    deepEqual(standings(), RIGHT);
  });

  it("is not told as unset or maybe newer where its job could not start", () => {
    const job = {
      carrier: "infra",
      environment: "production",
      variables: [],
      unknown: [],
      page: "https://run",
    };
    const late = new Map([["API_KEY", "2026-08-02T10:00:00Z"]]);
    const world = (names: string[]): World => ({
      ledger: { secrets: { API_KEY: SECRETS.API_KEY as LedgerEntry } },
      inGitHub: { ...IN_GITHUB, updated: late, unstarted: [{ ...job, names: new Set(names) }] },
    });
    const stuck = statuses(world(["API_KEY", "DATABASE_URL", "REGION"]));
    deepEqual(
      stuck.map(({ standing, open }) => [standing.join(), open]),
      stuck.map(() => ["unknown", true]),
    );
    match(stuck[0]?.detail ?? "", /^the job that syncs it in infra could not start/);
    deepEqual(stuck[0]?.causes[0]?.code, "step-too-large");
    // Another carrier's job says nothing of these.
    equal(standings(world(["OTHER"])).API_KEY, "newer-in-github");
  });

  it("quotes what the first step of its job said, and what helps", () => {
    const problem = {
      code: "node-missing",
      subject: "runner r1",
      cause: "has no Node.js 20 or newer",
      remedy: "install it there, then run the job again",
    };
    const names = new Set(["API_KEY"]);
    const job = { carrier: "infra", environment: "production", names, page: "https://run", problem };
    const updated = new Map([["API_KEY", "2026-08-02T10:00:00Z"]]);
    const found = statuses({ inGitHub: { ...IN_GITHUB, updated, unstarted: [job] } });
    const [group] = causeGroups(found, SETTINGS);
    const why = "the job that syncs it in infra could not start: runner r1 has no Node.js 20 or newer";
    deepEqual(
      [group?.names, group?.standing, group?.why, group?.remedy, group?.pages],
      [["API_KEY"], ["unknown"], [why], problem.remedy, ["https://run"]],
    );
  });

  it("is maybe newer in GitHub, until a sync of everything began after that time", () => {
    const updated = { API_KEY: "2026-08-02T10:00:00Z" };
    const newer = { ...RIGHT, API_KEY: "newer-in-github" };
    deepEqual(standings(inGitHub(updated)), newer);
    deepEqual(standings(inGitHub(updated, "2026-08-02T05:17:00Z")), newer);
    deepEqual(standings(inGitHub(updated, "2026-08-03T05:17:00Z")), RIGHT);
  });

  it("is gone when GitHub has it no more, but for what the organization never had", () => {
    deepEqual(standings(inGitHub({}, "2026-08-03T05:17:00Z")), { ...RIGHT, API_KEY: "gone-from-github" });
  });
});

describe("what was changed by hand", () => {
  /** Another text at revision 5. */
  const edited = (text: string, left: SeenGroup["left"] = { revision: 3, text: LEFT }): World => ({
    keys: { revision: 5, text, left },
  });
  const since = "by hand since the sync left keys@3; now keys@5";

  it("is nothing where a person wrote, and nothing of the catalog differs", () => {
    deepEqual(
      standings(edited(`# looked at, and saved\n${LEFT.replaceAll("canary-2", '"canary-2"')}`)),
      RIGHT,
    );
  });

  it("is the secret whose ciphertext differs, and no other", () => {
    const world = edited(LEFT.replace("canary-1", "canary-new"));
    deepEqual(standings(world), { ...RIGHT, API_KEY: "changed-by-hand" });
    deepEqual(details(world), { API_KEY: `changed ${since}` });
  });

  it("is one that is in plain text, and one with a mapping in the place of its value", () => {
    const clear = LEFT.replace(/(region:)\n.*\n.*/, "$1 canary").replace(
      /(url:)\n.*\n.*/,
      "$1 { more: canary }",
    );
    deepEqual(details(edited(clear)), {
      REGION: `changed ${since}; it is in plain text: everyone who can read the environment sees it`,
      DATABASE_URL: `removed ${since}`,
    });
  });

  it("is one that was taken away", () => {
    const world = edited(LEFT.replace(/ {4}region:\n.*\n.*\n/, "").replace(/ {4}REGION.*\n/, ""));
    deepEqual(details(world), { REGION: `removed ${since}` });
  });

  it("is one that was added: it was never synced all the same", () => {
    const { DATABASE_URL: _, ...secrets } = SECRETS;
    const left = {
      revision: 3,
      text: LEFT.replace(/ {4}database:\n(.*\n){3}/, "").replace(/ {4}DATABASE.*\n/, ""),
    };
    const world = { ...edited(LEFT, left), ledger: { secrets } };
    equal(standings(world).DATABASE_URL, "never-set changed-by-hand");
    deepEqual(details(world), { DATABASE_URL: `it was never synced; added ${since}` });
  });

  it("is one whose variable or further key refers elsewhere, or is gone", () => {
    for (const text of [
      LEFT.replace("second_key: ${app.api_key}", "second_key: ${app.region}"),
      LEFT.replace(/ {4}API_KEY.*\n/, ""),
    ])
      deepEqual(details(edited(text)), { API_KEY: `its variable or a further key changed ${since}` });
  });

  it("is maybe every secret where what the sync left was retracted, is not YAML, or is recorded nowhere", () => {
    const gone = "maybe: now keys@5, and keys@3, which the sync left, cannot be compared with it";
    const all = (detail: string) => ({ API_KEY: detail, DATABASE_URL: detail, REGION: detail });
    deepEqual(details(edited(LEFT, { revision: 3 })), all(gone));
    deepEqual(details(edited(LEFT, { revision: 3, text: "a: [canary" })), all(gone));
    deepEqual(details(edited("a: [canary")), all(gone));
    deepEqual(
      details(edited(LEFT, {})),
      all("maybe: now keys@5, and the sync left no revision to compare it with"),
    );
  });

  it("is then also what stands and the ledger does not know, and nothing that does neither", () => {
    const { REGION: _, ...secrets } = SECRETS;
    const world = (text: string) => ({ ...edited(text, {}), ledger: { secrets } });
    equal(standings(world(LEFT)).REGION, "never-set changed-by-hand");
    equal(standings(world(LEFT.replace(/ {4}region:\n.*\n.*\n/, ""))).REGION, "never-set");
  });

  it("is, after a rollback, what differs from what the sync left, with its pause", () => {
    const paused = { reason: "rolled back to run-1", by: "ada", since: SYNCED };
    const { REGION: _, ...secrets } = SECRETS;
    const text = LEFT.replace("canary-1", "canary-0").replace(/ {4}region:\n.*\n.*\n/, "");
    const world = { ...edited(text), ledger: { paused, secrets } };
    const rolled = "since the sync left keys@3 and was paused; now keys@5";
    deepEqual(details(world), { API_KEY: `changed ${rolled}`, REGION: `removed ${rolled}` });
    equal(standings(world).REGION, "changed-by-hand", "it was set once, though the ledger forgot it");
  });
});

describe("what a run proposed", () => {
  const proposed = { API_KEY: { run: "60", at: SYNCED, request: "cr-1", revision: 1 } };

  it("is to look after until somebody approves it, and says where", () => {
    const world = { ledger: { proposed } };
    deepEqual(standings(world), { ...RIGHT, API_KEY: "proposed" });
    const detail = `run 60 proposed it ${SYNCED}, and it waits for approval (change request cr-1)`;
    deepEqual(details(world), { API_KEY: detail });
    equal(statuses(world)[0]?.open, true);
  });

  it("is no hand's change once it is applied, which the next run writes down", () => {
    const text = LEFT.replace("canary-1", "canary-9");
    const keys = { revision: 5, text, left: { revision: 3, text: LEFT } };
    const detail = `run 60 proposed it ${SYNCED}, and it may be applied: it changed in ESC since (change request cr-1)`;
    deepEqual(details({ keys, ledger: { proposed } }), { API_KEY: detail });
  });

  it("is still never set where it is the first value", () => {
    const { API_KEY: _, ...secrets } = SECRETS;
    equal(standings({ ledger: { proposed, secrets } }).API_KEY, "never-set proposed");
  });
});

describe("what stands in ESC and is not declared", () => {
  it("is a row of its own, to look after, with the remedy", () => {
    const text = `${LEFT}    THEIRS: canary\n  tuning: { depth: canary }\n`;
    const [variable, place, ...rest] = statuses({ keys: { revision: 3, text } }).slice(3);
    deepEqual(rest, []);
    const detail =
      "no entry of keys has environmentVariables.THEIRS; declare it in secrets/catalog.ts, or remove it: pulumi env edit cloud/default/app-production-keys";
    deepEqual(variable, {
      environment: "production",
      name: "THEIRS",
      standing: ["undeclared"],
      open: true,
      detail,
      causes: [{ standing: "undeclared", why: detail }],
    });
    equal(place?.name, "tuning.depth");
  });

  it("is told also where the ledger cannot be read", () => {
    const text = `${LEFT}    THEIRS: canary\n`;
    const seen = { environment: "production", ledger: undefined, groups: { keys: { revision: 3, text } } };
    const all = findStatus({ catalog: resolveCatalog(CATALOG), settings: SETTINGS }, [seen], IN_GITHUB, NOW);
    match(all.map(({ name, standing }) => `${name} ${standing}`).join(), /REGION unknown,THEIRS undeclared$/);
  });
});
