import { deepEqual, equal, match, throws } from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectNames } from "../../sandbox/project-names";
import { readSeed } from "../../sandbox/read-seed";
import { CATALOG_FILES, ORGANIZATION, PULUMI_ORGANIZATION, STACK_FILES } from "../engine/other-organization";

const SEED = join(__dirname, "../../sandbox/seed.yaml");

describe("the names that the sandbox takes from a project", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "project-"));
    mkdirSync(join(folder, "secrets"));
    writeFileSync(
      join(folder, "secrets", "images.ts"),
      'export const IMAGES = [{ name: "a", reference: "b:1" }];\n',
    );
    writeFileSync(
      join(folder, "secrets", "catalog.ts"),
      'export const catalog = { accessPolicies: [{ identities: [{ type: "user", name: "till" }, { type: "team", name: "t" }] }] };\n',
    );
    for (const [file, text] of Object.entries(STACK_FILES)) writeFileSync(join(folder, file), text);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("are another organization's where its config and secrets/ are, with no word of the first one", () => {
    equal(Object.keys(CATALOG_FILES).length, 3);
    const names = projectNames(folder);
    deepEqual(names.stacks, ["test", "live"]);
    deepEqual(names.composites, { live: "vault/shop-live", test: "vault/shop-test" });
    const seed = readSeed(SEED, names);
    const [github, cloud] = [seed.github.organizations[0], seed.pulumi.organizations[0]];
    deepEqual(
      [github?.login, github?.repositories.map(({ name }) => name)],
      [ORGANIZATION, ["infrastructure"]],
    );
    equal(cloud?.name, PULUMI_ORGANIZATION);
    deepEqual(
      cloud?.members.map(({ login }) => login),
      ["platform-engineer", "developer", "auditor", "till"],
    );
    deepEqual(seed.registry.images, ["b:1"]);
    equal(/sophia|ai-cherry|scoobyjava/i.test(JSON.stringify(seed)), false);
  });

  it("give a repository for each carrier, and a person once", () => {
    const names = {
      ...projectNames(folder),
      carriers: ["one", "two"],
      people: ["auditor", "till"],
    };
    const seed = readSeed(SEED, names);
    deepEqual(
      seed.github.organizations[0]?.repositories.map(({ name }) => name),
      ["one", "two"],
    );
    equal(seed.pulumi.tokens.filter(({ login }) => login === "auditor").length, 1);
  });

  it("are needed: a folder without a stack's config is not a project", () => {
    for (const file of Object.keys(STACK_FILES)) rmSync(join(folder, file));
    throws(
      () => projectNames(folder),
      (error: Error) => {
        match(error.message, /has no Pulumi\.<stack>\.yaml/);
        return true;
      },
    );
  });
});
