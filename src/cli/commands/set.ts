import type { SlotName } from "../../../secrets/slots";
import { dayOf } from "../../../secrets/tombstone";
import { RemedyError } from "../../errors";
import { type CommandSpec, type Doors, EXIT, type ExitCode, type Typed } from "../command";
import { environmentOption } from "../environment-option";
import { knowledgeOf, readLedgers } from "../status/ledger-knowledge";
import { checkValue, whyNotSet } from "../values/check-value";
import { namedSlots, organizationSlotsNamed } from "../values/declared";
import { readValue } from "../values/read-value";
import { twinsLeft } from "../values/renamed";
import { setInEnvironment } from "../values/set-in-environment";
import { requireRoom, spreadOf } from "../values/spread";
import { describeReaders, writeValues } from "../values/write-values";

/** Writes one value, asked for in hiding or read from stdin. */
export const setCommand: CommandSpec = {
  name: "set",
  topic: "values",
  description: "Set a secret's value in GitHub, and who may read it",
  details: [
    "Asks for the value without showing it, or reads stdin; never an argument, never a variable. The line end after a single line (echo) is left out; a value of several lines (a key) is taken byte for byte.",
    "GitHub cannot give an existing value back, nor say whether it is only the placeholder: --replace is then needed. A secret with a value per environment is set for one, in every carrier that holds it there.",
  ],
  names: ["[name]", "secret of the catalog"],
  options: [
    ["--environment <name>", "environment whose value it is, for secrets of GitHub environments"],
    ["--replace", "replace the value that is there"],
  ],
  examples: [
    "npx sophia-secrets set OPENAI_API_KEY --replace",
    "npx sophia-secrets set LAMBDA_LABS_SSH_KEY < id_ed25519",
    "npx sophia-secrets set DATABASE_URL --environment staging --replace",
  ],
  run,
};

async function run(doors: Doors, typed: Typed): Promise<ExitCode> {
  const { catalog } = doors;
  if (typed.names.length !== 1) {
    throw new RemedyError(
      "set",
      "takes one name, and never a value, which the shell would keep",
      "give the value on stdin, or wait to be asked for it",
    );
  }
  const environment = environmentOption(doors, typed);
  const replace = typed.has("replace");
  if (environment === undefined) {
    const [slot] = organizationSlotsNamed(catalog, typed.names) as [SlotName];
    await setInOrganization(doors, slot, replace);
  } else {
    const [slot] = namedSlots(catalog, typed.names) as [SlotName];
    await setInEnvironment(doors, slot, environment, replace);
  }
  return EXIT.done;
}

async function setInOrganization(doors: Doors, slot: SlotName, replace: boolean): Promise<void> {
  const { terminal } = doors;
  const { name, secret } = slot;
  const elsewhere = whyNotSet(secret);
  if (elsewhere !== undefined) throw new RemedyError(name, elsewhere, "set it there, then pulumi up");
  const github = doors.github();
  const list = async () => new Set((await github.listSecrets()).map((each) => each.name));
  // Before the value is asked for, so that nobody types one for nothing; and after, for that takes its time.
  const there = await list();
  if (there.has(name) && !replace) throw await refusal(doors, name);
  const spread = await spreadOf(doors, github);
  requireRoom([secret], spread);
  const value = await readValue(terminal, name, `Value of ${name} (not shown)`);
  const checked = checkValue({ ...secret, name, aliases: [] }, { [name]: value.unwrap() });
  if (checked.value === undefined)
    throw new RemedyError(name, checked.reason, "nothing was written; give the right one");
  if (!replace && (await list()).has(name)) throw await refusal(doors, name);
  await writeValues(github, spread.shards, [{ slot, value: checked.value }], () => {
    const readers = describeReaders(secret, spread.shards);
    terminal.print(`${name}: ${there.has(name) ? "value replaced" : "created"}, ${readers}`);
  });
  if (!there.has(name)) {
    terminal.say(
      `Where the stack has no slot of it yet: npx sophia-secrets adopt ${name}, before the next pulumi up`,
    );
  }
  for (const line of twinsLeft([slot], there, dayOf(doors.now()))) terminal.say(line);
}

async function refusal(doors: Doors, name: string): Promise<RemedyError> {
  const synced = await readLedgers(doors.cloud(), doors.catalog, doors.project.settings);
  return new RemedyError(
    name,
    `it exists in GitHub, which cannot give its value back (${knowledgeOf(name, synced)})`,
    `npx sophia-secrets set ${name} --replace replaces it for good`,
  );
}
