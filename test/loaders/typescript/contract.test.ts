import { deepEqual, equal, ok } from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { parse } from "yaml";
import type { Fault } from "../../../sandbox/core/faults";
import { RemedyError } from "../../../src/errors";
import type { LoaderSpec } from "../../../src/loaders/generator/loader-spec";
import { createLoader, type Loader } from "../../../src/loaders/typescript/create-loader";
import type { LoaderOptions } from "../../../src/loaders/typescript/loader-options";
import { kubernetes, type TokenSource } from "../../../src/loaders/typescript/token-sources";
import type { Secret } from "../../../src/secret";
import { type CloudFixture, TOKENS } from "../../pulumi-cloud/cloud-fixture";
import { type ContractCloud, startContractCloud } from "../contract-cloud";

/** One step of a case, as the head of cases.yaml explains it. */
interface Step {
  write?: object;
  raw?: object;
  fault?: Fault;
  wait?: number;
  new?: LoaderOptions & { variables?: Record<string, string | null>; identity?: object };
  load?: object;
  refresh?: object;
  get?: string;
  values?: Record<string, string | null>;
  error?: { code: string; subject?: string; keys?: string[] };
  requests?: string[];
  changed?: string[];
  never?: string[];
  says?: string[];
  within?: number;
}
type Loaded = Record<string, Secret | undefined> & { get(key: string): Secret | undefined };

const CONTRACT = join(__dirname, "../../../src/loaders/contract");
const read = (file: string) => parse(readFileSync(join(CONTRACT, file), "utf8"), { merge: true });
const { spec, cases } = read("cases.yaml") as { spec: LoaderSpec; cases: { name: string; steps: Step[] }[] };
const CODES = Object.keys(read("codes.yaml") as object);

describe("the TypeScript loader keeps the contract: it", () => {
  let all: ContractCloud;
  before(async () => {
    all = await startContractCloud();
  });
  after(() => all.close());
  beforeEach(() => all.cloud.faults.clear());

  for (const { name, steps } of cases) {
    it(name, async () => {
      const run = new Run(all);
      await run.step({ new: {} });
      for (const step of steps) await run.step(step);
    });
  }
});

/** One case under way. */
class Run {
  private loader: Loader<Loaded>;
  private readonly changed = new Set<string>();
  private readonly written = new Set<string>([TOKENS.admin]);

  private readonly cloud: CloudFixture;

  constructor(private readonly all: ContractCloud) {
    this.cloud = all.cloud;
    this.loader = createLoader(spec);
  }

  async step(step: Step): Promise<void> {
    const began = performance.now();
    const error = await this.attempt(step).then(
      () => undefined,
      (failure: unknown) => failure,
    );
    if (error !== undefined) this.checkError(step, error);
    else equal(step.error, undefined, "nothing was refused");
    if (step.within !== undefined) ok(performance.now() - began < step.within * 1000);
    if (step.requests !== undefined) deepEqual(await this.requests(), step.requests);
    if (step.changed !== undefined) deepEqual([...this.changed].sort(), [...step.changed].sort());
  }

  private async attempt(step: Step): Promise<void> {
    const { write, raw, fault, wait } = step;
    if (write !== undefined || raw !== undefined) await this.write(write ?? raw ?? {}, raw === undefined);
    else if (fault !== undefined) this.cloud.faults.add(fault);
    else if (wait !== undefined) await new Promise((done) => setTimeout(done, wait * 1000));
    else if (step.new !== undefined) this.renew(step.new);
    else {
      await this.requests();
      const secrets = await (step.load === undefined ? this.loader.refresh() : this.loader.load());
      for (const [key, value] of Object.entries(step.values ?? {}))
        equal(secrets.get(key)?.unwrap() ?? null, value, key);
      if (step.get !== undefined) secrets.get(step.get);
    }
  }

  private renew({ variables = {}, identity, ...options }: NonNullable<Step["new"]>): void {
    const usual = {
      APP_ENVIRONMENT: "production",
      PULUMI_BACKEND_URL: this.cloud.url,
      PULUMI_ACCESS_TOKEN: TOKENS.admin,
      HOME: "/nonexistent",
    };
    const given = Object.entries({ ...usual, ...variables }).filter(([, value]) => value !== null);
    const all = Object.fromEntries(given) as Record<string, string>;
    if (identity !== undefined) options.token = this.serviceAccount(identity);
    this.loader = createLoader(spec, { ...options, variables: all });
    this.loader.onChange((_, changed) => {
      for (const key of changed) this.changed.add(key);
    });
  }

  /** A service account's token in a file: signed by the cluster, for Pulumi Cloud unless the claims say otherwise. */
  private serviceAccount(claims: object): TokenSource {
    const path = join(mkdtempSync(join(tmpdir(), "identity-")), "token");
    const token = this.all.issuer.sign({ aud: `urn:pulumi:org:${spec.organization}`, ...claims });
    this.written.add(token);
    writeFileSync(path, `${token}\n`);
    return kubernetes({ path });
  }

  private async write(values: object, isSecret: boolean): Promise<void> {
    for (const [value] of JSON.stringify(values).matchAll(/[a-z]+-value/g)) this.written.add(value);
    const app = isSecret ? sealed(values) : values;
    for (const { opens, watches } of Object.values(spec.environments)) {
      await this.put(watches[0] ?? "", { values: { app } });
      await this.put(opens, { imports: [watches[0]] });
    }
  }

  private async put(path: string, definition: object): Promise<void> {
    const [project, name] = path.split("/");
    const at = `/api/esc/environments/${spec.organization}`;
    await this.cloud.call("POST", at, { body: { project, name } });
    const { status, text } = await this.cloud.call("PATCH", `${at}/${path}`, {
      body: JSON.stringify(definition),
    });
    equal(status, 200, text);
  }

  /** What was asked since the last time, in the contract's words. */
  private async requests(): Promise<string[]> {
    const { json } = await this.cloud.call("DELETE", "/_sandbox/requests");
    return (json as string[]).filter((each) => !each.includes("_sandbox")).map(wordOf);
  }

  private checkError(step: Step, error: unknown): void {
    ok(error instanceof RemedyError, inspect(error));
    const { code, subject, cause, remedy } = error.problem;
    equal(code, step.error?.code, inspect(error));
    ok(CODES.includes(code), code);
    equal(subject, step.error?.subject ?? subject);
    if (step.error?.keys !== undefined) deepEqual((error as { keys?: unknown }).keys, step.error.keys);
    const told = inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error) + error.stack;
    for (const text of [...(step.never ?? []), ...this.written])
      ok(!told.includes(text), `${text} in ${told}`);
    for (const text of step.says ?? []) ok(`${cause} ${remedy}`.includes(text), text);
  }
}

function sealed(values: object): object {
  const some = Object.entries(values).filter(([, value]) => value !== null);
  return Object.fromEntries(
    some.map(([key, value]) => {
      if (typeof value === "object") return [key, sealed(value as object)];
      const text = value as string;
      if (/^[\x20-\x7e]*$/.test(text)) return [key, { "fn::secret": text }];
      const base64 = Buffer.from(text, "utf8").toString("base64"); // as the sync writes it
      return [key, { "fn::fromBase64": { "fn::secret": base64 } }];
    }),
  );
}

function wordOf(request: string): string {
  if (request.includes("/api/oauth/token")) return "exchange";
  if (request.includes("/open?")) return "open";
  if (request.includes("/open/")) return "read";
  return /\/payready(\?|$)/.test(request) ? "list" : request;
}
