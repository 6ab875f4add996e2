import { deepEqual, doesNotMatch, equal, match, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import { build } from "esbuild";
import { catalog } from "../../../secrets/catalog";
import { resolveCatalog } from "../../../src/catalog/entry";
import { createHttp, type HttpAnswer, type HttpRequest } from "../../../src/clients/http";
import { UnavailableError } from "../../../src/clients/pulumi-call";
import { RemedyError } from "../../../src/errors";
import { createCatalogLoader } from "../../../src/loaders/typescript/catalog-loader";
import { MissingSecretsError } from "../../../src/loaders/typescript/collect-secrets";
import type { LoaderOptions } from "../../../src/loaders/typescript/loader-options";
import { escDocument } from "./esc-document";

const ROOT = join(__dirname, "../../..");
const SETTINGS = {
  pulumiOrganization: "scoobyjava-org",
  escProject: "default",
  application: "sophia-ai",
  appRoot: "sophia",
};
type Environment = (typeof catalog.environments)[number];
const loadSecrets = (options: LoaderOptions<Environment>) =>
  createCatalogLoader(catalog, SETTINGS, options).load();
const VARIABLES = { SOPHIA_ENVIRONMENT: "production", PULUMI_ACCESS_TOKEN: "pul-hidden" };

/** Every secret of the catalog at its path, with its name as the value. */
function everything(): object {
  const sophia: Record<string, unknown> = {};
  for (const secret of resolveCatalog(catalog).entries) {
    const path = secret.path.split(".");
    const last = path.pop() ?? "";
    let place = sophia;
    for (const name of path) {
      place[name] ??= {};
      place = place[name] as Record<string, unknown>;
    }
    place[last] = `value of ${secret.name}`;
  }
  return { sophia };
}

/** A Pulumi Cloud that opens one document, and the requests it got. */
function cloud(document: unknown): {
  requests: HttpRequest[];
  http: (r: HttpRequest) => Promise<HttpAnswer>;
} {
  const requests: HttpRequest[] = [];
  return {
    requests,
    http: async (request) => {
      requests.push(request);
      const body = request.method === "POST" ? { id: "session" } : document;
      return { status: 200, headers: {}, text: JSON.stringify(body) };
    },
  };
}
const answering = (status: number) => async () => ({ status, headers: {}, text: '{"message":"pul-hidden"}' });

describe("a loader for a catalog", () => {
  it("opens Sophia's composite environment with two calls and returns every app key's value", async () => {
    const { http, requests } = cloud(escDocument(everything()));
    const secrets = await loadSecrets({ variables: VARIABLES, http });
    const base =
      "https://api.pulumi.com/api/esc/environments/scoobyjava-org/default/sophia-ai-production/open";
    deepEqual(
      requests.map(({ method, url }) => [method, url]),
      [
        ["POST", `${base}?duration=2h`],
        ["GET", `${base}/session`],
      ],
    );
    equal(secrets.docker_hub_access_token.unwrap(), "value of DOCKER_HUB_ACCESS_TOKEN");
    equal(secrets.hubspot_access_token.unwrap(), "value of HUBSPOT_API_KEY");
    const keys = resolveCatalog(catalog)
      .entries.filter((secret) => !secret.bootstrap)
      .flatMap((secret) => [secret.appKey, ...secret.appKeyAliases]);
    deepEqual(Object.keys(secrets).sort(), keys.sort());
  });

  it("opens the environment the caller names", async () => {
    const { http, requests } = cloud(escDocument(everything()));
    await loadSecrets({ environment: "staging", organization: "acme", variables: VARIABLES, http });
    match(requests[0]?.url ?? "", /\/acme\/default\/sophia-ai-staging\/open/);
    await rejects(
      // @ts-expect-error not an environment of the catalog
      loadSecrets({ environment: "prod", variables: VARIABLES, http }),
      /prod is not an environment/,
    );
  });

  it("refuses an environment without values, naming all that is required", async () => {
    const { http } = cloud(escDocument({ sophia: {} }));
    await rejects(loadSecrets({ variables: VARIABLES, http }), (error: MissingSecretsError) => {
      ok(error instanceof MissingSecretsError);
      const certain = resolveCatalog(catalog).entries.filter(
        (secret) => !secret.bootstrap && (secret.required || secret.default !== undefined),
      );
      deepEqual(
        error.keys,
        certain.map((secret) => secret.appKey),
      );
      return true;
    });
  });

  it("says that Pulumi Cloud is down, and returns nothing, when it is", async () => {
    for (const status of [429, 500, 503]) {
      await rejects(loadSecrets({ variables: VARIABLES, http: answering(status) }), UnavailableError);
    }
    const nowhere = { variables: VARIABLES, url: "http://127.0.0.1:1", http: createHttp({ tries: 1 }) };
    await rejects(loadSecrets(nowhere), (error: Error) => {
      ok(error instanceof UnavailableError);
      match(error.message, /sophia-ai-production: no answer \(ECONNREFUSED\)/);
      return true;
    });
  });

  it("tells a refused token or environment from an outage", async () => {
    for (const status of [400, 401, 403, 404]) {
      await rejects(loadSecrets({ variables: VARIABLES, http: answering(status) }), (error: Error) => {
        ok(error instanceof RemedyError && !(error instanceof UnavailableError), String(status));
        doesNotMatch(error.message, /pul-hidden/);
        return true;
      });
    }
  });

  it("refuses an answer that is not an environment", async () => {
    for (const document of [null, "text", 1])
      await rejects(loadSecrets({ variables: VARIABLES, http: cloud(document).http }), RemedyError);
  });

  it("asks nothing before every option is right", async () => {
    const { http, requests } = cloud({});
    await rejects(
      loadSecrets({ variables: { SOPHIA_ENVIRONMENT: "production", HOME: "/nonexistent" }, http }),
      /PULUMI_ACCESS_TOKEN/,
    );
    equal(requests.length, 0);
  });

  it("brings no package along", async () => {
    const { metafile } = await build({
      entryPoints: [join(ROOT, "src/loaders/typescript/create-loader.ts")],
      bundle: true,
      write: false,
      metafile: true,
      platform: "node",
      logLevel: "silent",
    });
    deepEqual(
      Object.keys(metafile.inputs).filter((file) => file.includes("node_modules")),
      [],
    );
  });
});
