import { defineCommand, EXIT } from "../command";
import { environmentOrFirst, flag, text, usageError, words } from "../options";
import { tellExport } from "./export-to-env";

/** Values for containers. */
export const dockerEnvCommand = defineCommand({
  name: "docker-env",
  topic: "files",
  summary: "Write values for docker run, or names for Compose",
  details: [
    "--env-file writes the values of one deployment environment as docker run --env-file reads them: a line each, no quotes. A value of several lines is refused by name; --except leaves it out. The file has mode 0600, and git must ignore it.",
    "--compose prints a Compose file with every name and no value, which may be committed. Compose then takes the values from what it is started with, such as pulumi env run, and stops if a required one is missing. --json prints { file, environment, written, missing }.",
  ],
  positionals: { names: words("[names...]", "secrets to write; all when left out", { completes: "secret" }) },
  options: {
    envFile: text("<file>", "file to write for docker run --env-file", { completes: "file" }),
    compose: text("<service>", "print a Compose file for this service instead"),
    environment: environmentOrFirst("deployment environment"),
    except: flag("leave the named secrets out instead"),
    replace: flag("replace the file if it is there"),
    dryRun: flag("open and check everything, write nothing"),
    json: flag("print names as JSON"),
  },
  examples: [
    "docker-env --env-file docker.env --environment staging",
    "docker-env --compose sophia-api --environment production > compose.secrets.yaml",
  ],
  load: () => ({
    ...(require("../../operations/values/open-values") as typeof import("../../operations/values/open-values")),
    ...(require("../../operations/values/export-values") as typeof import("../../operations/values/export-values")),
    ...(require("../../operations/values/render-env") as typeof import("../../operations/values/render-env")),
  }),
  run: async ({ terminal, ...context }, typed, { exportValues, openedPath, renderCompose }) => {
    const { envFile: file, compose: service, json, ...asked } = typed;
    if ((file === undefined) === (service === undefined))
      throw usageError({ command: "docker-env", name: "docker-env" }, "takes either --env-file or --compose");
    if (file === undefined) {
      const lines = renderCompose(context, asked.environment, service ?? "")
        .trimEnd()
        .split("\n");
      for (const line of lines) terminal.print(line);
      const opened = openedPath(context.project.settings, asked.environment);
      terminal.say(`Start it with: pulumi env run ${opened} -- docker compose up`);
      return EXIT.done;
    }
    const done = await exportValues(context, { ...asked, file, format: "docker" });
    return tellExport(terminal, { ...asked, ...done, file }, json);
  },
});
