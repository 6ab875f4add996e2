import { deepEqual, equal, match, ok } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Catalog, resolveCatalog } from "../../src/catalog/entry";
import type { Settings } from "../../src/catalog/settings";
import { readAccessReviews } from "../../src/operations/reviews/review-access";
import { readReviews } from "../../src/operations/reviews/review-files";
import { Secret } from "../../src/secret";
import { type CloudFixture, startCloud } from "../pulumi-cloud/cloud-fixture";
import { skip } from "../skip";
import { commandContext, runCommand } from "./command-context";
import { AT_CLOUD } from "./small-organization";

const NAMESPACES = 'namespaces="sophia-secrets-access-review"';
const NOW = "2026-08-01T10:00:00Z";

function catalogOf(level: "open" | "write" = "open", more: Catalog["secrets"] = []) {
  return resolveCatalog({
    environments: ["staging", "production"],
    groups: { keys: { description: "Keys", rotationDays: 90, owner: "Platform" } },
    secrets: [{ name: "OPENAI_API_KEY", group: "keys" }, ...more],
    accessPolicies: [
      {
        name: "developers",
        why: "They run the application",
        groups: "all",
        environments: ["staging"],
        identities: [{ type: "user", name: "dev" }],
        level,
      },
    ],
  });
}

describe("sophia-secrets access --review", () => {
  let cloud: CloudFixture;
  let folder: string;
  before(async function () {
    try {
      execFileSync("ssh-keygen", ["-Y", "sign"], { stdio: "pipe" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") skip(this, "no ssh-keygen on PATH");
    }
    cloud = await startCloud();
  });
  after(() => cloud?.close());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "access-review-"));
    writeFileSync(join(folder, "Pulumi.yaml"), "name: sophia-secrets\n");
    for (const who of ["ada", "eve"])
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", who, "-f", join(folder, who)]);
    execFileSync("mkdir", [join(folder, "reviews")]);
    allow("ada@example.org", "ada");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function allow(who: string, key: string, terms = NAMESPACES): void {
    const text = readFileSync(join(folder, `${key}.pub`), "utf8");
    appendFileSync(join(folder, "reviews", "allowed_signers"), `${who} ${terms} ${text}`);
  }
  interface Setting {
    now?: string;
    catalog?: ReturnType<typeof catalogOf>;
    more?: Partial<Settings>;
  }
  const context = ({ now = NOW, catalog = catalogOf(), more = {} }: Setting = {}) =>
    commandContext(
      { cloud },
      {
        catalog,
        project: { dir: folder, settings: { ...AT_CLOUD, ...more } },
        now: () => new Date(now),
        env: { PATH: process.env.PATH, HOME: folder },
      },
    );
  const BY_ADA = () => `--reviewer ada@example.org --key ${join(folder, "ada")}`;
  const review = (options = `--decide keep ${BY_ADA()}`, setting: Setting = {}, answers?: string[]) =>
    runCommand(`access --review ${options}`, context(setting), {
      answer: answers && (async () => new Secret(answers.shift() ?? "later")),
    });
  const states = async (setting: Setting = {}) => {
    const { rows } = await readAccessReviews(context(setting), {
      environment: undefined,
      identity: undefined,
    });
    return Object.fromEntries(
      rows.map(({ right, state }) => [`${right.environment} ${right.identity.name}`, state]),
    );
  };
  const records = () => readdirSync(join(folder, "reviews")).filter((name) => name.endsWith(".json"));

  it("asks for each identity and policy once, signs the answers, and says what to commit", async () => {
    const { stdout, code } = await review(BY_ADA(), {}, [
      "keep",
      "maybe",
      "remove",
      "later",
      "keep",
      "keep",
      "keep",
    ]);
    equal(code, 0, stdout);
    match(stdout, /1 of \d: team app-staging-application may open keys in staging\n {2}\(application\): /);
    match(
      stdout,
      /\d of \d: dev may open keys in staging\n {2}developers: They run the application\n {2}never reviewed\n/,
    );
    match(
      stdout,
      /\n\d rights reviewed by ada@example\.org, signed: reviews\/2026-08-01T100000Z-ada-example\.org\.json\n/,
    );
    match(stdout, /Commit it: git add reviews\/2026\S+\.json reviews\/2026\S+\.json\.sig\n$/);
    const { reviews, problems } = readReviews(context());
    deepEqual([reviews.length, problems], [1, []]);
    match(reviews[0]?.key ?? "", /^SHA256:/);
  });

  it("can be checked by an auditor with OpenSSH alone", async () => {
    await review();
    const [file = ""] = records();
    const said = execFileSync(
      "ssh-keygen",
      [
        ...["-Y", "verify", "-f", "reviews/allowed_signers", "-I", "ada@example.org"],
        ...["-n", "sophia-secrets-access-review", "-s", `reviews/${file}.sig`],
      ],
      { cwd: folder, input: readFileSync(join(folder, "reviews", file)), encoding: "utf8" },
    );
    match(said, /^Good "sophia-secrets-access-review" signature for ada@example\.org/);
  });

  it("covers administrators, whom nothing declares", async () => {
    await review();
    equal((await states())["(all) ada"], "current");
  });

  it("counts for a quarter or a year, and no longer", async () => {
    await review();
    equal((await states({ now: "2027-07-30T10:00:00Z" }))["staging dev"], "current");
    equal((await states({ now: "2027-08-03T10:00:00Z" }))["staging dev"], "due");
    equal(
      (await states({ now: "2026-11-05T10:00:00Z", more: { accessReview: "quarterly" } }))["staging dev"],
      "due",
    );
    match((await review()).stdout, /^No right is due for review; the next is on 2027-08-02\n$/);
  });

  it("counts no more for a right that changed since, and tells secrets that came into its group", async () => {
    await review();
    const later = { now: "2026-08-02T10:00:00Z" };
    equal((await states({ ...later, catalog: catalogOf("write") }))["staging dev"], "changed");
    equal(
      (await states({ ...later, catalog: catalogOf("write") }))["production app-production-sync"],
      "current",
    );
    const catalog = catalogOf("open", [{ name: "NEW_KEY", group: "keys" }]);
    const { rows } = await readAccessReviews(context({ ...later, catalog }), {
      environment: "staging",
      identity: "dev",
    });
    deepEqual(
      rows.map(({ state, addedSince }) => [state, addedSince]),
      [["current", ["NEW_KEY"]]],
    );
  });

  it("keeps a right that was decided against in sight until it is gone", async () => {
    await review(`--decide remove --identity dev ${BY_ADA()}`);
    equal((await states())["staging dev"], "to-remove");
    equal((await states())["(all) ada"], "never");
  });

  it("counts nothing that was changed, unsigned, signed by somebody else, or made for another purpose", async () => {
    await review();
    const [file = ""] = records();
    const path = join(folder, "reviews", file);
    const [text, signature] = [readFileSync(path, "utf8"), readFileSync(`${path}.sig`, "utf8")];
    const problem = () => readReviews(context()).problems[0]?.code;
    writeFileSync(path, text.replaceAll('"keep"', '"remove"'));
    equal(problem(), "review-signature-invalid");
    writeFileSync(path, `${text} `);
    equal(problem(), "review-signature-invalid");
    writeFileSync(path, text);
    const by = (key: string, namespace: string) =>
      execFileSync("ssh-keygen", ["-Y", "sign", "-n", namespace, "-f", join(folder, key)], {
        input: text,
        stdio: "pipe",
      });
    writeFileSync(`${path}.sig`, by("eve", "sophia-secrets-access-review"));
    equal(problem(), "review-signature-invalid");
    writeFileSync(`${path}.sig`, by("ada", "git"));
    equal(problem(), "review-signature-invalid");
    rmSync(`${path}.sig`);
    equal(problem(), "review-unsigned");
    writeFileSync(`${path}.sig`, signature);
    equal(problem(), undefined);
    equal(readReviews({ ...context({ now: "2026-07-31T10:00:00Z" }) }).problems[0]?.code, "review-in-future");
    equal(readReviews(context({ more: { application: "other" } })).problems[0]?.code, "review-foreign");
    writeFileSync(path, "{}");
    equal(problem(), "review-unreadable");
    equal((await states())["staging dev"], "never");
    match((await review()).stderr, /does not count: reviews\/2026\S+: is not a review of access/);
  });

  it("counts a review whose key ended later, and none by a key that had ended", async () => {
    rmSync(join(folder, "reviews", "allowed_signers"));
    allow("ada@example.org", "ada", `valid-before="20260901000000Z",${NAMESPACES}`);
    await review();
    equal((await states({ now: "2026-12-01T10:00:00Z" }))["staging dev"], "current");
    const late = await review(`--all --decide keep ${BY_ADA()}`, { now: "2026-12-01T10:00:00Z" });
    match(late.stderr, /ada@example\.org: reviews\/allowed_signers does not let this key review/);
    equal(records().length, 1, "nothing is left of what did not count");
  });

  it("tells whoever may not review what somebody else must add, and that works as printed", async () => {
    const refused = await review(`--decide keep --reviewer eve@example.org --key ${join(folder, "eve")}`);
    deepEqual([refused.code, refused.stdout], [2, ""]);
    const [, line = ""] = /have somebody else add it: (mkdir .*)/.exec(refused.stderr) ?? [];
    // The first reviewer has no folder yet.
    const kept = join(folder, "reviews");
    const aside = join(folder, "aside");
    renameSync(kept, aside);
    execFileSync("sh", ["-c", line], { cwd: folder });
    match(readFileSync(join(kept, "allowed_signers"), "utf8"), /^eve@example\.org /);
    rmSync(kept, { recursive: true });
    renameSync(aside, kept);
    execFileSync("sh", ["-c", line], { cwd: folder });
    equal((await review(`--decide keep --reviewer eve@example.org --key ${join(folder, "eve")}`)).code, 0);
  });

  it("refuses without a terminal, a signer, a key that signs, or an answer", async () => {
    match(
      (await review(BY_ADA())).stderr,
      /--decide: there is no terminal to ask for \d decisions that are due\nRemedy: run it/,
    );
    match(
      (await review("--decide keep")).stderr,
      /: a review must be signed, and neither an option nor git's config names/,
    );
    match(
      (await review("--decide keep --reviewer a@b.c --key /nowhere")).stderr,
      /\/nowhere: OpenSSH cannot sign with it/,
    );
    match((await review("--decide perhaps")).stderr, /--decide: must be keep or remove, not perhaps/);
    match(
      (await review(BY_ADA(), {}, ["later", "later", "later", "later", "later", "later", "later"])).stderr,
      /nothing was decided/,
    );
    match((await runCommand("access --decide keep", context())).stderr, /--review: is missing/);
    match((await review("--json")).stderr, /--review: takes no names, --json or --close-default/);
    deepEqual(records(), []);
  });

  it("goes into evidence, with what does not count among what is not known", async () => {
    await review();
    writeFileSync(join(folder, "reviews", "forged.json"), "{}");
    const { code, stderr } = await runCommand(`evidence --out ${join(folder, "out")}`, context());
    equal(code, 0, stderr);
    const csv = readFileSync(join(folder, "out", "access-reviews.csv"), "utf8");
    match(
      csv,
      /^staging,keys,user,dev,open,current,ada@example\.org,2026-08-01T10:00:00\.000Z,keep,,2027-08-02,,reviews\/2026\S+\.json,SHA256:\S+$/m,
    );
    const page = readFileSync(join(folder, "out", "README.md"), "utf8");
    ok(page.includes("forged.json does not count"), page);
  });
});
