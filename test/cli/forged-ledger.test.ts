import { deepEqual, equal, match, ok } from "node:assert/strict";
import { fingerprint } from "../../src/ledger/fingerprint";
import { type Ledger, type LedgerEntry, parseLedger, renderLedger } from "../../src/ledger/ledger";
import type { Status } from "../../src/operations/status/find-status";
import type { Check } from "../../src/operations/verification/check";
import { Secret } from "../../src/secret";
import { GROUP, LEDGER, VersionsStage } from "./versions-stage";

const GITHUB = { ALPHA_KEY: "canary-a1", BETA_KEY: "canary-b1", DB_PASSWORD: "canary-d1" };
const PLANTED = "canary-planted";
/** The newest run that GitHub has. */
const NEWEST = 20;
const NOW = "2026-03-01T10:00:00Z";
const LATER = "2028-03-01T10:00:00.000Z";

type Forge = (entry: LedgerEntry, ledger: Ledger) => Partial<LedgerEntry> | Partial<Ledger>;

const about =
  (fields: Partial<LedgerEntry>): Forge =>
  () =>
    fields;
const claim = { at: "2026-03-01T09:59:00.000Z", request: "1", revision: 1 };

/** Forgeries that the next run finds by itself, because it compares what stands with what GitHub holds. */
const FOUND: Record<string, Forge> = {
  "revision numbers alone": () => ({}),
  "the fingerprint of the planted value": (_, { key = "" }) => ({
    fingerprint: fingerprint(key, "ALPHA_KEY", new Secret(PLANTED)),
  }),
  "a run that is older": about({ run: "3" }),
  "a run of another repository that was queued before": about({ run: "19" }),
  "a run far beyond GitHub's, as of another GitHub": about({ run: "9000000000000000" }),
  "a run that is none": about({ run: "canary\u0000" }),
  "a run that is later, and a time to come": about({ run: "99", synced: LATER }),
  "another key": () => ({ key: Buffer.alloc(32, 7).toString("base64") }),
  "no key": () => ({ key: undefined }),
};

/** Forgeries that make every run refuse as older. */
const REFUSED: Record<string, Forge> = {
  "a run that GitHub does not have yet": about({ run: "99" }),
  "a run of another repository that was queued after": about({ run: "22" }),
  "a sync by hand after such a run": about({ run: "by-hand-after-99" }),
  "a proposal of such a run": () => ({ proposed: { ALPHA_KEY: { ...claim, run: "99" } } }),
  "what such a run began to write": () => ({
    writing: { forged: { run: "99", at: claim.at, values: { ALPHA_KEY: "" } } },
  }),
};

