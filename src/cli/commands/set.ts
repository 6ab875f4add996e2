import { dayOf } from "../../catalog/dates";
import type { SlotName } from "../../catalog/slots";
import { RemedyError } from "../../errors";
import { knowledgeOf, readLedgers } from "../../operations/observation/environments";
import { checkValue, whyNotSet } from "../../operations/values/check-value";
import {
  namedSlots,
  organizationSlotsNamed,
  otherNamesLeft,
  requireRoom,
  spreadOf,
} from "../../operations/values/named-entries";
import { setInEnvironment } from "../../operations/values/set-in-environment";
import { describeReaders, writeValues } from "../../operations/values/write-values";
import { COMMAND } from "../../text";
import { type CommandContext, EXIT, type ExitCode } from "../command";
import type { OldCommandSpec as CommandSpec, Typed } from "../old-command";
import { environmentOption } from "../options";
import { readValue } from "../read-value";

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
    `${COMMAND} set OPENAI_API_KEY --replace`,
    `${COMMAND} set LAMBDA_LABS_SSH_KEY < id_ed25519`,
    `${COMMAND} set DATABASE_URL --environment staging --replace`,
  ],
  run,
};

async function run(context: CommandContext, typed: Typed): Promise<ExitCode> {
  const { catalog } = context;
  if (typed.names.length !== 1) {
    throw new RemedyError({
      code: "usage-invalid",
      subject: "set",
      cause: "takes one name, and never a value, which the shell would keep",
      remedy: "give the value on stdin, or wait to be asked for it",
    });
  }
  const environment = environmentOption(context, typed);
  const replace = typed.has("replace");
  if (environment === undefined) {
    const [slot] = organizationSlotsNamed(catalog, typed.names) as [SlotName];
    await setInOrganization(context, slot, replace);
  } else {
    const [slot] = namedSlots(catalog, typed.names) as [SlotName];
    const { terminal } = context;
    const { name } = slot;
    await setInEnvironment(context, slot, environment, replace, {
      ask: () => readValue(terminal, name, `Value of ${name} in ${environment} (not shown)`),
      written: (repository, replaced) =>
        terminal.print(
          `${name}: ${replaced ? "value replaced" : "created"}, in ${environment} of ${repository}`,
        ),
      left: terminal.say,
    });
  }
  return EXIT.done;
}

async function setInOrganization(context: CommandContext, slot: SlotName, replace: boolean): Promise<void> {
  const { terminal } = context;
  const { name, secret } = slot;
  const elsewhere = whyNotSet(secret);
  if (elsewhere !== undefined)
    throw new RemedyError({
      code: "value-set-elsewhere",
      subject: name,
      cause: elsewhere,
      remedy: "set it there, then pulumi up",
    });
  const github = context.github();
  const list = async () => new Set((await github.listSecrets()).map((each) => each.name));
  // Before the value is asked for, so that nobody types one for nothing; and after, for that takes its time.
  const there = await list();
  if (there.has(name) && !replace) throw await refusal(context, name);
  const spread = await spreadOf(context, github);
  requireRoom([secret], spread);
  const value = await readValue(terminal, name, `Value of ${name} (not shown)`);
  const checked = checkValue({ ...secret, name, aliases: [] }, { [name]: value.unwrap() });
  if (checked.value === undefined)
    throw new RemedyError({
      code: "value-invalid",
      subject: name,
      cause: checked.reason,
      remedy: "nothing was written; give the right one",
    });
  if (checked.warning !== undefined) terminal.say(`warning: ${checked.warning}`);
  if (!replace && (await list()).has(name)) throw await refusal(context, name);
  await writeValues(github, spread.shards, [{ slot, value: checked.value }], () => {
    const readers = describeReaders(secret, spread.shards);
    terminal.print(`${name}: ${there.has(name) ? "value replaced" : "created"}, ${readers}`);
  });
  if (!there.has(name)) {
    terminal.say(
      `Where the stack has no slot of it yet: ${COMMAND} adopt ${name}, before the next pulumi up`,
    );
  }
  for (const line of otherNamesLeft([slot], there, dayOf(context.now()))) terminal.say(line);
}

async function refusal(context: CommandContext, name: string): Promise<RemedyError> {
  const synced = await readLedgers(context.cloud(), context.catalog, context.project.settings);
  return new RemedyError({
    code: "secret-exists",
    subject: name,
    cause: `it exists in GitHub, which cannot give its value back (${knowledgeOf(name, synced)})`,
    remedy: `${COMMAND} set ${name} --replace replaces it for good`,
  });
}
