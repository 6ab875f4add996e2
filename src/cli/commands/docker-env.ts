import { COMMAND, counted, namesIn } from "../../text";
import { defineCommand, EXIT } from "../command";
import { environment, flag, text, usageError, words } from "../options";

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
    environment: environment("deployment environment (default: the catalog's first)"),
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
    ...(require("../../operations/values/render-compose") as typeof import("../../operations/values/render-compose")),
  }),
  run: async ({ terminal, ...context }, typed, { exportValues, openedPath, renderCompose }) => {
    const { envFile: file, compose: service, names, json, dryRun, ...options } = typed;
    const [first = ""] = context.catalog.environments;
    const environment = options.environment ?? first;
    if ((file === undefined) === (service === undefined))
      throw usageError({ command: "docker-env", name: "docker-env" }, "takes either --env-file or --compose");
    if (file === undefined) {
      const lines = renderCompose(context, environment, service ?? "")
        .trimEnd()
        .split("\n");
      for (const line of lines) terminal.print(line);
      const opened = openedPath(context.project.settings, environment);
      terminal.say(`Start it with: pulumi env run ${opened} -- docker compose up`);
      return EXIT.done;
    }
    const { except, replace } = options;
    const asked = { file, environment, names, except, replace, dryRun, format: "docker" } as const;
    const { written, missing } = await exportValues(context, asked);
    if (json) terminal.print(JSON.stringify({ file, environment, written, missing }));
    else {
      const did = dryRun ? "would hold" : "holds";
      terminal.print(`${file}: ${did} ${counted(written.length, "value")} of ${environment}`);
      if (missing.length > 0)
        terminal.say(
          `without a value in ESC: ${namesIn(missing)}; ${COMMAND} status --environment ${environment}`,
        );
    }
    return missing.length === 0 ? EXIT.done : EXIT.found;
  },
});
