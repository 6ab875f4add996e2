import { counted, namesIn } from "../../text";
import { defineCommand, EXIT } from "../command";
import { flag, requiredText } from "../options";

/** Sets a repository's own secrets. */
export const configureGithubCommand = defineCommand({
  name: "configure-github",
  topic: "files",
  summary: "Set a .env file's values as one repository's own secrets",
  details: [
    "For what one repository alone uses. Secrets of the catalog belong to the organization (import-from-env): where the organization's secret of a name reaches the repository, the name is left out, because the repository's own would hide it.",
    "Everything is checked before anything is written. Lines without a value, or with a template's placeholder, are left out and named. A secret that is there needs --replace. --json prints { repository, created, replaced, shared, unset }: lists of names.",
  ],
  replaces: "configure_github_secrets.py",
  options: {
    envFile: requiredText("<file>", "lines NAME=value", { completes: "file" }),
    repo: requiredText("<repository>", "OWNER/NAME, or NAME for the organization's"),
    replace: flag("replace the values that are there"),
    dryRun: flag("check everything, say what would be set and stop"),
    json: flag("print names as JSON"),
  },
  examples: [
    "configure-github --env-file .env --repo ai-cherry/sophia --dry-run",
    "configure-github --env-file .env --repo ai-cherry/sophia --replace",
  ],
  load: () => ({
    ...(require("../../operations/values/set-in-repository") as typeof import("../../operations/values/set-in-repository")),
    ...(require("../../catalog/github-names") as typeof import("../../catalog/github-names")),
  }),
  run: async ({ terminal, ...context }, typed, { setInRepository, repositoryIn }) => {
    const { envFile: file, repo, replace, dryRun, json } = typed;
    const repository = repositoryIn(context.project.settings.githubOrganization, repo, "--repo");
    const told = (name: string, replaced: boolean) => {
      if (!json) terminal.print(`${name}: ${replaced ? "value replaced" : "created"}`);
    };
    const done = await setInRepository(context, { file, repository, replace, dryRun }, told);
    const { created, replaced, shared, unset } = done;
    if (json) {
      terminal.print(JSON.stringify({ repository, ...done }));
      return EXIT.done;
    }
    if (dryRun) {
      for (const name of created) terminal.print(`${name}: would be created`);
      for (const name of replaced) terminal.print(`${name}: would be replaced, with --replace`);
    }
    const count = created.length + replaced.length;
    terminal.print(`${repository}: ${counted(count, "secret")} ${dryRun ? "would be set" : "set"}`);
    if (shared.length > 0) terminal.say(`left out, the organization's reaches it: ${namesIn(shared)}`);
    if (unset.length > 0) terminal.say(`left out, without a value in the file: ${namesIn(unset)}`);
    return EXIT.done;
  },
});
