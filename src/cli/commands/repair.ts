import { dayOf } from "../../catalog/dates";
import { organizationSlots, type SlotName } from "../../catalog/slots";
import type { GitHub } from "../../clients/github-secrets";
import { RemedyError } from "../../errors";
import { differencesOf, type Finding, type Observed } from "../../operations/drift/find-drift";
import { observeSecrets } from "../../operations/drift/observe-github";
import { organizationSlotsNamed, requireRoom, spreadOf } from "../../operations/values/named-entries";
import { describeReaders, repositoryIds } from "../../operations/values/write-values";
import { COMMAND, counted } from "../../text";
import { type CommandContext, EXIT, type ExitCode } from "../command";
import type { OldCommandSpec as CommandSpec, Typed } from "../old-command";

/** Mends who may read a secret; knows no value and sends none. */
export const repairCommand: CommandSpec = {
  name: "repair",
  topic: "mend",
  description: "Set who may read secrets back to what the catalog declares",
  details: [
    "A list of repositories is replaced by itself. Another visibility is sent without a value: GitHub's API documents the value as optional there. Where GitHub refuses that, the person who knows the value sets it anew.",
  ],
  names: ["[names...]", `organization secrets that ${COMMAND} drift named`],
  options: [
    ["--all", "every declared secret that is there, and say only what is changed"],
    ["--dry-run", "say what would be changed and stop"],
  ],
  examples: [`${COMMAND} repair OPENAI_API_KEY`, `${COMMAND} repair --all --dry-run`],
  run,
};

async function run(context: CommandContext, typed: Typed): Promise<ExitCode> {
  const { catalog, terminal } = context;
  const all = typed.has("all");
  if ((typed.names.length === 0) !== all) {
    throw new RemedyError({
      code: "usage-invalid",
      subject: "repair",
      cause: "takes names or --all",
      remedy: `${COMMAND} drift tells which`,
    });
  }
  const declared = all
    ? organizationSlots(catalog.entries, dayOf(context.now()))
    : organizationSlotsNamed(catalog, typed.names);
  const github = context.github();
  const observed = await observeSecrets(github, new Set(declared.map(({ name }) => name)));
  if (!all) requireAllThere(declared, observed);
  const there = new Set(observed.secrets.map(({ name }) => name));
  const spread = await spreadOf(context, github);
  const slots = declared
    .filter(({ name }) => there.has(name))
    .map((slot) => ({ ...slot, finding: differencesOf(slot, spread.shards, observed)[0] }));
  const wrong = slots.filter(({ finding }) => finding !== undefined).map(({ secret }) => secret);
  requireRoom(wrong, spread);
  const idsOf = await repositoryIds(github, spread.shards, wrong);
  for (const slot of slots) {
    const { name, secret, finding } = slot;
    const readers = describeReaders(secret, spread.shards);
    if (finding === undefined) {
      if (!all) terminal.print(`${name}: is as declared, ${readers}`);
    } else if (typed.has("dryRun")) terminal.print(`${name}: ${finding.cause}; would be ${readers}`);
    else {
      await fix(github, slot, finding, idsOf(secret));
      terminal.print(`${name}: was ${finding.cause}; now ${readers}`);
    }
  }
  if (all && wrong.length === 0)
    terminal.print(`${counted(slots.length, "secret")} looked at, each read as declared`);
  return EXIT.done;
}

function fix(
  github: GitHub,
  slot: SlotName,
  { code }: Finding,
  repositoryIds: readonly number[],
): Promise<void> {
  if (code === "repositories-differ") return github.setRepositories(slot.name, repositoryIds);
  return setVisibility(github, slot, repositoryIds);
}

function requireAllThere(slots: readonly SlotName[], observed: Observed): void {
  const there = new Set(observed.secrets.map((secret) => secret.name));
  const missing = slots.map((slot) => slot.name).filter((name) => !there.has(name));
  if (missing.length === 0) return;
  throw new RemedyError({
    code: "secret-missing",
    subject: missing.join(", "),
    cause: "GitHub has no such organization secret",
    remedy: `${COMMAND} set ${missing[0]} makes it, with its readers; one that was never there: pulumi up`,
  });
}

async function setVisibility(
  github: GitHub,
  { name, secret }: SlotName,
  repositoryIds: readonly number[],
): Promise<void> {
  try {
    await github.writeSecret(name, { visibility: secret.visibility, repositoryIds });
  } catch (error) {
    if (!(error instanceof RemedyError) || error.problem.code !== "github-refused") throw error;
    throw new RemedyError({
      code: "value-required",
      subject: name,
      cause: "GitHub changes its visibility only together with a value",
      remedy: `whoever knows the value runs: ${COMMAND} set ${name} --replace`,
    });
  }
}
