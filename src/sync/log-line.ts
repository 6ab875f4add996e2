import { visible } from "../../secrets/unseen";

/**
 * A text as one line of a log: what would not show is written out, and nothing in it is a command to GitHub's runner.
 * Names come from ESC, GitHub and audit logs, and whoever may write one would otherwise speak for this program.
 *
 * The runner acts on lines that begin with `::` after blanks, and on `##[` anywhere in one (actions/runner,
 * ActionCommand.cs). The escapes are JSON's own: a line of JSON means what it meant.
 */
export function logLine(text: string): string {
  return visible(text)
    .replace(/^(\s*):/, "$1\\u003a")
    .replaceAll("##[", "#\\u0023[");
}

/** The runner's command that hides a text from here on. */
export function maskCommand(text: string): string {
  return `::add-mask::${commandData(text)}`;
}

/** The runner's command that shows a text beside the run. */
export function annotation(level: "error" | "notice" | "warning", text: string): string {
  return `::${level} title=sync_secrets::${commandData(visible(text))}`;
}

/** Workflow commands end at a line end, and take %0A for one inside. */
function commandData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
