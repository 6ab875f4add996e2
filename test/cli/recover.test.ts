import { deepEqual, equal, match, ok } from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RemedyError } from "../../src/errors";
import { creationsIn, type ImportFile, importFileFor } from "../../src/operations/recovery/creations";
import { type CloudFixture, ORG, startCloud, team } from "../pulumi-cloud/cloud-fixture";
import { commandContext, runCommand } from "./command-context";

const BASE = "urn:pulumi:production::p::";
const STACK = `${BASE}pulumi:pulumi:Stack::p-production`;
const STAGE = `${BASE}sophia-secrets:esc:Stage::production`;
const ACCESS = `${BASE}sophia-secrets:esc:Stage$sophia-secrets:esc:TeamAccess::sync`;
const PENDING = `${BASE}sophia-secrets:esc:Stage$pulumiservice:index:Team::app-production-sync`;
const PROVIDER = `${BASE}pulumi:providers:pulumiservice::cloud`;

interface Wanted {
  urn: string;
  type: string;
  parent: string;
  inputs?: object;
  op?: string;
}

/** What `pulumi preview --json` prints, as far as it is read. */
const previewed = (...wanted: Wanted[]) =>
  JSON.stringify({
    steps: wanted.map(({ urn, type, parent, inputs, op = "create" }) => {
      const custom = inputs !== undefined;
      const provider = custom ? { provider: `${PROVIDER}::0123-id` } : {};
      return { op, urn, newState: { type, custom, parent, ...provider, ...(custom ? { inputs } : {}) } };
    }),
  });

const environment = (name: string, op?: string): Wanted => ({
  urn: `${STAGE}$pulumiservice:index:Environment::${name}`,
  type: "pulumiservice:index:Environment",
  parent: STAGE,
  inputs: { organization: ORG, project: "default", name, yaml: "[secret]" },
  ...(op === undefined ? {} : { op }),
});
const COMPONENT: Wanted = { urn: ACCESS, type: "sophia-secrets:esc:TeamAccess", parent: STAGE };
const TEAM: Wanted = {
  urn: `${ACCESS}$pulumiservice:index:Team::sync`,
  type: "pulumiservice:index:Team",
  parent: ACCESS,
  inputs: { organizationName: ORG, name: "app-production-sync" },
};
const ISSUER: Wanted = {
  urn: `${STAGE}$pulumiservice:index:OidcIssuer::github`,
  type: "pulumiservice:index:OidcIssuer",
  parent: STACK,
  inputs: { organization: ORG, url: "https://issuer.example" },
};

