import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RULES } from "../../policies/list";
import { escPlaces } from "../../src/access/esc-places";
import { type Catalog, resolveCatalog } from "../../src/catalog/entry";
import { renderEvidence } from "../../src/cli/evidence-bundle";
import { RemedyError } from "../../src/errors";
import { EMPTY_LEDGER, renderLedger } from "../../src/ledger/ledger";
import type { Context } from "../../src/operations/context";
import type { EvidenceSection } from "../../src/operations/evidence/access-sections";
import { controlsSection } from "../../src/operations/evidence/sections";
import { putSecret } from "../github/started-github";
import { env, open, TOKENS } from "../pulumi-cloud/cloud-fixture";
import { type Auditing, CATALOG, startAuditing } from "./auditing";
import { AT_CLOUD } from "./small-organization";

const CANARY = "canary-value";
const GROUP = "default/app-production-keys";
const SUBJECT = {
  organization: "ai-cherry",
  stack: "production",
  asOf: new Date("2026-08-01T10:00:00Z"),
  since: new Date("2026-05-03T10:00:00Z"),
};
const SECTION: EvidenceSection = {
  name: "access",
  title: "Access",
  about: "Who may.",
  source: "the declaration",
  columns: ["Who", "What"],
  rows: [["ada", "keys"]],
  unknown: [],
};
const render = (rows: string[][], more: Partial<EvidenceSection> = {}) =>
  renderEvidence([{ ...SECTION, rows, ...more }], SUBJECT);

