import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import fc from "fast-check";
import { catalog } from "../../../secrets/catalog";
import { type Catalog, resolveCatalog } from "../../../src/catalog/entry";
import { renderComposite } from "../../../src/catalog/esc-environments";
import { createHttp } from "../../../src/clients/http";
import { ConflictError, UnavailableError } from "../../../src/clients/pulumi-call";
import { createPulumiCloud } from "../../../src/clients/pulumi-cloud";
import { RemedyError } from "../../../src/errors";
import { createCatalogLoader } from "../../../src/loaders/typescript/catalog-loader";
import { MissingSecretsError } from "../../../src/loaders/typescript/collect-secrets";
import { Secret } from "../../../src/secret";
import { buildJobCatalog } from "../../../src/sync/job-catalog";
import { ValuesText } from "../../../src/sync/values-text";
import { type CloudFixture, ORG, startCloud, TOKENS } from "../../pulumi-cloud/cloud-fixture";

/** Values that YAML, ESC or a shell would like to read as something else. */
const ODD = [
  " leading and trailing ",
  "two\nlines\n",
  "crlf\r\n",
  "tab\t",
  "é e\u0301 🙂",
  "no",
  "null",
  "~",
  "1e3",
  "0123",
  "0x1F",
  "\x24{x}",
  "$\x24{x}",
  "$",
  "fn::secret",
  '{"ciphertext":"x"}',
  "a: b",
  "ab #c",
  "*a",
  "&a",
  "!a",
  "---",
  `"'\\`,
  "\u0001\u007f\u2028",
  "x".repeat(49_152),
];

const PLATFORM = { escProject: "default", application: "sophia-ai", appRoot: "sophia" };
const groups = Object.keys(catalog.groups);
const secrets = resolveCatalog(catalog).entries.filter((secret) => !secret.bootstrap);
const job = buildJobCatalog(resolveCatalog(catalog as Catalog), {
  ...PLATFORM,
  githubOrganization: "acme",
  pulumiOrganization: ORG,
  environments: ["production"],
  organizationStack: "production",
  carriers: ["main"],
  branch: "main",
  edition: "enterprise",
  acceptedTrust: [],
  pullRequestCarriers: [],
  runner: {},
  carrierRunners: {},
  compositeTags: {},
  approvers: [],
  webhookFormat: "slack",
  syncAuthentication: "oidc",
  accessReview: "yearly",
  resolveImages: false,
  leaving: false,
  dockerRegistry: "docker.io",
});

describe("what the sync writes and the loader reads, through the sandbox's Pulumi Cloud", () => {
  let cloud: CloudFixture;
  const client = () =>
    createPulumiCloud({
      url: cloud.url,
      organization: ORG,
      token: new Secret(TOKENS.admin),
      http: createHttp({ waitMs: 1 }),
    });
  const load = (token = TOKENS.admin) =>
    createCatalogLoader(
      catalog,
      { ...PLATFORM, pulumiOrganization: ORG },
      {
        variables: {
          SOPHIA_ENVIRONMENT: "production",
          PULUMI_ORG: ORG,
          PULUMI_BACKEND_URL: cloud.url,
          PULUMI_ACCESS_TOKEN: token,
        },
        http: createHttp({ tries: 2, waitMs: 1 }),
      },
    ).load();
  /** Writes a value for each secret into its group's environment, as the sync job does. */
  const write = async (value: (name: string) => string | undefined): Promise<void> => {
    for (const [group, environment] of Object.entries(job.targets[2]?.groups ?? {})) {
      const before = await client().read(environment);
      const text = new ValuesText("values: {}\n", PLATFORM.appRoot, environment);
      for (const secret of job.secrets.filter((each) => each.group === group)) {
        const found = value(secret.name);
        if (found === undefined) continue;
        text.set(secret, new Secret(found));
        text.map(secret);
      }
      await client().write(environment, text.toString(), before.etag);
    }
  };

  before(async () => {
    cloud = await startCloud();
    const production = job.targets[2]?.groups ?? {};
    for (const environment of Object.values(production)) await cloud.environment(environment, "values: {}\n");
    await cloud.environment("default/sophia-ai-production", renderComposite(PLATFORM, "production", groups));
  });
  after(() => cloud.close());
  afterEach(() => cloud.faults.clear());

  it("starts with nothing, and the loader says all that is missing", async () => {
    await rejects(load(), (error: unknown) => {
      ok(error instanceof MissingSecretsError);
      const certain = secrets.filter((secret) => secret.required || secret.default !== undefined);
      equal(error.keys.length, certain.length);
      match(error.message, /^default\/sophia-ai-production: \d+ secrets could not be loaded: /);
      return true;
    });
  });

  it("arrives byte for byte under every app key, odd values included", async () => {
    const values = new Map(secrets.map(({ name }, index) => [name, ODD[index % ODD.length] ?? ""]));
    await write((name) => values.get(name));
    const loaded = await load();
    const get = loaded.get as (key: string) => Secret;
    for (const secret of secrets) {
      for (const key of [secret.appKey, ...secret.appKeyAliases])
        ok(
          get(key).unwrap() === values.get(secret.name),
          `${key}: ${JSON.stringify(values.get(secret.name))}`,
        );
    }
  });

  it("arrives byte for byte whatever it is", async () => {
    const text = fc.string({ minLength: 1, unit: "binary" });
    const sets = fc.array(text, { minLength: secrets.length, maxLength: secrets.length });
    await fc.assert(
      fc.asyncProperty(sets, async (values) => {
        await write((name) => values[secrets.findIndex((secret) => secret.name === name)]);
        const get = (await load()).get as (key: string) => Secret;
        deepEqual(
          secrets.map((secret) => get(secret.appKey).unwrap()),
          values,
        );
      }),
      { numRuns: 10 },
    );
  });

  it("is one revision a write, and a stale write is refused", async () => {
    const name = "default/sophia-ai-production-api-keys";
    const { text, etag, revision } = await client().read(name);
    equal((await client().decrypt(name)).etag, etag);
    equal(await client().write(name, text, etag), revision + 1);
    await rejects(client().write(name, text, etag), ConflictError);
  });

  it("is not for those who may not open it, and an outage is told from that", async () => {
    const refused = (error: unknown) => error instanceof RemedyError && !(error instanceof UnavailableError);
    await rejects(load(TOKENS.dev), refused);
    await rejects(load("pul-unknown"), /token is unknown/);
    for (const answer of [{ status: 503 }, { status: 500 }]) {
      cloud.faults.add({ path: "/open", times: 2, answer });
      await rejects(load(), UnavailableError);
    }
    cloud.faults.add({ path: "/open", times: 2, reset: "before" });
    await rejects(load(), UnavailableError);
  });

  it("arrives in spite of one lost answer", async () => {
    for (const reset of ["before", "after"] as const) {
      cloud.faults.add({ path: "/open", reset });
      ok((await load()).openai_api_key.bytes > 0);
    }
  });
});