describe("recover", () => {
  let cloud: CloudFixture;
  let dir: string;
  beforeEach(async () => {
    cloud = await startCloud();
    dir = mkdtempSync(join(tmpdir(), "recover-test-"));
  });
  afterEach(async () => {
    await cloud.close();
    rmSync(dir, { recursive: true });
  });

  async function run(preview: string, command = "recover", answer?: () => never, state: object = {}) {
    const imported: ImportFile[] = [];
    const lines: string[] = [];
    const pulumi = async (args: readonly string[]) => {
      lines.push(args[0] ?? "");
      if (args[0] === "preview") return preview;
      if (args[0] === "stack") return JSON.stringify({ version: 3, deployment: state });
      imported.push(JSON.parse(readFileSync(args[2] ?? "", "utf8")) as ImportFile);
      return answer?.() ?? "";
    };
    const context = commandContext(
      { cloud },
      {
        project: { dir, name: "p" },
        pulumi: { run: pulumi },
        githubCall: () => undefined as never,
        now: () => new Date("2026-08-01T10:00:00Z"),
      },
    );
    return { ...(await runCommand(command, context)), lines, imported };
  }

  it("takes what exists into the state, below its parents, by names and ids alone", async () => {
    await cloud.environment("default/app-production-keys", "values: {theirs: 1}\n");
    await team(cloud, "app-production-sync", []);
    const issuer = await cloud.call("POST", `/api/orgs/${ORG}/oidc/issuers`, {
      body: { name: "github", url: "https://issuer.example" },
    });
    const done = await run(
      previewed(
        environment("app-production-keys"),
        environment("app-production-new"),
        COMPONENT,
        TEAM,
        ISSUER,
      ),
    );
    equal(done.code, 0);
    match(done.stdout, /^3 imported into the state of production\n/);
    const [file] = done.imported;
    deepEqual(
      file?.resources.map(({ type, logicalName, id, component }) => [type, logicalName, id ?? component]),
      [
        ["pulumiservice:index:Environment", "app-production-keys", `${ORG}/default/app-production-keys`],
        ["sophia-secrets:esc:TeamAccess", "sync", true],
        ["pulumiservice:index:Team", "sync", `${ORG}/app-production-sync`],
        ["pulumiservice:index:OidcIssuer", "github", `${ORG}/${issuer.json.id}`],
      ],
    );
    deepEqual(Object.keys(file?.nameTable ?? {}).sort(), [PROVIDER, STACK, STAGE].sort());
    deepEqual(readdirSync(join(dir, ".sophia-secrets")), ["production-2026-08-01T10-00-00.000Z.json"]);
  });

  it("takes an environment's tag too, which a second up would fail on", async () => {
    await cloud.environment("default/app-production-keys", "values: {}\n");
    const place = { orgName: ORG, projectName: "default", envName: "app-production-keys", name: "owner" };
    const type = "pulumiservice:api/esc:EnvironmentTag";
    const tag = {
      urn: `${STAGE}$${type}::keys-owner`,
      type,
      parent: STAGE,
      inputs: { ...place, value: "[x]" },
    };
    match((await run(previewed(tag))).stdout, /^Nothing to recover/);
    const path = `/api/esc/environments/${ORG}/default/app-production-keys/tags`;
    equal((await cloud.call("POST", path, { body: { name: "owner", value: "Platform" } })).status, 200);
    const { imported } = await run(previewed(tag));
    equal(imported[0]?.resources[0]?.id, `${ORG}/default/app-production-keys/owner`);
  });

  it("takes the role of the audit's team too, by the id that Pulumi Cloud gave it", async () => {
    const type = "pulumiservice:index:OrganizationRole";
    const inputs = { organizationName: ORG, name: "app-program-audit", permissions: {} };
    const role = { urn: `${STAGE}$${type}::app-program-audit`, type, parent: STAGE, inputs };
    match((await run(previewed(role))).stdout, /^Nothing to recover/);
    const details = { __type: "PermissionDescriptorAllow", permissions: [] };
    const body = { name: "app-program-audit", uxPurpose: "role", details };
    const made = await cloud.call("POST", `/api/orgs/${ORG}/roles`, { body });
    const { imported } = await run(previewed(role));
    equal(imported[0]?.resources[0]?.id, `${ORG}/${made.json.id}`);
  });

  it("only tells in a dry run, and when there is nothing", async () => {
    await cloud.environment("default/app-production-keys", "values: {}\n");
    const dry = await run(previewed(environment("app-production-keys")), "recover --dry-run");
    match(dry.stdout, /^1 would be imported/);
    const none = await run(
      previewed(environment("app-production-keys", "same"), environment("app-production-new")),
    );
    match(none.stdout, /^Nothing to recover/);
    deepEqual([...dry.lines, ...none.lines], ["stack", "preview", "stack", "preview"]);
    ok(!existsSync(join(dir, ".sophia-secrets")));
  });

  const pending = (...operations: string[]) => ({
    pending_operations: operations.map((type) => ({
      type,
      resource: { urn: PENDING, inputs: { a: "canary" } },
    })),
  });

  it("names what Pulumi records as interrupted, and how to clear pending creations", async () => {
    const { stdout, code } = await run(previewed(), "recover", undefined, pending("creating", "updating"));
    equal(code, 0);
    match(
      stdout,
      /^Nothing to recover.*\nPulumi records 2 operations as interrupted:\n {2}creating {2}Team {2}app-production-sync\n {2}updating {2}Team {2}app-production-sync\n.*: pulumi refresh -s production --clear-pending-creates --non-interactive --yes\n$/,
    );
    const json = await run(previewed(), "recover --json", undefined, pending("creating"));
    deepEqual(JSON.parse(json.stdout).pending, [{ operation: "creating", urn: PENDING }]);
    equal((await run(previewed())).stdout.includes("Pulumi notes"), false);
  });

  it("sends nobody to a refresh for what the next up forgets by itself", async () => {
    const { stdout } = await run(previewed(), "recover", undefined, pending("updating", "deleting"));
    match(stdout, /\nThe next pulumi up does them again, and clears them\.\n$/);
    ok(!stdout.includes("pulumi refresh"));
  });

  for (const [kind, name, text] of [
    ["a composite with values of its own", "app-production", "values: {hidden: 1}\n"],
    ["a composite with imports of others", "app-production", "imports: [default/theirs]\n"],
    [
      "a composite with a description of its own",
      "app-production",
      "imports: [default/app-theirs]\ndescription: x\n",
    ],
    ["a ledger with values beside the ledger", "app-production-ledger", "values: {ledger: {}, hidden: 1}\n"],
    ["a ledger with a comment", "app-production-ledger", "# theirs\nvalues: {ledger: {}}\n"],
    ["a composite with a comment", "app-production", "imports: [default/app-production-keys] # theirs\n"],
    [
      "a composite with imports of another program's of a like name",
      "app-production",
      "imports: [default/app-theirs]\n",
    ],
    ["a policy's composite", "app-production-for-auditors", "imports: [default/theirs]\n"],
  ] as const) {
    it(`refuses ${kind}, which the next up or sync would replace`, async () => {
      for (const theirs of ["theirs", "app-theirs", "app-production-keys"])
        await cloud.environment(`default/${theirs}`, "values: {}\n");
      await cloud.environment(`default/${name}`, text);
      const refused = await run(previewed(environment(name)));
      equal(refused.code, 2);
      match(refused.stderr, new RegExp(`default/${name}: it exists with a text of its own`));
      deepEqual(refused.imported, []);
    });
  }

  it("says what stands in an environment that it refuses, by names and places alone", async () => {
    for (const theirs of ["theirs", "other"]) await cloud.environment(`default/${theirs}`, "values: {}\n");
    const text = [
      "# of the platform team",
      "description: old application",
      "imports: [default/theirs@latest, {default/other: {merge: false}}]",
      "values:",
      "  text: {fn::toBase64: canary}",
      "  greeting: {fn::join: [',', [canary, b]]}",
      "  password: {fn::secret: canary}",
      "  files: {CERT: canary}",
    ];
    await cloud.environment("default/app-production", `${text.join("\n")}\n`);
    const { stderr, imported } = await run(previewed(environment("app-production")));
    match(
      stderr,
      /default\/app-production: it exists .* replace: imports default\/theirs, with options; fn::join, fn::toBase64; values at files\.CERT, greeting, password, text; description; 1 comment\n/,
    );
    match(stderr, /Remedy: save it \(pulumi env get payready\/default\/app-production\)/);
    deepEqual(imported, []);
  });

  it("names what it takes and keeps in a values environment, which the sync writes beside", async () => {
    await cloud.environment("default/theirs", "values: {}\n");
    const text =
      "# by hand\nimports: [default/theirs]\nvalues:\n  app: {key: canary}\n  own: {fn::toJSON: [1]}\n";
    await cloud.environment("default/app-production-keys", text);
    const { stdout } = await run(previewed(environment("app-production-keys")));
    match(
      stdout,
      /\nKept as it is: default\/app-production-keys has imports default\/theirs; fn::toJSON; values at own; 1 comment, beside what the sync writes there\n/,
    );
    const { kept } = JSON.parse(
      (await run(previewed(environment("app-production-keys")), "recover --dry-run --json")).stdout,
    );
    deepEqual(kept[0].holds, ["imports default/theirs", "fn::toJSON", "values at own", "1 comment"]);
  });

  it("takes a composite that imports this program's environments alone, an empty one, and a ledger", async () => {
    await cloud.environment("default/app-production-keys", "values: {}\n");
    await cloud.environment("default/app-production", "imports: [default/app-production-keys]\n");
    await cloud.environment("default/app-staging", "values: {}\n");
    await cloud.environment(
      "default/app-production-ledger",
      "values: {ledger: {revisions: {}, secrets: {}}}\n",
    );
    const names = ["app-production", "app-staging", "app-production-ledger"];
    const done = await run(previewed(...names.map((name) => environment(name))));
    equal(done.imported[0]?.resources.length, 3, done.stderr);
  });

  it("leaves no file behind when Pulumi refuses, and says why", async () => {
    await cloud.environment("default/app-production-keys", "values: {}\n");
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith("recover-"));
    const failed = await run(previewed(environment("app-production-keys")), "recover", () => {
      throw new RemedyError({
        code: "?",
        subject: "pulumi import",
        cause: "it ended with exit code 255",
        remedy: "fix it",
      });
    });
    deepEqual([failed.code, failed.stderr.includes("pulumi import: it ended")], [2, true]);
    deepEqual(
      readdirSync(tmpdir()).filter((name) => name.startsWith("recover-")),
      before,
    );
  });

  it("stops when the service does not say whether something exists", async () => {
    await fetch(`${cloud.url}/_sandbox/faults`, {
      method: "POST",
      body: JSON.stringify({ path: "metadata", answer: { status: 403 } }),
    });
    const stopped = await run(previewed(environment("app-production-keys")));
    deepEqual([stopped.code, stopped.imported], [2, []]);
  });

  it("imports a component once, however many resources lie below it", () => {
    const second = { ...TEAM, urn: `${ACCESS}$pulumiservice:index:Team::two` };
    const creations = creationsIn(previewed(COMPONENT, TEAM, second));
    const orphans = creations.slice(1).map((creation) => ({ creation, id: "x" }));
    equal(importFileFor(creations, orphans).resources.filter((each) => each.component).length, 1);
  });
});
