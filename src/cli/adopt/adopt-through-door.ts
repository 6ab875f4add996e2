import { counted } from "../../../secrets/counted";
import type { GitHub } from "../../clients/github";
import { RemedyError } from "../../errors";
import type { Doors } from "../command";
import { inParallel } from "../in-parallel";
import type { Adoptable } from "./adopt-answers";
import { type AdoptDoor, openAdoptDoor } from "./adopt-door";
import type { AdoptSlot } from "./adopt-slots";
import { groundOf, targets, urnOfBranchRule, urnOfEnvironment, urnsOfSlot } from "./adopt-targets";
import { copyStackFile } from "./stack-file-copy";

/** What one run takes into the state. */
export interface Adopted {
  slots: readonly AdoptSlot[];
  /** `repository/environment` of environments, and of the rules which branch may use them. */
  environments: ReadonlySet<string>;
  branchRules: ReadonlySet<string>;
}

/** Runs the program against the door. @throws RemedyError when Pulumi fails, or tried to write anything else. */
export async function adoptThroughDoor(doors: Doors, adopted: Adopted): Promise<void> {
  const { project, pulumi, terminal } = doors;
  const github = doors.github();
  const count = adopted.slots.length;
  terminal.progress(`Starting Pulumi for ${counted(count, "secret")}`);
  const door = await openAdoptDoor({
    upstream: github.url,
    adoptable: await adoptableOf(github, adopted),
    http: doors.http,
    onAdopted: (name, done) => terminal.progress(`Adopted ${done} of ${count}: ${name.split("/").at(-1)}`),
  });
  const isSet = project.settings.githubApiUrl !== undefined;
  const copy = isSet ? copyStackFile(project, door.url) : undefined;
  const run = (command: readonly string[], urns: readonly string[]) => {
    const config = copy === undefined ? [] : ["--config-file", copy.path];
    const line = [...command, "--yes", "--skip-preview", ...config, ...targets(urns)];
    return pulumi.run(line, { GITHUB_BASE_URL: `${door.url}/` });
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
    requireUnwritten(door);
  } finally {
    copy?.remove();
    await door.close();
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
    const key = `${ids.get(place.repository)}/${place.environment}`;
    environmentSecrets.set(key, (environmentSecrets.get(key) ?? new Set()).add(slot.name));
  }
  const names = slots.filter(({ place }) => place === undefined).map(({ slot }) => slot.name);
  return { names: new Set(names), environmentSecrets, environments, branchRules };
}

function requireUnwritten(door: AdoptDoor): void {
  const refused = door.refused();
  if (refused.length === 0) return;
  throw new RemedyError(
    "adopt",
    `Pulumi tried to write to GitHub (${refused.join(", ")}); nothing was written`,
    "run pulumi preview to see why",
  );
}
