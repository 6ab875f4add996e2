import { tryLogin } from "../../clients/registry";
import { COMMAND } from "../../text";
import type { Context } from "../context";
import { declaredLogins, registryLogins } from "../running/docker-credential";
import { type Check, check, ok, wrong } from "./check";

/**
 * Whether the registry logins of a deployment environment work: opens what its applications open, and tries each login
 * as `docker login` does. It sends the logins to the registries that the catalog names, and to nobody else.
 *
 * @returns nothing where no grouping names a registry.
 */
export async function checkLogins(context: Context, deployment: string): Promise<Check[]> {
  const declared = declaredLogins(context.catalog);
  if (declared.length === 0) return [];
  const opened = registryLogins(context, deployment);
  // Each check below tells of it; none of them may leave it unheard before.
  opened.catch(() => undefined);
  return Promise.all(
    declared.map(({ server, username, secret }) =>
      check(`login at ${nameOf(server)} of ${deployment}`, async () => {
        const login = (await opened).find((each) => each.server === server);
        if (login === undefined)
          return wrong(
            "registry-login-missing",
            `${username} or ${secret} has no value`,
            `${COMMAND} status --environment ${deployment}`,
          );
        const answer = await tryLogin(context.http, login);
        if (answer === "accepted") return ok("registry-login-works", "the registry takes it");
        if (answer === "open") return ok("registry-asks-nobody", "the registry asks nobody for a login");
        return wrong(
          "registry-login-refused",
          "the registry refuses it: the token was revoked or has expired, or is another account's",
          `make a new one at the registry, then: ${COMMAND} set ${nameIn(context, secret)} --replace`,
        );
      }),
    ),
  );
}

function nameOf(server: string): string {
  return server
    .replace(/^https?:\/\//, "")
    .replace(/\/.*$/, "")
    .replace(/^index\./, "");
}

/** The secret's name in GitHub: the key is what applications ask for. */
function nameIn({ catalog }: Context, key: string): string {
  return catalog.entries.find((each) => [each.appKey, ...each.appKeyAliases].includes(key))?.name ?? key;
}
