import { createGitHubCall, gitHubAddress } from "../../clients/github-call";
import { createGitHub } from "../../clients/github-secrets";
import { createHttp } from "../../clients/http";
import { createSecretRepositories } from "../../clients/secret-repositories";
import { Secret } from "../../secret";
import { ARGUMENTS } from "./arguments";
import { SecretRepositoriesProvider } from "./secret-repositories-provider";

/*
 * What the state's `__provider` requires, as `dist/own_resources.cjs`: it runs in Pulumi's process for dynamic resources,
 * in the project's folder and with the environment of `pulumi`.
 */

/** Which repositories may read an organization secret. */
export function secretRepositories(): SecretRepositoriesProvider {
  const http = createHttp({ env: process.env });
  return new SecretRepositoriesProvider((argument) => {
    const at = {
      url: gitHubAddress(argument(ARGUMENTS.address), process.env),
      organization: argument(ARGUMENTS.organization) ?? "",
      token: new Secret((process.env.GITHUB_TOKEN ?? "").trim()),
      http,
    };
    return {
      repositories: createSecretRepositories(createGitHubCall(at), createGitHub(at)),
      writeDelayMs: Number(argument(ARGUMENTS.writeDelayMs) ?? 0),
    };
  });
}
