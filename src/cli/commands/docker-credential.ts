import { RemedyError } from "../../errors";
import { COMMAND } from "../../text";
import { defineCommand, EXIT, type PositionalSpec } from "../command";

/** What Docker takes for "none" and for nothing else (docker-credential-helpers, credentials/error.go). */
const NOT_FOUND = "credentials not found in native keychain";

/** Docker's protocol for credential helpers, so that no config.json holds a token. */
export const dockerCredentialCommand = defineCommand({
  name: "docker-credential",
  topic: "use",
  summary: "Give Docker a registry's login out of Pulumi ESC",
  details: [
    "Docker calls it through docker-credential-sophia-secrets, with get or list; config.json then holds no token. The registries are the groupings of secrets/applications.ts with username, access_token and registry. The environment is that of the variable that applications have for it (SOPHIA_ENVIRONMENT for Sophia). docker login and docker logout change nothing: store and erase are refused. It gives the login to a program alone, never to a terminal.",
  ],
  positionals: {
    words: {
      notation: "<action>",
      description: "get or list",
      parse: (typed) => typed,
    } satisfies PositionalSpec<readonly string[]>,
  },
  options: {},
  examples: ["docker-credential list | jq keys"],
  load: () =>
    require("../../operations/running/docker-credential") as typeof import("../../operations/running/docker-credential"),
  run: async ({ terminal, ...context }, { words }, { registryLogins, isServer }) => {
    const [action = ""] = words;
    if (action !== "get" && action !== "list") {
      throw new RemedyError({
        code: "credential-action-refused",
        subject: action,
        cause: "this helper reads logins alone: get and list",
        remedy: `${COMMAND} set DOCKER_HUB_ACCESS_TOKEN, then run the sync`,
      });
    }
    if (terminal.width !== undefined) {
      throw new RemedyError({
        code: "output-is-terminal",
        subject: "docker-credential",
        cause: "it would show the login",
        remedy: "let Docker call it: docker pull IMAGE",
      });
    }
    const asked = action === "get" ? (await terminal.readStdin()).toString("utf8").trim() : "";
    const logins = await registryLogins(context);
    if (action === "list") {
      const users = logins.map(({ server, username }) => [server, username.unwrap()]);
      terminal.print(JSON.stringify(Object.fromEntries(users)));
      return EXIT.done;
    }
    const found = logins.find(({ server }) => isServer(asked, server));
    if (found === undefined) {
      terminal.print(NOT_FOUND);
      return EXIT.found;
    }
    const [Username, Secret] = [found.username.unwrap(), found.secret.unwrap()];
    terminal.print(JSON.stringify({ ServerURL: asked, Username, Secret }));
    return EXIT.done;
  },
});
