import { stringify } from "yaml";
import { RemedyError } from "../../errors";
import { loaderSpec } from "../../loaders/generator/spec-of-catalog";
import type { Context } from "../context";

/** Key of the Kubernetes Secret under which the operator finds its token of Pulumi Cloud. */
const TOKEN_KEY = "token";

/**
 * The manifest with which the External Secrets Operator keeps a Kubernetes Secret of an environment's variables: its
 * store, and what it fetches. Names alone.
 *
 * It fetches `environmentVariables` whole, because the operator opens the environment again for each key
 * (providers/v1/pulumi/pulumi.go, 2026-08). Its token is one of the application's team: with the operator's own OIDC it
 * asks for a token of the whole organization (auth_oidc.go).
 *
 * @param application one of the catalog's, for the environment that it alone opens; the whole composite when left out.
 * @throws RemedyError for an application that the catalog does not have.
 */
export function externalSecret(
  { catalog, project }: Pick<Context, "catalog" | "project">,
  deployment: string,
  application: string | undefined,
): string {
  const { settings } = project;
  const found = catalog.applications.find(({ name }) => name === application);
  if (application !== undefined && found === undefined) {
    const known = catalog.applications.map(({ name }) => name).sort();
    throw new RemedyError({
      code: "application-unknown",
      subject: "--application",
      cause: `the catalog has no application ${application}`,
      remedy: known.length === 0 ? "leave it out: there is none" : `use one of ${known.join(", ")}`,
    });
  }
  const spec = loaderSpec(catalog, settings, { ...found, environments: [deployment] });
  const [escProject, name = ""] = (spec.environments[deployment]?.opens ?? "").split("/");
  const pulumi = {
    ...(settings.pulumiApiUrl === undefined ? {} : { apiUrl: `${settings.pulumiApiUrl}/api/esc` }),
    organization: spec.organization,
    project: escProject,
    environment: name,
    auth: { accessToken: { secretRef: { name: `${name}-pulumi`, key: TOKEN_KEY } } },
  };
  const manifest = (kind: string, body: object) =>
    stringify({ apiVersion: "external-secrets.io/v1", kind, metadata: { name }, spec: body });
  return [
    manifest("SecretStore", { provider: { pulumi } }),
    manifest("ExternalSecret", {
      refreshInterval: "1h",
      secretStoreRef: { kind: "SecretStore", name },
      target: { name, creationPolicy: "Owner" },
      dataFrom: [{ extract: { key: "environmentVariables" } }],
    }),
  ].join("---\n");
}
