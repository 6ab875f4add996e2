import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolveCatalog } from "../../src/catalog/entry";
import { readFile } from "../../src/cli/open-context";
import type { PulumiCloud } from "../../src/clients/pulumi-cloud";
import { RemedyError } from "../../src/errors";
import { parseFilter } from "../../src/operations/scan/filter-file";
import { checkFilter, keepFilter } from "../../src/operations/scan/keep-filter";
import { commandContext } from "../cli/command-context";
import { SETTINGS } from "../cli/small-organization";

/** A value that no file holds, of 60 letters and digits. */
const value = (seed: string) =>
  `canary${createHash("sha512").update(seed).digest("base64").replace(/\W/g, "")}`.slice(0, 60);

const CATALOG = resolveCatalog({
  environments: ["staging", "production"],
  groups: { keys: { description: "Keys", rotationDays: 90, owner: "Platform" } },
  secrets: [
    ...["OPENAI_API_KEY", "SMTP_PASSWORD", "DATABASE_URL"].map((name) => ({ name, group: "keys" })),
    { name: "SMTP_HOST", group: "keys", credential: false },
    { name: "PULUMI_ACCESS_TOKEN", group: "keys", bootstrap: true },
  ],
});

describe("the filter of a scan", () => {
  let folder: string;
  let file: string;
  /** Values by app key and deployment environment, and when each changed by name. */
  let values: Record<string, Record<string, string>>;
  let changed: Record<string, string>;
  const closed = new Set<string>();
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "filter-"));
    file = join(folder, "scan-filter.json");
    values = {
      staging: {
        openai_api_key: value("a"),
        database_url: `postgres://app:${value("s")}@db/app`,
        smtp_host: value("no secret"),
      },
      production: { openai_api_key: value("a"), smtp_password: "correct-horse-battery-staple" },
    };
    changed = { OPENAI_API_KEY: "2026-07-01T00:00:00Z" };
    closed.clear();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const cloud = {
    open: async (path: string) => {
      const environment = path.replace("default/app-", "");
      if (closed.has(environment))
        throw new RemedyError({ code: "?", subject: path, cause: "closed", remedy: "ask" });
      const own = Object.entries(values[environment] ?? {}).map(([key, text]) => [key, { value: text }]);
      return { properties: { app: { value: Object.fromEntries(own) } } };
    },
    read: async () => {
      const entry = { fingerprint: "f", source: "s", synced: "s", run: "1", commit: "c" };
      const secrets = Object.entries(changed).map(([name, at]) => [name, { ...entry, changed: at }]);
      return {
        text: JSON.stringify({ values: { ledger: { secrets: Object.fromEntries(secrets) } } }),
        etag: "e",
        revision: 1,
      };
    },
  } as unknown as PulumiCloud;
  const context = commandContext(
    {},
    { project: { settings: SETTINGS }, catalog: CATALOG, cloud: () => cloud, readFile },
  );
  const keep = (environments = ["staging", "production"]) => keepFilter(context, environments, file, false);
  const filter = () => parseFilter(readFileSync(file, "utf8"), file);

  it("has one mark for a value of two environments, and no part of any value", async () => {
    const { leftOut } = await keep();
    deepEqual(
      filter().marks.map(({ name, environments }) => [name, environments]),
      [
        ["DATABASE_URL", ["staging"]],
        ["OPENAI_API_KEY", ["staging", "production"]],
      ],
    );
    deepEqual(
      leftOut.map(({ environment, name, why }) => `${environment} ${name}: ${why}`),
      [
        "staging PULUMI_ACCESS_TOKEN: never in ESC",
        "production SMTP_PASSWORD: too guessable",
        "production PULUMI_ACCESS_TOKEN: never in ESC",
      ],
    );
    const text = readFileSync(file, "utf8");
    for (const each of Object.values(values).flatMap((own) => Object.values(own)))
      for (let at = 0; at + 7 <= each.length; at += 1) ok(!text.includes(each.slice(at, at + 7)));
  });

  it("keeps its key and the marks of unchanged values, so that two versions tell no more than one", async () => {
    await keep();
    const before = readFileSync(file, "utf8");
    equal((await keep()).state, "current");
    equal(readFileSync(file, "utf8"), before);
    values.staging = { ...values.staging, database_url: value("another") };
    await keep();
    const lines = before.split("\n");
    const added = readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => !lines.includes(line));
    equal(added.length, 1, added.join("\n"));
  });

  it("keeps the marks of the environments that it is not asked for", async () => {
    await keep();
    closed.add("production");
    values.staging = {};
    await keep(["staging"]);
    deepEqual(
      filter().marks.map(({ name, environments }) => [name, environments]),
      [["OPENAI_API_KEY", ["production"]]],
    );
    ok(filter().notCovered.production?.includes("SMTP_PASSWORD"));
  });

  it("stays as it is when an environment cannot be opened", async () => {
    await keep();
    const before = readFileSync(file, "utf8");
    closed.add("production");
    await rejects(keep(), /closed/);
    equal(readFileSync(file, "utf8"), before);
  });

  it("is out of date once the ledgers know of a later change, which opens nothing", async () => {
    await keep();
    closed.add("staging").add("production");
    deepEqual(await checkFilter(context, ["staging", "production"], file), []);
    changed = { OPENAI_API_KEY: "2026-07-02T00:00:00Z", SMTP_HOST: "2026-07-03T00:00:00Z" };
    deepEqual(
      (await checkFilter(context, ["production"], file)).map(({ name }) => name),
      ["OPENAI_API_KEY"],
      "an address is not a credential",
    );
  });

  it("is not taken from a file that is something else", async () => {
    writeFileSync(file, "mine");
    await rejects(keep(), /is not a filter/);
    equal(readFileSync(file, "utf8"), "mine");
  });
});
