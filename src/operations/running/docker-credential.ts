import { type Grouping, kindOf } from "../../catalog/applications";
import { DOCKER_HUB, type RegistryLogin } from "../../clients/registry";
import { RemedyError } from "../../errors";
import type { Context } from "../context";
import { commandVariables } from "./command-variables";

/**
 * Opens an environment, and takes the logins out of it: one for each grouping with `username`, `access_token` and a
 * constant `registry`.
 *
 * @param deployment when left out, that of the application's own variable.
 * @throws RemedyError as `commandVariables` does, and when no grouping names a registry.
 */
export async function registryLogins(context: Context, deployment?: string): Promise<RegistryLogin[]> {
  const { catalog } = context;
  const declared = declaredLogins(catalog);
  if (declared.length === 0) {
    throw new RemedyError({
      code: "registry-undeclared",
      subject: "secrets/applications.ts",
      cause: "no grouping has username, access_token and a constant registry",
      remedy: "add one to GROUPINGS, as docker_hub is",
    });
  }
  const variables = await commandVariables(context, {
    environment: deployment,
    group: undefined,
    policy: undefined,
  });
  const standing = (key: string) => {
    const entry = catalog.entries.find((each) => [each.appKey, ...each.appKeyAliases].includes(key));
    return entry === undefined ? undefined : variables.get(entry.name);
  };
  return declared.flatMap(({ server, username, secret }) => {
    const [user, token] = [standing(username), standing(secret)];
    return user === undefined || token === undefined ? [] : [{ server, username: user, secret: token }];
  });
}

/** Whether what is asked for is a registry's login: podman calls Docker Hub `docker.io`, and schemes may be left out. */
export function isServer(asked: string, server: string): boolean {
  if (asked === "docker.io") return server === DOCKER_HUB;
  const plain = (text: string) => text.replace(/^https:\/\//, "").replace(/\/+$/, "");
  return plain(asked) === plain(server);
}

/** Logins that the catalog's groupings name: app keys, no values. */
export function declaredLogins({ groupings }: Pick<Context["catalog"], "groupings">) {
  return Object.values(groupings).flatMap(declaredLogin);
}

function declaredLogin(grouping: Grouping): { server: string; username: string; secret: string }[] {
  const { username, access_token, registry } = grouping;
  if (username === undefined || access_token === undefined || registry === undefined) return [];
  const [user, token, place] = [kindOf(username), kindOf(access_token), kindOf(registry)];
  if (user.kind !== "key" || token.kind !== "key" || place.kind !== "constant") return [];
  const server = place.text === "docker.io" ? DOCKER_HUB : place.text;
  return [{ server, username: user.key, secret: token.key }];
}
