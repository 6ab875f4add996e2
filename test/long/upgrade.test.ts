import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { copyProject, type EngineProject, startProject } from "../engine/engine-project";
import { skip } from "../skip";

/** The last commit before the structure of secrets/ and src/ changed. */
const BEFORE = "f1bd76c";
const CHECKOUT = resolve(__dirname, "..", "..");
const STACKS = ["production", "staging"];

/** The files of secrets/ at that commit that hold data alone, and where their vocabulary is now. */
const DATA = ["catalog", "access-policies", "groups", "environments", "images", "vendor-pages"];
const VOCABULARY = { '"./entry"': '"../src/catalog/entry"', '"./access"': '"../src/catalog/access-policy"' };

/** What a later version of the program may update in place, and why. */
const UPDATED: Readonly<Record<string, string>> = {
  "pulumi-nodejs:dynamic/github:SecretRepositories":
    "this project's own resource takes the place of the provider's, and writes nothing where the list is right",
  "github:index/repositoryFile:RepositoryFile": "each version renders the workflow and its script again",
  "pulumi:providers:github":
    "the state no longer holds an address that the plugin reads from its environment",
  "pulumiservice:index:OidcIssuer": "tokens live as long as the longest declared job, not 3,600 s",
  "sophia-secrets:esc:IdentityTrust":
    "the component records which rules are its own, before the issuer is written",
  "pulumiservice:api/esc:EnvironmentSettings": "composites get deletion protection",
};

/** A resource's step in a preview. */
interface Step {
  op: string;
  urn: string;
}

const typeOf = ({ urn }: Step) => urn.split("::")[2]?.split("$").at(-1) ?? "";

describe("a stack made before the structure changed", function () {
  this.timeout(600_000);
  let old: string | undefined;
  let project: EngineProject;

  before(async function () {
    old = programOf(BEFORE);
    if (old === undefined) {
      return skip(this, `this checkout has no commit ${BEFORE} (a shallow clone, or an archive)`);
    }
    project = await startProject({ checkout: old });
    for (const stack of STACKS) await project.ok("up", "-s", stack, "--yes", "--skip-preview");
    await project.people.setSecret("OPENAI_API_KEY", "sk-proj-of-a-person-0123456789");
    await project.requests("github");
    // The catalog of that time: what people changed in it since is theirs, and not the code's.
    copyProject(project.folder, { files: dataOf(old) });
    const stackFiles = readdirSync(old).filter((file) => /^Pulumi\..+\.yaml$/.test(file));
    for (const file of stackFiles) writeFileSync(join(project.folder, file), readFileSync(join(old, file)));
  });
  after(async () => {
    await project?.close();
    if (old !== undefined) rmSync(old, { recursive: true, force: true });
  });

  const steps = async (stack: string): Promise<Step[]> => {
    const { stdout } = await project.pulumi("preview", "-s", stack, "--json", "--show-sames");
    return (JSON.parse(stdout) as { steps: Step[] }).steps;
  };

  for (const stack of STACKS)
    it(`shows no delete, no replace and no change of a secret: ${stack}`, async () => {
      const found = await steps(stack);
      assert.ok(found.length > 50, `${found.length} steps`);
      const changes = found.filter(({ op }) => !["same", "create", "import"].includes(op));
      const others = changes.filter((step) => step.op !== "update" || UPDATED[typeOf(step)] === undefined);
      assert.deepEqual(
        others.map((step) => `${step.op} ${step.urn}`),
        [],
      );
      const created = found.filter(({ op }) => op === "create").map(typeOf);
      assert.ok(!created.some((type) => /Secret|:Environment$/.test(type)), created.join(", "));
    });

  it("is brought to the new version without a value being written", async () => {
    for (const stack of STACKS) await project.ok("up", "-s", stack, "--yes", "--skip-preview");
    const writes = (await project.requests("github")).filter((each) => /^(PUT|DELETE) /.test(each));
    assert.deepEqual(
      writes.filter((each) => each.includes("/secrets")),
      [],
    );
    await project.ok("preview", "-s", "production", "--refresh", "--expect-no-changes");
  });

  it("would show a delete where a component had another type", async () => {
    const file = join(project.folder, "src/resources/esc/deployment-environment.ts");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace("sophia-secrets:esc:Stage", "sophia-secrets:esc:Deployment"));
    const ops = new Set((await steps("staging")).map(({ op }) => op));
    assert.ok(ops.has("create") && (ops.has("delete") || ops.has("discard")), [...ops].join(", "));
  });
});

/** The project at a commit, in a folder of its own; undefined where the history does not have it. */
function programOf(commit: string): string | undefined {
  const git = (...args: string[]) =>
    execFileSync("git", args, { cwd: CHECKOUT, maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "ignore"] });
  try {
    git("cat-file", "-e", `${commit}^{commit}`);
  } catch {
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), "before-"));
  execFileSync("tar", ["-x", "-C", folder], { input: git("archive", commit) });
  return folder;
}

function dataOf(folder: string): Record<string, string> {
  const pairs = DATA.map((name) => {
    const file = `secrets/${name}.ts`;
    const text = Object.entries(VOCABULARY).reduce(
      (all, [from, to]) => all.replaceAll(from, to),
      readFileSync(join(folder, file), "utf8"),
    );
    // What a newer version asks of people: its policies open values that other environments have too.
    return [
      file,
      text.replaceAll(/(?<=: \{[^}]*)rotationDays: \d+(?=[^}]*owner)/g, '$&, sharedBecause: "It was so"'),
    ];
  });
  return Object.fromEntries(pairs);
}
