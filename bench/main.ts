import { parseArgs } from "node:util";
import { measureFirstUp } from "./first-up";
import { measureAll, type Result } from "./goals";
import { measureLoaders } from "./loaders";
import { measureScan } from "./scan-speed";
import { Stage } from "./stage";

const USAGE =
  "bench [first-up | scan]: measures two things in turns and compares their medians. Options: --json, --runs N (default 5; 1 for first-up and scan, which take minutes a run)";

/** What takes minutes, and is measured when it is asked for. */
const ALONE = new Map<string, (runs: number) => Promise<Result[]>>([
  ["first-up", async (runs) => [await measureFirstUp(runs)]],
  ["scan", measureScan],
]);

/** Measures every goal on this machine, or the one that takes minutes alone. Exit code 1 when one is missed. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: "boolean" }, runs: { type: "string" }, help: { type: "boolean" } },
  });
  const alone = ALONE.get(positionals[0] ?? "");
  const runs = Number(values.runs ?? (alone ? 1 : 5));
  const isWrong = positionals.length > (alone ? 1 : 0) || !Number.isInteger(runs) || runs < 1;
  if (values.help || isWrong) {
    console.error(USAGE);
    return values.help ? 0 : 2;
  }
  if (alone) return tell({ runs }, await alone(runs), values.json === true);
  const stage = await Stage.start();
  try {
    const secrets = stage.names.length;
    if (!values.json)
      console.log(`Node ${process.version}, ${secrets} secrets, median of ${runs} and more\n`);
    const results = [...(await measureAll(stage, runs)), ...(await measureLoaders(stage, runs))];
    return tell({ secrets, runs }, results, values.json === true);
  } finally {
    await stage.close();
  }
}

function tell(about: object, results: readonly Result[], asJson: boolean): number {
  if (asJson) console.log(JSON.stringify({ node: process.version, ...about, results }));
  else for (const line of results.map(describe)) console.log(line);
  return results.every((result) => result.met) ? 0 : 1;
}

function describe({ name, ours, theirs, unit, by, measured, goal, met }: Result): string {
  const show = (number: number) => (unit === "ms" ? `${number.toFixed(0)} ms` : `${number}`);
  const reached = by === "ratio" ? measured.toFixed(3) : show(measured);
  const wanted = by === "ratio" ? `${goal}` : show(goal);
  const against =
    unit === "calls"
      ? `${ours}, goal ${theirs}`
      : `${show(ours)} to ${show(theirs)}: ${reached}, goal ${wanted}`;
  return `${met ? "met   " : "MISSED"}  ${name}\n        ${against}`;
}

main().then((code) => {
  process.exitCode = code;
});
