import { Command } from "commander";
import { catalog } from "../../secrets/catalog";
import { createGitHub } from "../clients/github";
import { createHttp } from "../clients/http";
import { messageOf, RemedyError } from "../errors";
import { Secret } from "../secret";
import { adopt } from "./adopt";
import { readProject } from "./project";
import { createPulumi } from "./pulumi";

const GITHUB = "https://api.github.com";

const program = new Command("sophia-secrets")
  .description("The chores around an organization's secrets; none ever shows a value")
  .option("-s, --stack <name>", "stack to work on (default: the one that owns the organization)")
  .showHelpAfterError();

program
  .command("adopt")
  .description("Take secrets that exist in GitHub into the stack's state, without one write to GitHub")
  .argument("[names...]", "organization secrets of the catalog")
  .option("--all", "every secret of the catalog that exists")
  .option("--dry-run", "say what would be adopted and stop")
  .option("--json", "print the outcome as JSON")
  .action(async (names: string[], options: { all?: boolean; dryRun?: boolean; json?: boolean }) => {
    if (names.length > 0 === (options.all === true)) {
      throw new RemedyError(
        "adopt",
        "needs names, or --all",
        "npx sophia-secrets adopt --all --dry-run shows what there is",
      );
    }
    const project = readProject(process.cwd(), program.opts<{ stack?: string }>().stack);
    const http = createHttp();
    const url = (project.settings.githubApiUrl ?? process.env.GITHUB_BASE_URL ?? GITHUB).replace(/\/+$/, "");
    const token = required("GITHUB_TOKEN");
    const github = createGitHub({
      url,
      organization: project.settings.githubOrganization,
      authorization: `Bearer ${token.unwrap()}`,
      http,
    });
    const pulumi = createPulumi(project.dir, project.stack, process.env);
    const say = (line: string) => console.error(line);
    const plan = await adopt(
      { project, catalog, github, http, pulumi, say, now: () => new Date() },
      names,
      options.dryRun === true,
    );
    if (options.json === true) return console.log(JSON.stringify(plan));
    const verb = options.dryRun === true ? "would be adopted" : "adopted";
    console.log(
      `${plan.adopt.length} ${verb}, ${plan.known.length} in the state already, ${plan.absent.length} not in GitHub yet`,
    );
    for (const name of plan.adopt) console.log(`  ${name}`);
  });

function required(name: string): Secret {
  const value = process.env[name] ?? "";
  if (value !== "") return new Secret(value);
  throw new RemedyError(name, "is not set", `export ${name}=...`);
}

program.parseAsync().catch((error: unknown) => {
  console.error(`error: ${messageOf(error)}`);
  process.exitCode = 1;
});
