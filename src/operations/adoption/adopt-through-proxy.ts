import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Document, parseDocument } from "yaml";
import { ADOPTED_PLACES, ALLOW_EXISTING } from "../../catalog/layout";
import type { GitHub } from "../../clients/github-secrets";
import { RemedyError } from "../../errors";
import { counted } from "../../text";
import type { Context, Report } from "../context";
import { inParallel } from "../in-parallel";
import type { Project } from "../project";
import { type Adoptable, type AdoptProxy, openAdoptProxy } from "./adopt-proxy";
import type { AdoptSlot } from "./adopt-slots";
import { groundOf, targets, urnOfBranchRule, urnOfEnvironment, urnsOfSlot } from "./plan-adoption";

/** What one run takes into the state. */
export interface Adopted {
  slots: readonly AdoptSlot[];
  /** `repository/environment` of environments, and of the rules which branch may use them. */
  environments: ReadonlySet<string>;
  branchRules: ReadonlySet<string>;
}

/** Runs the program against the proxy. @throws RemedyError when Pulumi fails, or tried to write anything else. */
export async function adoptThroughProxy(context: Context, adopted: Adopted, report: Report): Promise<void> {
  const { project, pulumi } = context;
  const github = context.github();
  const count = adopted.slots.length;
  report(`Starting Pulumi for ${counted(count, "secret")}`);
  const proxy = await openAdoptProxy({
    upstream: github.url,
    adoptable: await adoptableOf(github, adopted),
    http: context.http,
    onAdopted: (name, done) => report(`Adopted ${done} of ${count}: ${name.split("/").at(-1)}`),
  });
  const isSet = project.settings.githubApiUrl !== undefined;
  const copy = isSet ? copyStackFile(project, proxy.url) : undefined;
  const run = (command: readonly string[], urns: readonly string[]) => {
    const config = copy === undefined ? [] : ["--config-file", copy.path];
    const line = [...command, "--yes", "--skip-preview", ...config, ...targets(urns)];
    const places = [...adopted.environments, ...adopted.branchRules].join(",");
    const env = { GITHUB_BASE_URL: `${proxy.url}/`, [ALLOW_EXISTING]: "true", [ADOPTED_PLACES]: places };
    return pulumi.run(line, env);
  };
  const environments = [...adopted.environments].map(urnOfEnvironment);
  try {
    await run(
      ["up"],
      [
        ...groundOf(project),
        ...environments,
        ...[...adopted.branchRules].map(urnOfBranchRule),
        ...adopted.slots.flatMap(urnsOfSlot),
      ],
    );
    // The provider writes down an environment's rules as declared; what GitHub has is read, so that preview shows it.
    if (environments.length > 0) await run(["refresh"], environments);
    requireUnwritten(proxy);
  } finally {
    copy?.remove();
    await proxy.close();
  }
}

async function adoptableOf(github: GitHub, adopted: Adopted): Promise<Adoptable> {
  const { slots, environments, branchRules } = adopted;
  const repositories = [...new Set(slots.flatMap(({ place }) => place?.repository ?? []))];
  const pairs = await inParallel(
    repositories,
    async (each) => [each, await github.repositoryId(each)] as const,
  );
  const ids = new Map(pairs);
  const environmentSecrets = new Map<string, Set<string>>();
  for (const { slot, place } of slots) {
    if (place === undefined) continue;
    for (const repository of [ids.get(place.repository), place.repository]) {
      const key = `${repository}/${place.environment}`;
      environmentSecrets.set(key, (environmentSecrets.get(key) ?? new Set()).add(slot.name));
    }
  }
  const names = slots.filter(({ place }) => place === undefined).map(({ slot }) => slot.name);
  return { names: new Set(names), environmentSecrets, environments, branchRules };
}

function requireUnwritten(proxy: AdoptProxy): void {
  const refused = proxy.refused();
  if (refused.length === 0) return;
  throw new RemedyError({
    code: "adoption-would-write",
    subject: "adopt",
    cause: `Pulumi tried to write to GitHub (${refused.join(", ")}); nothing was written`,
    remedy: "run pulumi preview to see why",
  });
}

/** A stack's file with another address of GitHub in it, for one command. */
export interface StackFileCopy {
  path: string;
  /** Removes the copy. What Pulumi wrote into it meanwhile (an encryption salt) is carried over to the real file. */
  remove(): void;
}

/**
 * Copies a stack's config file with its `githubApiUrl` replaced: what stands in the config wins over the environment,
 * so there is no other way to lead the provider elsewhere. Readable by its owner alone.
 */
export function copyStackFile(project: Project, githubApiUrl: string): StackFileCopy {
  const file = join(project.dir, `Pulumi.${project.stack}.yaml`);
  const original = readFileSync(file, "utf8");
  const key = ["config", `${project.name}:githubApiUrl`];
  const document = parseDocument(original);
  const address = document.getIn(key);
  document.setIn(key, githubApiUrl);
  const written = textOf(document);
  const folder = mkdtempSync(join(tmpdir(), "sophia-secrets-"));
  const path = join(folder, `Pulumi.${project.stack}.yaml`);
  writeFileSync(path, written, { mode: 0o600 });
  return {
    path,
    remove: () => {
      const now = readFileSync(path, "utf8");
      if (now !== written) {
        const changed = parseDocument(now);
        changed.setIn(key, address);
        const back = textOf(changed);
        if (back !== original) replace(file, back);
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function textOf(document: Document): string {
  return document.toString({ lineWidth: 0 });
}

function replace(file: string, text: string): void {
  const next = `${file}.next`;
  writeFileSync(next, text);
  renameSync(next, file);
}
