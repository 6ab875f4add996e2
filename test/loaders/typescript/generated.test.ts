import { deepEqual, doesNotMatch, equal, match, ok, rejects, throws } from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { transformSync } from "esbuild";
import { parse } from "yaml";
import type { Secret } from "../../../src/secret";
import { type CloudFixture, startCloud, TOKENS } from "../../pulumi-cloud/cloud-fixture";
import { buildPackages, installTarball } from "../build-packages";
import { generate } from "../generate";

const ROOT = join(__dirname, "../../..");
const CASES = parse(readFileSync(join(ROOT, "src/loaders/contract/cases.yaml"), "utf8"), { merge: true });
const TSC = join(ROOT, "node_modules/typescript/lib/tsc.js");

/** What a generated file offers, as far as these tests call it. */
interface Generated {
  loadSecrets(options: object): Promise<Record<string, Secret | undefined>>;
  createSecretsLoader(options: object): { load(): Promise<Record<string, Secret | undefined>> };
  fake<Result>(values: object, run: () => Result, environment?: string): Result;
  getDockerHubConfig(secrets: object): Record<string, Secret | string>;
  getIntegrationConfig(secrets: object): { slack: Record<string, Secret | undefined> };
  MissingSecretsError: new () => Error;
}

const RIGHT = `
import { createSecretsLoader, fake, getDockerHubConfig, getIntegrationConfig, githubActions, loadSecrets } from "./MODULE";
import type { AppKey, LoadedSecrets, Secret } from "./MODULE";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <Claim extends true>(claim: Claim): Claim => claim;
holds<Same<LoadedSecrets["plain_key"], Secret>>(true);
holds<Same<LoadedSecrets["optional_key"], Secret | undefined>>(true);
holds<Same<LoadedSecrets["production_key"], Secret | undefined>>(true);
holds<Same<LoadedSecrets<"production">["production_key"], Secret>>(true);
holds<Same<LoadedSecrets<"staging">["production_key"], Secret | undefined>>(true);
export async function main(): Promise<string> {
  const secrets = await loadSecrets({ environment: "production", token: githubActions() });
  const loader = createSecretsLoader({ maxAge: 300, background: true });
  loader.onChange((next, changed) => [next.plain_key.unwrap(), changed.length]);
  const registry: string = getDockerHubConfig(secrets).registry;
  const bot: Secret | undefined = getIntegrationConfig(await loader.load()).slack.app_token;
  const key: AppKey = "older_name";
  fake({ plain_key: "x" }, () => secrets.get(key), "staging");
  return secrets.production_key.unwrap() + secrets.get("plain_key").unwrap() + registry + String(bot);
}
`;
const WRONG: Record<string, string> = {
  "an unknown property": "export const a = async () => (await loadSecrets()).plian_key;",
  "an unknown key": 'export const a = async () => (await loadSecrets()).get("plian_key");',
  "an absent value": "export const a = async () => (await loadSecrets()).optional_key.unwrap();",
  "a value as a text": "export const a = async (): Promise<string> => (await loadSecrets()).plain_key;",
  "an unknown environment": 'export const a = () => loadSecrets({ environment: "prod" });',
  "an unknown key in a fake": 'export const a = () => fake({ plian_key: "x" }, () => 1);',
  "an assignment": "export const a = async () => { (await loadSecrets()).plain_key = undefined as never; };",
};

