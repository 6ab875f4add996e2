import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { parse, parseAllDocuments } from "yaml";
import { catalog as written } from "../../secrets/catalog";
import { resolveCatalog } from "../../src/catalog/entry";
import { applicationTeam } from "../../src/catalog/layout";
import type { LoaderSpec } from "../../src/loaders/generator/loader-spec";
import { readRuntimes } from "../../src/loaders/generator/read-runtimes";
import { renderApplication } from "../../src/loaders/generator/render-application";
import { loaderSpec } from "../../src/loaders/generator/spec-of-catalog";
import { KUBERNETES_TOKEN } from "../../src/loaders/typescript/token-sources";
import { readProject } from "../../src/operations/project";
import { externalSecret } from "../../src/operations/running/external-secret";
import { ORG, startCloud, TOKENS } from "../pulumi-cloud/cloud-fixture";

const ROOT = join(__dirname, "../..");
const catalog = resolveCatalog(written);
const project = readProject(ROOT);
const { settings } = project;
const page = (name: string) => readFileSync(join(ROOT, "docs", name), "utf8");
const snippets = (name: string, language: string): string[] =>
  [...page(name).matchAll(new RegExp(`^ *\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\`$`, "gm"))].map(
    ([, text = ""]) => text,
  );

describe("the pages on loading secrets", () => {
  it("load in TypeScript as the first snippet says, and show no value", async () => {
    const folder = mkdtempSync(join(tmpdir(), "pages-"));
    const cloud = await startCloud();
    try {
      const own = { ...settings, pulumiOrganization: ORG };
      const application = {
        name: "web",
        repository: "web",
        language: "typescript",
        path: "secrets.ts",
      } as const;
      writeFileSync(
        join(folder, "secrets.ts"),
        renderApplication(catalog, own, application, readRuntimes(ROOT)),
      );
      writeFileSync(
        join(folder, "main.mts"),
        `${snippets("load-in-typescript.md", "ts")[0]}\nconsole.log(key);`,
      );
      const outfile = join(folder, "main.mjs");
      buildSync({
        entryPoints: [join(folder, "main.mts")],
        bundle: true,
        platform: "node",
        format: "esm",
        outfile,
      });
      await cloud.environment("default/sophia-ai-staging", valuesOf(loaderSpec(catalog, own)));
      const env = {
        PATH: process.env.PATH,
        SOPHIA_ENVIRONMENT: "staging",
        PULUMI_BACKEND_URL: cloud.url,
        PULUMI_ACCESS_TOKEN: TOKENS.admin,
      };
      const told = await new Promise<string>((done, fail) => {
        execFile(process.execPath, [outfile], { env }, (error, stdout) =>
          error === null ? done(stdout) : fail(error),
        );
      });
      equal(told, "[secret]\ncanary-openai_api_key\n");
    } finally {
      await cloud.close();
      rmSync(folder, { recursive: true });
    }
  });

  it("log in to Docker Hub in Actions from standard input, with a secret that the catalog has", () => {
    const [step = ""] = snippets("load-in-kubernetes.md", "yaml");
    const [{ env, run }] = parse(step);
    const [[name, value] = ["", ""]] = Object.entries<string>(env);
    ok(catalog.entries.some((entry) => entry.name === name));
    equal(value, `\${{ secrets.${name} }}`);
    match(run, new RegExp(`^printf %s "\\$${name}" \\| docker login .*--password-stdin`));
  });

  it("project a pod's token for this organization, to where the loader looks for it", () => {
    const [, pod = ""] = snippets("load-in-kubernetes.md", "yaml");
    const { containers, volumes } = parse(pod).spec;
    const [{ serviceAccountToken }] = volumes[0].projected.sources;
    equal(serviceAccountToken.audience, `urn:pulumi:org:${settings.pulumiOrganization}`);
    const [{ mountPath }] = containers[0].volumeMounts;
    equal(`${mountPath}/${serviceAccountToken.path}`, KUBERNETES_TOKEN);
    match(page("load-in-kubernetes.md"), new RegExp(applicationTeam(settings, "staging")));
  });
});

describe("the manifest for the External Secrets Operator", () => {
  for (const environment of catalog.environments) {
    it(`opens what applications of ${environment} open, once, with the team's token`, () => {
      const documents = parseAllDocuments(externalSecret({ catalog, project }, environment, undefined));
      const [store, secret] = documents.map((each) => each.toJS());
      const name = `sophia-ai-${environment}`;
      deepEqual(store, {
        apiVersion: "external-secrets.io/v1",
        kind: "SecretStore",
        metadata: { name },
        spec: {
          provider: {
            pulumi: {
              organization: "scoobyjava-org",
              project: "default",
              environment: name,
              auth: { accessToken: { secretRef: { name: `${name}-pulumi`, key: "token" } } },
            },
          },
        },
      });
      deepEqual(secret.spec.secretStoreRef, { kind: "SecretStore", name });
      deepEqual(secret.spec.dataFrom, [{ extract: { key: "environmentVariables" } }]);
      deepEqual(
        [documents.length, secret.kind, secret.metadata, secret.spec.target.name],
        [2, "ExternalSecret", { name }, name],
      );
      match(
        page("load-in-kubernetes.md"),
        /kubectl create secret generic sophia-ai-staging-pulumi .* --from-file=token=/,
      );
    });
  }

  it("asks a Pulumi Cloud of one's own at its API, and knows the catalog's applications alone", () => {
    const own = { ...project, settings: { ...settings, pulumiApiUrl: "https://pulumi.example.com" } };
    match(
      externalSecret({ catalog, project: own }, "staging", "backend"),
      /apiUrl: https:\/\/pulumi\.example\.com\/api\/esc\n/,
    );
    throws(
      () => externalSecret({ catalog, project }, "staging", "backnd"),
      /application backnd. Remedy: use one of backend/,
    );
  });
});

function valuesOf({ entries }: LoaderSpec): string {
  const app: Record<string, unknown> = {};
  for (const { path, keys } of entries) {
    const steps = path.split(".");
    const last = steps.pop() ?? "";
    let at = app;
    for (const step of steps) {
      at[step] = at[step] ?? {};
      at = at[step] as Record<string, unknown>;
    }
    at[last] = { "fn::secret": `canary-${keys[0]}` };
  }
  return JSON.stringify({ values: { sophia: app } });
}
