import type { ReportData, Task } from "../../operations/report/report-data";
import { counted } from "../../text";
import { tableLines } from "../table";
import { tilesOf } from "./summary";

/** Tasks of an owner that a terminal lists; the page and --json have all. */
const LISTED = 10;

/** The report in short: what must be done by owner, then the numbers, then what could not be read. */
export function reportLines(data: ReportData, width: number | undefined): string[] {
  const owners = new Map<string, Task[]>();
  for (const task of data.today) owners.set(task.owner, [...(owners.get(task.owner) ?? []), task]);
  const late = (tasks: readonly Task[]) => tasks.filter(({ urgency }) => urgency === "now").length;
  const latest = [...owners].sort(([, a], [, b]) => late(b) - late(a));
  const todo = latest.flatMap(([owner, tasks]) => {
    const rows = tasks
      .slice(0, LISTED)
      .map(({ urgency, subject, environments, cause, command, remedy }) => [
        `  ${urgency}`,
        subject,
        environments.join(", "),
        cause,
        command ?? remedy ?? "",
      ]);
    const rest = tasks.length - LISTED;
    return [
      owner,
      ...tableLines(rows, width),
      ...(rest > 0 ? [`  and ${counted(rest, "more task")}`] : []),
      "",
    ];
  });
  const numbers = tilesOf(data).map(({ number, words, more }) => [number, words, more]);
  const unread = data.unread.map(({ part, subject, cause }) => [`  ${part}`, subject, cause]);
  return [
    ...(todo.length > 0 ? ["To do today", "", ...todo] : ["Nothing to do today", ""]),
    ...tableLines(numbers, width),
    ...(unread.length > 0 ? ["", "Not readable with these tokens:", ...tableLines(unread, width)] : []),
  ];
}
