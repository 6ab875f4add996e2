import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { People } from "../engine/people";
import { type Follower, type Guide, put } from "./follow";

/** Runs a line that a page describes in words. @throws with what it said. */
async function paste({ shell, printed }: Follower, line: string): Promise<string> {
  const { code, stdout, output } = await shell.run(line);
  printed.push(output);
  if (code !== 0) throw new Error(`${line}\n${output}`);
  return stdout.trim();
}

/** A clone of the sandbox's repository beside the project, or one with a single file. */
async function checkOut(follower: Follower, name: string): Promise<void> {
  const folder = join(follower.beside, name);
  if (existsSync(folder)) return;
  mkdirSync(folder);
  put(folder, "settings.py", 'import os\n\nKEY = os.environ["OPENAI_API_KEY"]\n');
  for (const args of [
    ["init", "--quiet"],
    ["add", "--all"],
    ["-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--quiet", "--message", "Begin"],
  ])
    execFileSync("git", ["-C", folder, ...args]);
}

/** Begins every value that a person sets here; nothing may print it. */
export const SAMPLE = "sk-proj-canary0123456789abcdef";

/** A program that prints which variables it was given, as `python manage.py runserver` would start with. */
const PROGRAM = 'import os\n\nprint("OPENAI_API_KEY" in os.environ)\n';

/** GitHub answers what a minute of Sophia's catalog asks; a person who follows every page at once asks more. */
const withoutLimits = (follower: Follower) =>
  paste(
    follower,
    `curl --silent --fail -X PUT -d '{"pointsPerMinute":null}' "$SANDBOX_GITHUB_URL/_sandbox/limits"`,
  );

const REVIEW = "./sophia-secrets access --review --reviewer auditor@example.org --key ~/.ssh/id_ed25519";
const LEAK = './sophia-secrets compromise OPENAI_API_KEY --reason "in a public log" --since 7d';

/** Gives the reviewer a key, and the line of reviews/allowed_signers that the page shows. */
async function mayReview(follower: Follower): Promise<void> {
  await paste(follower, 'mkdir -p ~/.ssh reviews && ssh-keygen -q -t ed25519 -N "" -f ~/.ssh/id_ed25519');
  await paste(
    follower,
    `echo "auditor@example.org namespaces=\\"sophia-secrets-access-review\\" $(cat ~/.ssh/id_ed25519.pub)" >> reviews/allowed_signers`,
  );
}

/** Everything that people do in an organization that runs, in the sandbox of this machine. */
export const IN_THE_SANDBOX: Guide = {
  sections: [
    "docs/sandbox.md#Start, work, stop",
    "README.md#Try it",
    "docs/tasks.md",
    "docs/report.md",
    "docs/ci.md#The policy pack",
    "docs/ADOPT.md",
    "docs/load-locally.md",
    "docs/migrate-from-getenv.md",
    "docs/sandbox.md#Approvals",
    "docs/sandbox.md#As another person",
  ],
  before: {
    "pulumi up -s staging": withoutLimits,
    "./sophia-secrets import-env .env.production --stack production": (follower) =>
      paste(
        follower,
        "./sophia-secrets export-to-env --env-file .env.production --environment production --replace",
      ),
    "./sophia-secrets unused ../sophia-main ../sophia-frontend": async (follower) => {
      await checkOut(follower, "sophia-main");
      await checkOut(follower, "sophia-frontend");
    },
    [REVIEW]: mayReview,
    "./sophia-secrets import-from-env --env-file .env --replace --dry-run": (follower) =>
      paste(follower, "sed -i -E '/^(GRAFANA|POSTGRES|REDIS)_PASSWORD=|^JWT_SECRET=/d' .env"),
    // What the section before set belongs to an entry that says so.
    "docs/report.md": (follower) => paste(follower, "git checkout --quiet Pulumi.production.yaml"),
    // The page ended with the way back.
    "docs/load-locally.md": async (follower) => {
      await paste(follower, "./sophia-secrets adopt --all");
      put(follower.folder, "manage.py", PROGRAM);
    },
    "docs/ADOPT.md": async (follower) => {
      const urns = await paste(follower, "pulumi stack -s production --show-urns");
      const [urn = ""] =
        urns.match(/urn:\S+:ActionsOrganizationSecret::\S*OPENAI_API_KEY\S*/) ??
        urns.match(/urn:\S+actionsOrganizationSecret\S*::\S*OPENAI_API_KEY\S*/) ??
        [];
      await paste(follower, `pulumi state delete '${urn}' -s production --force --target-dependents --yes`);
    },
    "docs/migrate-from-getenv.md": ({ folder }) => put(folder, "backend/__main__.py", PROGRAM),
  },
  stdin: {
    "./sophia-secrets set OPENAI_API_KEY --replace": SAMPLE,
    "pulumi config set --secret --path 'values.PINECONE_ENVIRONMENT' -s production": "us-east-1",
  },
  typed: {
    "./sophia-secrets setup-repo --name billing --language typescript --secrets OPENAI_API_KEY": ["yes"],
    [REVIEW]: Array<string>(20).fill("keep"),
    [LEAK]: ["", `${SAMPLE}afterTheLeak`, ...Array<string>(6).fill("")],
  },
  ends: {
    "Approvals: make sandbox-run": [
      2,
      "the pages above changed values, and their proposals wait for somebody",
    ],
    "./sophia-secrets unused --organization": [1, "nothing in the sandbox reads most of Sophia's secrets"],
    "./sophia-secrets unused --organization --write --only DOCKER_TOKEN --dry-run": [
      1,
      "nothing in the sandbox reads most of Sophia's secrets",
    ],
    "./sophia-secrets unused ../sophia-main ../sophia-frontend": [1, "one program reads one of them"],
  },
  instead: {
    "export GITHUB_TOKEN=...                       # classic scopes admin:org and repo": () => ":",
    "ssh-keygen -Y verify -f reviews/allowed_signers -I auditor@example.org -n sophia-secrets-access-review -s reviews/FILE.json.sig < reviews/FILE.json":
      (line, { folder }) => {
        const [record = ""] = readdirSync(join(folder, "reviews")).filter((name) => name.endsWith(".json"));
        return line.replaceAll("FILE.json", record);
      },
    "pulumi stack import --stack production --file .sophia-secrets/production-2026-08-01T10-00-00.000Z.json":
      (line, { folder }) => {
        const kept = readdirSync(join(folder, ".sophia-secrets")).filter((name) =>
          /^production-2/.test(name),
        );
        return line.replace(/production-\S+\.json/, kept.sort()[0] ?? "");
      },
    "./sophia-secrets rollback production --to run-123 --dry-run": runBefore,
    "./sophia-secrets rollback production --to run-123": runBefore,
  },
};