describe("a planted value with a ledger that calls it synced", () => {
  let stage: VersionsStage;
  let newest: number;
  beforeEach(async () => {
    newest = NEWEST;
    stage = await VersionsStage.start();
    await stage.sync(GITHUB, { now: NOW });
  });
  afterEach(() => stage.close());

  /** As the service's clock and GitHub have it then. */
  const world = () => ({ now: NOW, newestRun: newest });

  async function plant(forge: Forge): Promise<void> {
    const text = await stage.text(GROUP.keys, "/decrypt");
    await stage.edit(GROUP.keys, text.replace(GITHUB.ALPHA_KEY, PLANTED));
    const ledger = parseLedger(await stage.text(LEDGER, "/decrypt"));
    const entry = ledger.secrets.ALPHA_KEY;
    ok(entry);
    const forged = forge({ ...entry }, ledger);
    const isLedger = ["key", "proposed", "writing"].some((each) => each in forged);
    const secrets = isLedger ? ledger.secrets : { ...ledger.secrets, ALPHA_KEY: { ...entry, ...forged } };
    const revisions = { ...ledger.revisions, keys: await stage.revision(GROUP.keys) };
    await stage.edit(LEDGER, renderLedger({ ...ledger, ...(isLedger ? forged : {}), secrets, revisions }));
  }

  const dispatch = (run: number, event = "workflow_dispatch") =>
    stage.sync({ ...GITHUB, GITHUB_RUN_ID: String(run), GITHUB_EVENT_NAME: event }, { now: NOW });
  const stands = async () => (await stage.variables()).ALPHA_KEY;
  const status = async () => {
    const { stdout } = await stage.run("status --environment production --json", world());
    return (JSON.parse(stdout) as Status[]).find(({ name }) => name === "ALPHA_KEY");
  };
  const verify = async () => {
    const { stdout, stderr } = await stage.run("verify --environment production --json", world());
    equal(stderr.replace(/^Checking .*\n/gm, ""), "");
    return JSON.parse(stdout) as Check[];
  };
  const found = (checks: readonly Check[], code: string) => checks.find((each) => each.code === code);

  /** Carries out `sophia-secrets` and `gh` as printed. */
  async function carryOut(remedy: string): Promise<void> {
    const commands = /(\.\/sophia-secrets|gh) .*$/.exec(remedy)?.[0].split(" && ") ?? [];
    ok(commands.length > 0, remedy);
    for (const command of commands) {
      if (command.startsWith("./sophia-secrets ")) {
        const heard = await stage.run(command.slice("./sophia-secrets ".length), world());
        deepEqual([heard.code, heard.stderr], [0, ""]);
      } else {
        equal(command, "gh workflow run sync_secrets.yml -R ai-cherry/carrier");
        newest += 1;
        equal((await dispatch(newest)).code, 0);
      }
    }
  }

  for (const [what, forge] of Object.entries(FOUND)) {
    it(`is replaced by a run that a person starts, and by the daily one: ${what}`, async () => {
      for (const event of ["workflow_dispatch", "schedule"]) {
        await plant(forge);
        equal(await stands(), PLANTED);
        equal((await dispatch(NEWEST, event)).code, 0);
        equal(await stands(), GITHUB.ALPHA_KEY);
        equal((await status())?.standing.join(), "in-sync");
      }
    });
  }

  for (const [what, forge] of Object.entries(REFUSED)) {
    it(`is told by status and verify, and replaced by their remedy: ${what}`, async () => {
      for (const tell of [
        async () => found(await verify(), "ledger-impossible")?.remedy ?? "",
        async () => {
          const { stdout } = await stage.run("status --environment production", world());
          return stdout.split("\n").find((line) => line.startsWith("  Remedy: no sync wrote that")) ?? "";
        },
      ]) {
        await plant(forge);
        const refused = await dispatch(newest);
        equal(refused.code, 1, "the run says so");
        match(refused.printed.join("\n"), /ALPHA_KEY .*if that is refused too: \.\/sophia-secrets verify/);
        equal(await stands(), PLANTED);
        match(
          (await status())?.detail ?? "",
          /the ledger names run \d+, and the newest that GitHub has is \d+/,
        );
        await carryOut(await tell());
        equal(await stands(), GITHUB.ALPHA_KEY);
        equal((await status())?.standing.join(), "in-sync");
        equal(found(await verify(), "ledger-impossible"), undefined);
      }
    });
  }

  it("is told by verify where the fingerprint is not forged, and replaced by its remedy", async () => {
    await plant(() => ({}));
    equal((await status())?.standing.join(), "in-sync", "status opens nothing");
    const differs = found(await verify(), "application-values-differ");
    match(differs?.cause ?? "", /not as the sync left them: ALPHA_KEY/);
    await carryOut(differs?.remedy ?? "");
    equal(await stands(), GITHUB.ALPHA_KEY);
  });

  it("leaves runs that were queued before the newest refused after the remedy: they bring what is older", async () => {
    await plant(about({ run: "99" }));
    equal((await stage.run("repair --ledgers", world())).code, 0);
    equal((await dispatch(NEWEST - 1)).code, 1);
    equal((await dispatch(NEWEST + 1)).code, 0);
  });

  it("gives no time to come: an age counts from the remedy on", async () => {
    await plant(about({ changed: LATER, synced: LATER }));
    match((await status())?.detail ?? "", /^the ledger has a time to come: 2028/);
    const { stdout } = await stage.run("repair --ledgers", world());
    match(stdout, /^production: ALPHA_KEY: the ledger has a time to come: .*; taken out$/m);
    match(stdout, /^staging: its ledger says nothing that cannot be$/m);
    equal(parseLedger(await stage.text(LEDGER)).secrets.ALPHA_KEY?.changed, "2026-03-01T10:00:00.000Z");
    equal(
      (await status())?.standing.join(),
      "changed-by-hand",
      "no revision is believed until a run compared",
    );
    equal((await dispatch(NEWEST + 1)).code, 0);
    equal(await stands(), GITHUB.ALPHA_KEY);
  });

  it("is not copied into a sync by hand: GitHub's newest run counts, not the ledger's", async () => {
    await plant(about({ run: "99" }));
    const env = { ALPHA_KEY: "canary-hand" };
    equal(
      (await stage.run("sync-to-pulumi ALPHA_KEY --environment production", { ...world(), env })).code,
      0,
    );
    equal(parseLedger(await stage.text(LEDGER)).secrets.ALPHA_KEY?.run, `by-hand-after-${NEWEST}`);
    equal((await dispatch(NEWEST + 1)).code, 0);
  });

  it("is not called forged where a run began while it was looked at", async () => {
    await stage.sync({ ...GITHUB, ALPHA_KEY: "canary-a2", GITHUB_RUN_ID: "21" }, { now: NOW });
    let asked = 0;
    const later = {
      ...world(),
      get newestRun() {
        asked += 1;
        return asked > 1 ? 21 : NEWEST;
      },
    };
    const { stdout, code } = await stage.run("status --environment production", later);
    deepEqual([code, /ledger-impossible/.test(stdout)], [0, false]);
  });

  it("is repaired only where GitHub tells of every carrier, and a dry run writes nothing", async () => {
    await plant(about({ run: "99" }));
    const before = await stage.text(LEDGER);
    const heard = await stage.run("repair --ledgers", { now: NOW });
    deepEqual([heard.code, heard.stdout], [2, ""]);
    match(heard.stderr, /carrier: GitHub does not show which run of the workflow is the newest/);
    const dry = await stage.run("repair --ledgers --dry-run", world());
    match(dry.stdout, /the ledger names run 99, and the newest that GitHub has is 20; would be taken out/);
    equal(await stage.text(LEDGER), before);
  });

  it("needs GitHub's runs to be told by the run's id: verify says where it may not see them", async () => {
    const { stdout } = await stage.run("verify --environment production --json", { now: NOW });
    const check = found(JSON.parse(stdout), "values-in-sync");
    match(check?.cause ?? "", /the runs that its ledger names are not compared: this token may not see runs/);
  });
});
