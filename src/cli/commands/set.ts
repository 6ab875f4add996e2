import type { Secret as Entry } from "../../../secrets/entry";
import { RemedyError } from "../../errors";
import { Secret } from "../../secret";
import { checkValue, whyNotSet } from "../check-value";
import { type CommandSpec, type Doors, type ExitCode, type Typed, UsageError } from "../command";
import { entriesOf } from "../declared";
import { knowledgeOf, readLedgers } from "../ledger-knowledge";
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
  const { project, catalog, terminal } = doors;
  if (typed.names.length !== 1) {
    throw new UsageError(
      "set",
      "takes one name, and never a value, which the shell would keep",
      "give the value on stdin, or wait to be asked for it",
    );
  }
  const [entry] = entriesOf(catalog, typed.names) as [Entry];
  const { name } = entry;
  const elsewhere = whyNotSet(entry);
  if (elsewhere !== undefined) throw new RemedyError(name, elsewhere, "set it there, then pulumi up");
  const github = doors.github();
  const exists = async () => (await github.listSecrets()).some((secret) => secret.name === name);
  // Before the value is asked for, so that nobody types one for nothing; and after, for that takes its time.
  const existed = await exists();
  if (existed && !typed.has("replace")) throw await refusal(doors, name);
  const value = await read(doors, name);
  const checked = checkValue({ ...entry, aliases: [] }, { [name]: value.unwrap() });
  if (checked.value === undefined)
    throw new RemedyError(name, checked.reason, "nothing was written; give the right one");
  if (!typed.has("replace") && (await exists())) throw await refusal(doors, name);
  await writeValues(github, project.settings, [{ entry, value: checked.value }], () => {
    const readers = describeReaders(entry, project.settings);
    terminal.print(`${name}: ${existed ? "value replaced" : "created"}, ${readers}`);
  });
  if (!existed) {
    terminal.say(
      `It is not in the stack's state yet; before the next pulumi up: npx sophia-secrets adopt ${name}`,
    );
  }
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
