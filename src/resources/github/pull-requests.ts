import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { bodyOf, headOf, PULL_REQUEST_TITLE } from "../../catalog/pull-requests";
import type { Settings } from "../../catalog/settings";
import { messageOf, type Problem, RemedyError } from "../../errors";
import { inform, programError, Refusal, warn } from "../diagnostics";
import type { StackState } from "../stack-state";
import { byBranch, type DeclaredFile } from "./declared-files";
import {
  describeStanding,
  type GitHubPullRequests,
  openPullRequests,
  type ProposedFiles,
  type Standing,
} from "./open-github";
import { heldBack } from "./shards";

/** A file that people merge: the policy pack looks at it as at a file of a repository. */
export const PROPOSED_FILE = "sophia-secrets:github:ProposedFile";
const PULL_REQUEST = "sophia-secrets:github:PullRequest";

/** The files of one branch, and how far they are. */
interface Group {
  name: string;
  files: readonly DeclaredFile[];
  wanted: Promise<ProposedFiles>;
  /** Asked once, before anything is declared. Undefined: GitHub did not say, in a preview. */
  standing: Promise<Standing | undefined>;
}

/**
 * The files that arrive by pull request. The engine has no resource for that which leaves alone what people do: its file
 * resource on a branch of its own makes that branch's commits again after every merge. So a component stands for the pull
 * request, and a hook opens or updates it when the texts change, or when it is missing.
 */
export class PullRequests {
  private readonly groups: readonly Group[];
  private readonly propose: pulumi.ResourceHook;

  constructor(
    files: readonly DeclaredFile[],
    private readonly settings: Settings,
    private readonly state: Promise<StackState | undefined>,
  ) {
    const client = openPullRequests(settings);
    this.groups = byBranch(files.filter(({ byPullRequest }) => byPullRequest)).map((group) => {
      const [{ repository, branch }] = group;
      const wanted = heldBack(wantedOf(group, settings));
      const standing = heldBack(wanted.then((all) => standingOf(all, client)));
      return { name: `${repository}/${branch}`, files: group, wanted, standing };
    });
    // The state keeps the hook's name, so every run registers it.
    this.propose = new pulumi.ResourceHook("propose-files", async ({ name }) => {
      const group = this.groups.find((each) => each.name === name);
      if (group !== undefined) await this.bring(await group.wanted, client);
    });
  }

  /** @throws pulumi.RunError when GitHub does not say how far the files are, in an `up`. */
  async check(): Promise<void> {
    await Promise.all(this.groups.map(({ standing }) => standing));
  }

  /** Declares the pull requests, and tells how far each is. @param opts what comes before them. */
  declare(opts: { parent: pulumi.Resource; dependsOn: pulumi.Resource[] }): void {
    for (const group of this.groups) {
      const files = group.files.map(
        ({ repository, branch, path, content }) =>
          new ProposedFile(`${repository}/${path}`, { repository, branch, file: path, content }, opts),
      );
      const inputs = heldBack(this.inputsOf(group));
      // After the policy pack has seen each text. The engine knows no dependency on a component, so by its name.
      const judged = pulumi.all(files.map(({ urn }) => urn)).apply(() => inputs);
      new PullRequest(group.name, judged, { ...opts, hooks: this.hooks });
      void Promise.all([group.wanted, group.standing]).then(
        ([wanted, standing]) => standing && this.tell(wanted, standing),
        () => undefined, // Whoever waits for it reports it.
      );
    }
  }

  private get hooks(): pulumi.ResourceHookBinding {
    return { beforeCreate: [this.propose], beforeUpdate: [this.propose] };
  }

  /** Equal inputs mean that there is nothing to do: so an attempt is counted where the pull request is missing. */
  private async inputsOf({ name, wanted, standing }: Group): Promise<PullRequestInputs> {
    const { files } = await wanted;
    const digests = Object.fromEntries(Object.entries(files).map(([path, text]) => [path, digestOf(text)]));
    const before = (await this.state)?.outputsOf(PULL_REQUEST, name) as
      | Partial<PullRequestInputs>
      | undefined;
    const attempt = before?.attempt ?? 1;
    const same = isDeepStrictEqual({ ...before?.digests }, digests);
    const isMissing = (await standing)?.state === "missing";
    return { digests, attempt: same && isMissing ? attempt + 1 : attempt };
  }

  private async tell(wanted: ProposedFiles, standing: Standing): Promise<void> {
    const found = describeStanding(this.settings.githubOrganization, wanted, standing);
    if (found === undefined) return;
    const { isProblem, ...said } = found;
    await (isProblem ? warn(said) : inform(said));
  }

  private async bring(wanted: ProposedFiles, client: GitHubPullRequests | undefined): Promise<void> {
    if (client === undefined) throw new Refusal(withoutToken(wanted.repository));
    const after = await client.propose(wanted).catch((error: unknown) => {
      throw error instanceof RemedyError ? new Refusal(error.problem) : error;
    });
    if (after.state !== "waiting") return;
    const { number, url } = after.pull;
    await inform({
      code: "pull-request-proposed",
      subject: `pull request #${number} of ${this.settings.githubOrganization}/${wanted.repository}`,
      cause: `${url} waits for people to review and merge it`,
    });
  }
}

async function wantedOf(group: readonly [DeclaredFile, ...DeclaredFile[]], settings: Settings) {
  const [{ repository, branch }] = group;
  const texts = group.map(async ({ path, content }) => [path, await content] as const);
  const files = Object.fromEntries(await Promise.all(texts));
  return {
    repository,
    branch,
    head: headOf(settings, branch),
    files,
    title: PULL_REQUEST_TITLE,
    body: bodyOf(Object.keys(files), branch),
    message: (path: string) => group.find((file) => file.path === path)?.message ?? path,
    isOurs: (path: string, text: string) => group.some((file) => file.path === path && file.isOurs(text)),
  };
}

async function standingOf(
  wanted: ProposedFiles,
  client: GitHubPullRequests | undefined,
): Promise<Standing | undefined> {
  try {
    if (client === undefined) throw new RemedyError(withoutToken(wanted.repository));
    return await client.look(wanted);
  } catch (error) {
    if (!(error instanceof RemedyError)) throw error;
    if (!pulumi.runtime.isDryRun()) throw programError(error.problem);
    const cause = `whether a pull request waits is unknown (${messageOf(error)})`;
    await inform({ code: "pull-request-unknown", subject: `files of ${wanted.repository}`, cause });
    return undefined;
  }
}

function withoutToken(repository: string): Problem {
  return {
    code: "github-token-missing",
    subject: "GITHUB_TOKEN",
    cause: `is not set, and files of ${repository} arrive by pull request`,
    remedy: "export GITHUB_TOKEN=...",
  };
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

interface PullRequestInputs {
  /** SHA-256 of each file, by path. */
  digests: Record<string, string>;
  /** Goes up where the pull request of the same files must be made again. */
  attempt: number;
}

class PullRequest extends pulumi.ComponentResource {
  constructor(name: string, inputs: pulumi.Output<PullRequestInputs>, opts: pulumi.ComponentResourceOptions) {
    const { digests, attempt } = inputs;
    super(PULL_REQUEST, name, { digests, attempt }, opts);
    this.registerOutputs({ digests, attempt });
  }
}

class ProposedFile extends pulumi.ComponentResource {
  constructor(
    name: string,
    inputs: { repository: string; branch: string; file: string; content: Promise<string> },
    opts: pulumi.ComponentResourceOptions,
  ) {
    super(PROPOSED_FILE, name, inputs, opts);
    this.registerOutputs({});
  }
}