/** In the place of run-123: the run before the newest that `history` showed. */
function runBefore(line: string, { printed }: Follower): string {
  const history = printed.findLast((text) => text.includes(" api-keys@")) ?? "";
  return line.replace("run-123", [...new Set(history.match(/run-\d+/g))][1] ?? "");
}

/** What an organization has in GitHub before it has this program. */
export async function setBefore({ people }: { people: People }): Promise<void> {
  for (const name of ["OPENAI_API_KEY", "SLACK_SIGNING_SECRET"]) await people.setSecret(name, SAMPLE);
  for (const each of ["staging", "production"])
    await people.setEnvironmentSecret(each, "JWT_SECRET", `${SAMPLE}of${each}`);
}

/** What `init` asks: the Pulumi Cloud organization, deployment environments, carriers; and whether to write. */
const ANSWERS = ["scoobyjava-org", "staging,production", "sophia-main", "yes"];

/** The first step of an organization whose secrets are in GitHub: it needs no engine. */
export const DESCRIBE: Guide = {
  sections: ["docs/getting-started.md#1. Describe your organization", "docs/networks.md"],
  typed: {
    "./sophia-secrets init --from-github YOUR-ORGANIZATION --dry-run": ANSWERS.slice(0, 3),
    "./sophia-secrets init --from-github YOUR-ORGANIZATION": ANSWERS,
  },
  instead: { "export GITHUB_TOKEN=...": () => ":" },
};

/** From a fresh clone to a green `verify`, for an organization whose secrets are in GitHub. */
export const GETTING_STARTED: Guide = {
  ...DESCRIBE,
  sections: ["docs/getting-started.md"],
  before: {
    "./sophia-secrets sync-to-github --from .env --replace --dry-run": ({ folder }) =>
      put(folder, ".env", `OPENAI_API_KEY=${SAMPLE}fromAFile\nSLACK_SIGNING_SECRET=${SAMPLE}\n`),
  },
  stdin: {
    "./sophia-secrets set OPENAI_API_KEY --replace": `${SAMPLE}typed`,
    "./sophia-secrets set JWT_SECRET --environment production --replace": `${SAMPLE}ofProduction`,
  },
};

/** What a person sets in GitHub's settings, where nothing checks it. */
const setInGitHub = (name: string, value: string) => (follower: Follower) =>
  paste(
    follower,
    `cd "$PROJECT" && node -r ts-node/register/transpile-only test/documents/set-secret.ts ${name} '${value}'; cd -`,
  );

/** The ten stories of docs/stories.md. */
export const STORIES: Guide = {
  sections: ["docs/sandbox.md#Start, work, stop", "docs/stories.md"],
  before: {
    "pulumi up -s staging": withoutLimits,
    "Set a value of the wrong format: gh workflow run sync_secrets.yml -R ai-cherry/sophia-main": setInGitHub(
      "OPENAI_API_KEY",
      "of-no-vendor",
    ),
    [REVIEW]: mayReview,
  },
  stdin: {
    "./sophia-secrets set MISTRAL_API_KEY --replace": `${SAMPLE}first`,
    "Rotate a value: ./sophia-secrets set MISTRAL_API_KEY --replace": `${SAMPLE}second`,
    "./sophia-secrets set OPENAI_API_KEY --replace": "of-no-vendor",
    "./sophia-secrets set MISTRAL_KEY --replace": `${SAMPLE}second`,
    "./sophia-secrets set MEM0_API_KEY --environment development --replace": `${SAMPLE}ofDevelopment`,
    "./sophia-secrets set MEM0_API_KEY --environment staging --replace": `${SAMPLE}ofStaging`,
    "./sophia-secrets set MEM0_API_KEY --environment production --replace": `${SAMPLE}ofProduction`,
  },
  typed: {
    [REVIEW]: Array<string>(20).fill("keep"),
    [LEAK]: ["", `${SAMPLE}afterTheLeak`, ...Array<string>(6).fill("")],
  },
  ends: {
    "./sophia-secrets set OPENAI_API_KEY --replace": [2, "the value has not its format"],
    "Set a value of the wrong format: gh workflow run sync_secrets.yml -R ai-cherry/sophia-main": [
      1,
      "the run refuses the value",
    ],
    "Set a value of the wrong format: ./sophia-secrets status": [1, "it names the refused value"],
    "./sophia-secrets diff staging production": [1, "what vendors issue is the same in both"],
  },
};

export const GUIDES: readonly Guide[] = [DESCRIBE, GETTING_STARTED, IN_THE_SANDBOX, STORIES];
