import type { SlotName } from "../../../secrets/slots";
import { dayOf } from "../../../secrets/tombstone";
import { RemedyError } from "../../errors";
import { Secret } from "../../secret";
import { checkValue, whyNotSet } from "../check-value";
import { type CommandSpec, type Doors, type ExitCode, type Typed, UsageError } from "../command";
import { organizationSlotsNamed } from "../declared";
import { knowledgeOf, readLedgers } from "../ledger-knowledge";
import { twinsLeft } from "../renamed";
import { requireRoom, spreadOf } from "../spread";
import { describeReaders, writeValues } from "../write-values";

/** Writes one value, asked for in hiding or read from stdin. */
export const setCommand: CommandSpec = {
  name: "set",
  description: "Set a secret's value in GitHub, and who may read it as the catalog declares",
  details: [
    "Asks for the value without showing it, or reads stdin; never an argument, never a variable. The line end",
    "after a single line (echo) is left out; a value of several lines (a key) is taken byte for byte.",
    "GitHub cannot give an existing value back, nor say whether it is only the placeholder: --replace is then needed.",
  ],
  names: ["[name]", "organization secret of the catalog"],
  options: [["--replace", "replace the value that is there"]],
  examples: [
    "npx sophia-secrets set OPENAI_API_KEY --replace",
    "npx sophia-secrets set LAMBDA_LABS_SSH_KEY < id_ed25519",
  ],
  run,
};

async function run(doors: Doors, typed: Typed): Promise<ExitCode> {
  const { catalog, terminal } = doors;
  if (typed.names.length !== 1) {
    throw new UsageError(
      "set",
      "takes one name, and never a value, which the shell would keep",
      "give the value on stdin, or wait to be asked for it",
    );
  }
  const [slot] = organizationSlotsNamed(catalog, typed.names) as [SlotName];
  const { name, secret } = slot;
  const elsewhere = whyNotSet(secret);
  if (elsewhere !== undefined) throw new RemedyError(name, elsewhere, "set it there, then pulumi up");
  const github = doors.github();
  const list = async () => new Set((await github.listSecrets()).map((each) => each.name));
  // Before the value is asked for, so that nobody types one for nothing; and after, for that takes its time.
  const there = await list();
  if (there.has(name) && !typed.has("replace")) throw await refusal(doors, name);
  const spread = await spreadOf(doors, github);
  requireRoom([secret], spread);
  const value = await read(doors, name);
  const checked = checkValue({ ...secret, name, aliases: [] }, { [name]: value.unwrap() });
  if (checked.value === undefined)
    throw new RemedyError(name, checked.reason, "nothing was written; give the right one");
  if (!typed.has("replace") && (await list()).has(name)) throw await refusal(doors, name);
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
  return 0;
}

async function refusal(doors: Doors, name: string): Promise<RemedyError> {
  const synced = await readLedgers(doors.cloud(), doors.catalog, doors.project.settings);
  return new RemedyError(
    name,
    `it exists in GitHub, which cannot give its value back (${knowledgeOf(name, synced)})`,
    `npx sophia-secrets set ${name} --replace replaces it for good`,
  );
}

async function read({ terminal }: Doors, name: string): Promise<Secret> {
  if (terminal.canAsk) return terminal.askHidden(`Value of ${name} (not shown)`);
  const bytes = await terminal.readStdin();
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return new Secret(withoutEcho(text));
  } catch {
    throw new RemedyError(name, "the value on stdin is not UTF-8 text", "encode it, in base64 for example");
  }
}

/** `echo` ends its line; a private key ends with a line end of its own, without which OpenSSH does not read it. */
function withoutEcho(text: string): string {
  return /^[^\r\n]*\r?\n$/.test(text) ? text.replace(/\r?\n$/, "") : text;
}
