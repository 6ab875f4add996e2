import { RemedyError } from "../../errors";
import { defineCommand, EXIT } from "../command";
import { environment, flag, text, words } from "../options";

/** Who may do what, and why. */
export const accessCommand = defineCommand({
  name: "access",
  topic: "access",
  summary: "Show who can read, open or write which secrets, and why",
  details: [
    "Without names, a matrix of identity, group and deployment environment, and of what ESC rotates. With names, a line for each identity that has access. It is computed from the declaration. With PULUMI_ACCESS_TOKEN it is also compared with Pulumi Cloud: administrators, the default permissions, members, and permissions that nothing declares. Exit code 1 when they differ.",
    "--close-default changes one thing: it sets the organization's default environment permission to none. It is write unless someone changed it. The command refuses while declared access is not in place.",
    "--json prints { rights: [{ environment, group, rotator, identity, level, maxOpenDuration, because }], administratorsAlone, shared, cloud, unknown }; cloud is null without a token, else { defaultPermission, defaultStackPermission, administrators, teams, differences, elsewhere }.",
  ],
  positionals: {
    names: words("[names...]", "secrets of the catalog, values that ESC rotates, or rotators", {
      completes: "secret",
    }),
  },
  options: {
    environment: environment("only this deployment environment"),
    identity: text("<name>", "only this login or team; with a token, also the teams that the login is in"),
    json: flag("print rights, differences and what is not known as JSON"),
    closeDefault: flag("set the organization's default environment permission to none"),
  },
  examples: [
    "access",
    "access POSTGRES_PASSWORD --environment production",
    "access --identity developer --json | jq -r '.rights[].group'",
    "access --close-default",
  ],
  load: () => ({
    ...(require("../../operations/access/access-rights") as typeof import("../../operations/access/access-rights")),
    ...(require("../../operations/access/access-default") as typeof import("../../operations/access/access-default")),
    ...(require("../access-report") as typeof import("../access-report")),
  }),
  run: async ({ terminal, ...context }, { names, environment, identity, json, closeDefault }, work) => {
    const { catalog, project } = context;
    if (closeDefault) {
      if (names.length > 0 || environment !== undefined || identity !== undefined || json)
        throw new RemedyError({
          code: "options-exclusive",
          subject: "--close-default",
          cause: "it is for the whole organization",
          remedy: "give it alone",
        });
      const before = await work.closeDefault(context);
      const now = before === "none" ? "is none already" : `was ${before}, and is none now`;
      const kept = before === "none" ? "" : ". Members keep what teams give them";
      terminal.print(
        `${project.settings.pulumiOrganization}: the default environment permission ${now}${kept}`,
      );
      return EXIT.done;
    }
    const question = { names, environment, identity };
    const answer = await work.readAccess(context, question);
    const lines = json
      ? [JSON.stringify(work.accessDocument(answer))]
      : work.accessLines(catalog, project.settings.edition, question, answer, terminal.width);
    for (const line of lines) terminal.print(line);
    return answer.differences.length === 0 ? EXIT.done : EXIT.found;
  },
});
