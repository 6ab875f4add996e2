import { type CommandSpec, type Completes, flagOf } from "./command";

/** Shells that a script can be written for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** Names of the catalog that the script offers, as they are when it is written. */
export type Names = Readonly<Record<Exclude<Completes, "file">, readonly string[]>>;

/** What a command takes in one place. */
interface Place {
  command: string;
  /** As it is typed; empty for the words after the command. */
  option: string;
  /** What stands there: names of one kind, files, any text, or for a flag nothing. */
  kind: Completes | "text" | "nothing";
  description: string;
}

/**
 * A shell's completion of the command. The script holds lists and compares what is typed with them: it evaluates no word
 * that somebody types, starts nothing, and needs no package of completions.
 */
export function completionScript(shell: Shell, specs: readonly CommandSpec[], names: Names): string {
  const places = specs.flatMap(placesOf);
  if (shell === "fish") return fishScript(specs, places, names);
  const shared = sharedFunction(specs, places, names);
  return shared + (shell === "bash" ? BASH : ZSH);
}

function placesOf({ name: command, positionals = {}, options }: CommandSpec): Place[] {
  return [
    ...Object.values(positionals).map(({ completes = "text" as const, description }) => ({
      command,
      option: "",
      kind: completes,
      description,
    })),
    ...Object.entries(options).map(([option, { argument, completes = "text" as const, description }]) => ({
      command,
      option: flagOf(option),
      kind: argument === undefined ? ("nothing" as const) : completes,
      description,
    })),
    { command, option: "--stack", kind: "text", description: "Pulumi stack to use" },
    { command, option: "-s", kind: "text", description: "Pulumi stack to use" },
    { command, option: "--help", kind: "nothing", description: "show what it takes" },
  ];
}

/** Names that no shell reads anything into; the catalog has no others. */
function plain(names: readonly string[]): string {
  return names.filter((name) => /^\w[\w.-]*$/.test(name)).join(" ");
}

/** What bash and zsh read alike: from the words before the one that is typed to the list of what it can be. */
function sharedFunction(specs: readonly CommandSpec[], places: readonly Place[], names: Names): string {
  const commands = specs.map(({ name }) => name).join(" ");
  const flags = specs.map(({ name }) => {
    const own = places.filter(({ command, option }) => command === name && option.startsWith("--"));
    return `    ${name}) flags="${own.map(({ option }) => option).join(" ")}" ;;`;
  });
  const kinds = places
    .filter(({ kind }) => kind !== "nothing")
    .map(({ command, option, kind }) => `    "${command} ${option}") kind=${kind} ;;`);
  return `# Completion for sophia-secrets. Written by: sophia-secrets completion
# Write it again when commands or the catalog change.

# Sets kind: what stands after an option of a command, or after the command itself.
_sophia_secrets_kind() {
  kind=
  case "$1 $2" in
${kinds.join("\n")}
  esac
}

# Sets kind and list, for the current word and the words before it.
_sophia_secrets_list() {
  local current="$1" command= option= word= flags=
  shift
  for word in "$@"; do
    if [ "$word" = "=" ]; then continue; fi
    if [ -n "$option" ]; then option=; continue; fi
    case "$word" in
      --) kind=file list=; return ;;
      -*) _sophia_secrets_kind "$command" "$word"; if [ -n "$kind" ]; then option="$word"; fi ;;
      *) if [ -z "$command" ]; then command="$word"; fi ;;
    esac
  done
  _sophia_secrets_kind "$command" "$option"
  list=
  case "$kind" in
    environment) list="${plain(names.environment)}" ;;
    group) list="${plain(names.group)}" ;;
    secret) list="${plain(names.secret)}" ;;
  esac
  if [ -z "$command" ]; then list="${commands} --help"; fi
  case "$command" in
${flags.join("\n")}
  esac
  if [ -z "$option" ]; then
    case "$current" in
      -*) list="$list $flags" kind= ;;
    esac
  fi
}
`;
}

const BASH = `
_sophia_secrets() {
  local current="\${COMP_WORDS[COMP_CWORD]}" kind= list= word=
  COMPREPLY=()
  # Bash takes the sign of --option=word for a word of its own.
  if [ "$current" = "=" ]; then current=; fi
  _sophia_secrets_list "$current" "\${COMP_WORDS[@]:1:COMP_CWORD-1}"
  if [ "$kind" = file ]; then compopt -o default; return; fi
  for word in $list; do
    if [[ "$word" == "$current"* ]]; then COMPREPLY+=("$word"); fi
  done
}
complete -F _sophia_secrets sophia-secrets
`;

const ZSH = `
_sophia_secrets() {
  local kind= list=
  _sophia_secrets_list "$words[CURRENT]" "\${(@)words[2,CURRENT-1]}"
  if [ "$kind" = file ]; then _files; return; fi
  compadd -- \${=list}
}
compdef _sophia_secrets sophia-secrets
`;

function fishScript(specs: readonly CommandSpec[], places: readonly Place[], names: Names): string {
  const lines = specs.map(
    ({ name, summary }) =>
      `complete -c sophia-secrets -f -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
  );
  const lists = {
    environment: plain(names.environment),
    group: plain(names.group),
    secret: plain(names.secret),
  };
  for (const { command, option, kind, description } of places) {
    if (option === "-s" || (option === "" && kind === "text")) continue;
    const where = `complete -c sophia-secrets -n '__fish_seen_subcommand_from ${command}'`;
    const what = option === "" ? "" : ` -l ${option.slice(2)} -d ${quoted(description)}`;
    if (kind === "nothing") lines.push(`${where}${what}`);
    else if (kind === "file") lines.push(`${where}${what} -r -F`);
    else if (kind === "text") lines.push(`${where}${what} -x`);
    else lines.push(`${where}${what} ${option === "" ? "-f" : "-x"} -a '${lists[kind]}'`);
  }
  return `# Completion for sophia-secrets. Written by: sophia-secrets completion\n${lines.join("\n")}\n`;
}

/** A text that fish takes as it is. */
function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
