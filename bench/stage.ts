import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { stringify } from "yaml";
import { AuditLog } from "../sandbox/core/audit";
import { type Running, serveService } from "../sandbox/core/serve";
import { createPulumiService } from "../sandbox/pulumi/pulumi-service";
import { catalog } from "../secrets/catalog";
import { resolveCatalog } from "../src/catalog/entry";
import { renderComposite } from "../src/catalog/esc-environments";
import { compositeEnvironment, pathOf } from "../src/catalog/layout";
import { parseSettings, type Settings } from "../src/catalog/settings";
import { fileOfStack, parseStackFile, textsOf } from "../src/catalog/stack-file";
import type { LoaderSpec } from "../src/loaders/generator/loader-spec";
import { readRuntimes } from "../src/loaders/generator/read-runtimes";
import { renderPython } from "../src/loaders/generator/render-python";
import { loaderSpec } from "../src/loaders/generator/spec-of-catalog";
import { renderScript } from "../src/sync/carrier-files";
import { buildJobCatalog } from "../src/sync/job-catalog";
import { prepareToolchain } from "../toolchain/toolchain";
import { type Replay, startReplay } from "./replay";

const ORGANIZATION = "acme-cloud";
const TOKEN = "pul-bench";
const PROJECT = join(__dirname, "..");

/** The production stack's own, in the organization of this bench and with a token in the place of an identity. */
const SETTINGS = settingsHere("production");

function settingsHere(stack: string): Settings {
  const file = fileOfStack(stack);
  const config = textsOf(parseStackFile(readFileSync(join(PROJECT, file), "utf8"), file, "sophia-secrets"));
  const own = { pulumiOrganization: ORGANIZATION, syncAuthentication: "token" };
  const { settings, problems } = parseSettings({ ...config, ...own });
  if (settings === undefined) throw new Error(`${file}: ${problems.map(({ cause }) => cause).join("; ")}`);
  return settings;
}

/** A Pulumi Cloud on this machine with this project's production in it, and programs to run against it. */
export class Stage {
  private constructor(
    private readonly cloud: Running,
    private readonly folder: string,
    readonly pulumi: string,
    private readonly replay: Replay,
  ) {}

  static async start(): Promise<Stage> {
    const folder = mkdtempSync(join(tmpdir(), "bench-"));
    const { pulumi } = await prepareToolchain({
      projectDir: PROJECT,
      sandboxDir: join(PROJECT, ".sandbox", "bench"),
      plugins: "auto",
      providers: [],
      environment: process.env,
      report: (line) => console.error(line),
    });
    const members = [{ login: "ada", role: "admin" as const }];
    const organization = { name: ORGANIZATION, members, defaultEnvironmentPermission: "none" as const };
    const seed = { organizations: [organization], tokens: [{ token: TOKEN, login: "ada" }], issuers: {} };
    const context = { folder: undefined, audit: new AuditLog(undefined) };
    const cloud = await serveService(createPulumiService(context, { seed }), context);
    const stage = new Stage(cloud, folder, pulumi, await startReplay(cloud.url));
    await stage.prepare();
    return stage;
  }

  async close(): Promise<void> {
    this.replay.close();
    await this.cloud.close();
    rmSync(this.folder, { recursive: true });
  }

  /** Secrets that a sync writes. */
  readonly names = job().secrets.map((secret) => secret.name);

  /** A right value for every secret, another for every run. */
  values(run: number): Record<string, string> {
    return Object.fromEntries(job().secrets.map((secret) => [secret.name, `value-of-${secret.name}-${run}`]));
  }

  /** The job's script, as a carrier has it. */
  script(): string {
    return this.file(
      "sync.cjs",
      renderScript(job(), readFileSync(join(PROJECT, "dist/sync_secrets.cjs"), "utf8")),
    );
  }

  /**
   * A program that loads all secrets, refreshes them so many times, and ends.
   *
   * @param count of secrets, when not the catalog's: then of an environment that holds as many and nothing else.
   */
  loader(refreshes = 0, count?: number): string {
    const spec = JSON.stringify(count === undefined ? SPEC : specOf(count));
    const acts = `loader.load()${".then(() => loader.refresh())".repeat(refreshes)};`;
    const contents = `import { createLoader } from "./src/loaders/typescript/create-loader"; const loader = createLoader(${spec}, { environment: "production" }); ${acts}`;
    return this.bundle(`loader-${refreshes}-${count ?? "all"}.cjs`, contents);
  }

  /** A program that opens the same environment with Pulumi's own client for Node.js. Its address drops the port. */
  vendorClient(): string {
    const [project, name] = COMPOSITE.split("/");
    const contents = `import { Configuration, EscApi } from "@pulumi/esc-sdk";
      const configuration = new Configuration({ accessToken: "${TOKEN}", basePath: "${this.replay.url}" });
      const client = new EscApi(configuration);
      configuration.basePath = "${this.replay.url}/api/esc";
      Object.assign(client.rawApi, { basePath: configuration.basePath });
      client.openAndReadEnvironment("${ORGANIZATION}", "${project}", "${name}");`;
    return this.bundle("vendor-client.cjs", contents);
  }