describe("the generated TypeScript module", function () {
  this.timeout(120_000);
  let cloud: CloudFixture;
  let folder: string;
  const put = (path: string, text: string) => {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "generated-"));
    generate(folder);
    installTarball(buildPackages(join(folder, "packages")).tarball, folder);
    symlinkSync(join(ROOT, "node_modules/@types"), join(folder, "node_modules/@types"));
    cloud = await startCloud();
    const app = seal(CASES.values);
    await cloud.environment("contract/app-production-keys", JSON.stringify({ values: { app } }));
    const imports = ["contract/app-production-keys"];
    await cloud.environment("contract/app-production", JSON.stringify({ imports }));
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await cloud.close();
  });

  for (const name of ["with_runtime", "with_package"] as const) {
    for (const format of ["esm", "cjs"] as const) {
      it(`${name} loads, groups and fakes as ${format}`, async () => {
        const file = join(folder, `${name}.${format === "esm" ? "mjs" : "cjs"}`);
        const source = readFileSync(join(folder, `${name}.ts`), "utf8");
        writeFileSync(file, transformSync(source, { loader: "ts", format, platform: "node" }).code);
        const module = (await importNative(file)) as Generated;
        await exercise(module, cloud);
      });
    }

    it(`${name} has exact types, and wrong uses do not compile`, () => {
      put(`${name}-right.ts`, RIGHT.replaceAll("MODULE", name));
      const wrong = Object.entries(WRONG).map(([what, text], index) => {
        put(
          `${name}-wrong-${index}.ts`,
          `import { fake, loadSecrets } from "./${name}";\nvoid [fake, loadSecrets];\n${text}\n`,
        );
        return { what, file: `${name}-wrong-${index}.ts` };
      });
      const files = [`${name}-right.ts`, ...wrong.map(({ file }) => file)];
      const options =
        "--noEmit --strict --skipLibCheck --exactOptionalPropertyTypes --noUncheckedIndexedAccess --target es2022";
      const module = "--module esnext --moduleResolution bundler --types node --isolatedModules";
      const args = [TSC, ...`${options} ${module}`.split(" "), ...files];
      const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
      const blamed = new Set(stdout.split("\n").flatMap((line) => /^(\S+?)\(\d/.exec(line)?.[1] ?? []));
      deepEqual([...blamed].sort(), wrong.map(({ file }) => file).sort(), stdout);
    });
  }

  it("with the runtime included needs nothing but Node.js, and types that Node.js can strip", () => {
    const source = readFileSync(join(folder, "with_runtime.ts"), "utf8");
    const imported = [...source.matchAll(/^import .* from "([^"]+)";$/gm)].map(([, from]) => from);
    ok(imported.length > 0 && imported.every((from) => from?.startsWith("node:")), imported.join(", "));
    const file = join(folder, "stripped.mts");
    writeFileSync(file, source);
    const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
    if (major < 22 || (major === 22 && minor < 18)) return; // older ones strip no types
    const code = `import { getDockerHubConfig } from ${JSON.stringify(pathToFileURL(file))}; console.log(typeof getDockerHubConfig)`;
    equal(
      execFileSync(process.execPath, ["--input-type=module", "-e", code], { encoding: "utf8" }),
      "function\n",
    );
  });
});

async function exercise(module: Generated, cloud: CloudFixture): Promise<void> {
  const variables = {
    APP_ENVIRONMENT: "production",
    PULUMI_BACKEND_URL: cloud.url,
    PULUMI_ACCESS_TOKEN: TOKENS.admin,
  };
  const secrets = await module.loadSecrets({ variables });
  equal(secrets.older_name?.unwrap(), "renamed-value");
  const docker = module.getDockerHubConfig(secrets);
  equal((docker.access_token as Secret).unwrap(), "nested-value");
  equal(docker.registry, "docker.io");
  doesNotMatch(inspect([secrets, docker], { depth: 9 }), /-value/);
  equal(module.getIntegrationConfig(secrets).slack.app_token, undefined);
  const unavailable = { ...variables, PULUMI_BACKEND_URL: "http://127.0.0.1:1" };
  const faked = await module.fake({ plain_key: "fake-text" }, async () =>
    module.createSecretsLoader({ variables: unavailable }).load(),
  );
  equal(faked.plain_key?.unwrap(), "fake-text");
  throws(() => faked.own_name, module.MissingSecretsError);
  throws(() => module.fake({ plian_key: "x" }, () => 1), /plain_key \(PLAIN_KEY\)/);
  await rejects(module.loadSecrets({ variables: unavailable, timeout: 1 }), (error: Error) => {
    match(error.message, /no answer/);
    doesNotMatch(error.message, new RegExp(TOKENS.admin));
    return true;
  });
}

/** `import()` that a transpiler does not turn into `require`. */
const importNative = (file: string): Promise<unknown> =>
  new Function("url", "return import(url)")(pathToFileURL(file).href) as Promise<unknown>;

function seal(values: object): object {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      typeof value === "object" ? seal(value as object) : { "fn::secret": value },
    ]),
  );
}