describe("an evidence bundle", () => {
  it("is the same for the same facts, and names its files by their hashes", () => {
    const files = render([["ada", "keys"]]);
    assert.deepEqual(files, render([["ada", "keys"]]));
    const csv = files.get("access.csv") ?? "";
    assert.equal(csv, "Who,What\nada,keys\n");
    assert.ok(files.get("README.md")?.includes(createHash("sha256").update(csv).digest("hex")));
  });

  it("gives no spreadsheet a formula, and no page a column or markup of somebody else's", () => {
    const evil = ["=HYPERLINK(1)", "@SUM(1)", "+1", "-1", "a|b", "<img src=x>", "[x](javascript:1)", "a\nb"];
    const files = render(evil.map((text) => [text, "keys"]));
    for (const line of (files.get("access.csv") ?? "").split("\n")) assert.doesNotMatch(line, /^"?[=@+-]/);
    const page = files.get("README.md") ?? "";
    assert.doesNotMatch(page, /(?<!\\)<img|(?<!\\)\]\(javascript/);
    const rows = page.split("\n").filter((line) => line.includes("keys") && line.startsWith("|"));
    assert.equal(rows.length, evil.length);
    for (const row of rows) assert.equal(row.split(/(?<!\\)\|/).length, 4, row);
  });

  it("says of each section where it is from and what is not known, and shows the first rows of a long one", () => {
    const rows = Array.from({ length: 250 }, (_, index) => [`person${index}`, "keys"]);
    const page = render(rows, { unknown: ["who was here before"] }).get("README.md") ?? "";
    assert.match(page, /^Source: the declaration\.$/m);
    assert.match(page, /^Not known:\n\n- who was here before$/m);
    assert.match(page, /50 more rows are in \[access\.csv\]/);
    assert.ok(page.includes("person199") && !page.includes("person200"));
    assert.match(render([]).get("README.md") ?? "", /^Nothing\.$/m);
  });
});

describe("sophia-secrets evidence", () => {
  let both: Auditing;
  let folder: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "evidence-"));
    both = await startAuditing();
    for (const { path } of escPlaces(resolveCatalog(CATALOG), AT_CLOUD))
      await both.cloud.environment(path, "values: {}\n");
  });
  afterEach(async () => {
    await both.close();
    rmSync(folder, { recursive: true });
  });
  const out = () => join(folder, "review");
  const context = (more: Partial<Context> = {}): Partial<Context> => ({
    project: { ...both.context.project, dir: join(__dirname, "..", "..") },
    readFile: (path) => readFileSync(path),
    ...more,
  });
  const evidence = (options = "", more: Partial<Context> = {}) =>
    both.command(`evidence --out ${out()}${options}`, context(more));
  const read = (name: string) => readFileSync(join(out(), name), "utf8");

  it("writes access, rotation, changes, openings, policies and measures, and no value", async () => {
    const synced = new Date(Date.now() - 3_600_000).toISOString();
    const entry = {
      fingerprint: "f",
      source: "OPENAI_API_KEY",
      changed: synced,
      synced,
      run: "77",
      commit: "c0ffee",
    };
    const body = renderLedger({ ...EMPTY_LEDGER, secrets: { OPENAI_API_KEY: entry } });
    await both.cloud.call("PATCH", env("default/app-production-ledger"), { body });
    await both.cloud.call("PATCH", env(GROUP), { body: `values: {a: {fn::secret: ${CANARY}}}\n` });
    await open(both.cloud, GROUP, TOKENS.admin);
    await open(both.cloud, GROUP, TOKENS.dev);
    await putSecret(both.github.octokit(), "OPENAI_API_KEY", CANARY);

    const { code, stdout } = await evidence();
    assert.equal(code, 0, stdout);
    const files = readdirSync(out()).sort();
    const sections = [
      "access-differences",
      "access-reviews",
      "access",
      "changes",
      "controls",
      "measures",
      "openings",
      "policies",
      "rotation",
      "shared-values",
    ];
    assert.deepEqual(files, ["README.md", ...sections.map((name) => `${name}.csv`)]);
    assert.match(read("access.csv"), /production,keys,team,app-production-application,open/);
    assert.match(read("access.csv"), /^\(all\),\(all\),user,ada,admin,,\(administrator\),/m);
    assert.match(read("rotation.csv"), /OPENAI_API_KEY,production,Platform,fresh,90/);
    assert.match(read("changes.csv"), /synced,OPENAI_API_KEY,production,77/);
    assert.match(read("changes.csv"), /owner,set,OPENAI_API_KEY/);
    assert.match(read("openings.csv"), /dev,refused,default\/app-production-keys/);
    assert.match(read("openings.csv"), /ada,opened,default\/app-production-keys/);
    assert.match(read("measures.csv"), /The sync proves itself by a short-lived identity,yes/);
    for (const file of files) assert.ok(!read(file).includes(CANARY), file);
    assert.equal(statSync(out()).mode & 0o777, 0o700);
    assert.equal(statSync(join(out(), "access.csv")).mode & 0o777, 0o600);
  });

  it("says who may open what ESC rotates, and that the managing user is administrators' alone", async () => {
    const rotators: Catalog["rotators"] = [
      {
        name: "orders",
        group: "databases",
        kind: "postgres",
        schedule: "0 3 1 * *",
        users: ["orders_a", "orders_b"],
        databases: { production: { host: "db.example.org", port: 5432, database: "orders" } },
        username: "ORDERS_USER",
        password: "ORDERS_PASSWORD",
      },
    ];
    await evidence("", { catalog: resolveCatalog({ ...CATALOG, rotators }) });
    const rows = read("access.csv")
      .split("\n")
      .filter((row) => row.endsWith("-orders"));
    assert.deepEqual(rows, [
      "production,databases,team,app-production-application,open,,(application),The application's loader opens what it runs with,rotated-orders",
      "production,databases,administrators,nobody else,admin,,(managing user),Who opens it can change the passwords of what is rotated,managing-orders",
    ]);
  });

  it("lists every rule of the policy pack with its level", async () => {
    await evidence();
    const listed = read("policies.csv")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split(",").slice(0, 2));
    const expected = RULES.map(({ name, enforcementLevel }) => [name, enforcementLevel]);
    assert.deepEqual(listed.sort(), expected.sort());
  });

  it("answers every control with sections that are there", async () => {
    await evidence();
    const there = new Set(readdirSync(out()).map((name) => name.replace(".csv", "")));
    for (const [framework, control, , answeredBy = ""] of controlsSection().rows)
      for (const name of answeredBy.split(", "))
        assert.ok(there.has(name), `${framework} ${control}: ${name}`);
  });

  it("says what it could not know when nobody may be asked, and writes the rest", async () => {
    const refuse = () => {
      throw new RemedyError({ code: "?", subject: "the token", cause: "is not set", remedy: "set it" });
    };
    const blind = { cloud: () => undefined, cloudCall: refuse, github: refuse, githubCall: refuse };
    const { code, stdout } = await evidence("", { ...blind, readFile: refuse });
    assert.equal(code, 0, stdout);
    const page = read("README.md");
    for (const words of [
      /- whether Pulumi Cloud is as declared: the token: is not set/,
      /- how old any value is: the token: is not set/,
      /- who opened an environment/,
      /- which rules there are/,
    ])
      assert.match(page, words);
    assert.match(read("access.csv"), /app-production-sync,write/);
  });

  it("overwrites nothing unasked, and never anything that is not a bundle", async () => {
    await evidence();
    const again = await evidence();
    assert.deepEqual([again.code, /add --replace/.test(again.stderr)], [2, true]);
    assert.equal((await evidence(" --replace")).code, 0);
    writeFileSync(join(out(), "notes.txt"), "mine");
    const foreign = await evidence(" --replace");
    assert.deepEqual([foreign.code, /holds other files than a bundle's/.test(foreign.stderr)], [2, true]);
    assert.equal(readFileSync(join(out(), "notes.txt"), "utf8"), "mine");
    rmSync(out(), { recursive: true });
    writeFileSync(out(), "a file");
    assert.match((await evidence(" --replace")).stderr, /is not a folder/);
    rmSync(out());
    mkdirSync(out());
    assert.equal((await evidence()).code, 0, "an empty folder is nobody's");
    assert.deepEqual(readdirSync(folder), ["review"], "nothing is left beside it");
    assert.equal(existsSync(out()), true);
  });
});
