import { catalog } from "../../../secrets/catalog";
import { PLATFORM } from "../../../secrets/platform";
import { createHttp } from "../../clients/http";
import { createPulumiCloud } from "../../clients/pulumi-cloud";
import { createLoader } from "./create-loader";
import type { LoadedSecrets } from "./loaded-secrets";
import { type LoaderOptions, resolveOptions } from "./loader-options";

/** One of the catalog's environments. */
export type SophiaEnvironment = (typeof catalog.environments)[number];

const load = createLoader(catalog, PLATFORM);

/**
 * Sophia's secrets: a property per app key of the catalog, each a `Secret` that prints as `[secret]` until
 * `.unwrap()`; undefined only where the catalog says a value may be absent. Two calls, nothing kept.
 *
 *     const secrets = await loadSecrets({ environment: "production" });
 *     new OpenAI({ apiKey: secrets.openai_api_key.unwrap() });
 *
 * @throws MissingSecretsError naming every required secret without a value; UnavailableError in an outage;
 *   RemedyError when an option, the token or the environment is wrong.
 */
export async function loadSecrets<Environment extends SophiaEnvironment = SophiaEnvironment>(
  options: LoaderOptions<Environment> = {},
): Promise<LoadedSecrets<typeof catalog, Environment>> {
  // The one place outside a main that looks at the process: applications call this without an argument.
  const variables = options.variables ?? process.env;
  const known = {
    environments: catalog.environments as readonly SophiaEnvironment[] as readonly Environment[],
    organization: PLATFORM.organization,
  };
  const { environment, ...target } = resolveOptions(options, variables, known);
  return load(environment, createPulumiCloud({ ...target, http: options.http ?? createHttp() }));
}

export { UnavailableError } from "../../clients/pulumi-call";
export { RemedyError } from "../../errors";

export type { Secret } from "../../secret";
export { MissingSecretsError } from "./collect-secrets";

export type { LoadedSecrets } from "./loaded-secrets";
export type { LoaderOptions } from "./loader-options";