  /** Python code that does the same with Pulumi's own client for Python. */
  vendorPython(): string {
    const [project, name] = COMPOSITE.split("/");
    return `import pulumi_esc_sdk as esc
configuration = esc.Configuration(host="${this.replay.url}", access_token="${TOKEN}")
esc.EscClient(configuration).open_and_read_environment("${ORGANIZATION}", "${project}", "${name}")`;
  }

  /** A folder with the module `bench_loader`, as the stack commits it to an application. */
  pythonLoader(): string {
    const runtime = { included: readRuntimes(PROJECT).python };
    this.file("bench_loader.py", renderPython({ spec: SPEC, groupings: {}, runtime, docs: "docs" }));
    return this.folder;
  }

  /** A key that an application asks for. */
  firstKey(): string {
    return SPEC.entries[0]?.keys[0] ?? "";
  }

  private bundle(name: string, contents: string): string {
    const outfile = join(this.folder, name);
    const stdin = { contents, resolveDir: PROJECT, loader: "ts" as const };
    buildSync({ stdin, bundle: true, platform: "node", target: "node22", format: "cjs", outfile });
    return outfile;
  }

  file(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** Variables of a process that works here. */
  env(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    return {
      PATH: process.env.PATH ?? "",
      HOME: this.folder,
      PULUMI_HOME: this.folder,
      PULUMI_BACKEND_URL: this.cloud.url,
      PULUMI_ACCESS_TOKEN: TOKEN,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      [SPEC.variable]: "production",
      SYNC_ENVIRONMENT: "production",
      SYNC_ALLOW_MANY_CHANGES: "true",
      ...more,
    };
  }

  /** The same, with answers that are there already: what is measured is the client alone. */
  replayed(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    return this.env({ PULUMI_BACKEND_URL: this.replay.url, ...more });
  }

  /** `METHOD path` of the requests since the last call. */
  async requests(): Promise<string[]> {
    const answer = await fetch(`${this.cloud.url}/_sandbox/requests`, { method: "DELETE" });
    return (await answer.json()) as string[];
  }

  private async prepare(): Promise<void> {
    const [target] = job().targets.filter(({ environment }) => environment === "production");
    const values = Object.values(target?.groups ?? {});
    for (const path of [...values, target?.ledger ?? "", CLI_ENVIRONMENT])
      await this.create(path, "values: {}\n");
    const many = specOf(MANY).entries.map(({ path, name }) => [path, { "fn::secret": `value of ${name}` }]);
    await this.create(MANY_PATH, stringify({ values: { [APP_ROOT]: Object.fromEntries(many) } }));
    const composite = compositeEnvironment(SETTINGS, "production");
    await this.create(
      pathOf(composite),
      renderComposite(SETTINGS, "production", Object.keys(catalog.groups)),
    );
  }

  private async create(path: string, text: string): Promise<void> {
    const [project, name] = path.split("/");
    const base = `${this.cloud.url}/api/esc/environments/${ORGANIZATION}`;
    const headers = { authorization: `token ${TOKEN}` };
    await fetch(base, { method: "POST", headers, body: JSON.stringify({ project, name }) });
    const { status } = await fetch(`${base}/${path}`, { method: "PATCH", headers, body: text });
    if (status !== 200) throw new Error(`${path} could not be made: ${status}`);
  }
}

/** Where `pulumi env set` writes. */
export const CLI_ENVIRONMENT = "default/bench-cli";

/** The key that all values stand below. */
export const APP_ROOT = SETTINGS.appRoot;

/** What applications open. */
export const COMPOSITE = pathOf(compositeEnvironment(SETTINGS, "production"));

/** How many secrets a large organization has. */
export const MANY = 1000;
const MANY_PATH = "default/bench-many";

const SPEC = loaderSpec(resolveCatalog(catalog), SETTINGS);

/** A loader's spec of that many secrets, all in one environment. */
function specOf(count: number): LoaderSpec {
  const place = { opens: MANY_PATH, watches: [MANY_PATH], team: "" };
  const entries = Array.from({ length: count }, (_, index) => {
    const path = `secret_${String(index).padStart(4, "0")}`;
    return { name: path.toUpperCase(), keys: [path], path, requiredIn: ["production"] };
  });
  return { ...SPEC, environments: { production: place }, entries };
}

/** Values of any form: what is measured is the way, not the checks. */
function job() {
  const whole = buildJobCatalog(resolveCatalog(catalog), SETTINGS);
  const secrets = whole.secrets.map((secret) => ({ ...secret, format: "text" as const }));
  return { ...whole, secrets };
}

/** Time from a process's start to its first request, in milliseconds. The answer is a refusal that ends it. */
export async function firstRequest(start: (url: string) => Promise<unknown>): Promise<number> {
  const began = performance.now();
  let first: number | undefined;
  const server = createServer((_, response) => {
    first ??= performance.now() - began;
    response.writeHead(401, { "content-type": "application/json" }).end("{}");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  await start(`http://127.0.0.1:${(server.address() as AddressInfo).port}`).catch(() => undefined);
  server.close();
  server.closeAllConnections();
  if (first === undefined) throw new Error("it asked nothing");
  return first;
}
