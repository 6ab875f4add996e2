import { parseArgs } from "node:util";
import { measureAll, type Result } from "./goals";
import { Stage } from "./stage";

const USAGE =
  "bench: measures two things in turns and compares their medians. Options: --json, --runs N (default 5)";

/** Measures every goal on this machine. Exit code 1 when one is missed. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { json: { type: "boolean" }, runs: { type: "string", default: "5" }, help: { type: "boolean" } },
  });
  const runs = Number(values.runs);
  if (values.help || !Number.isInteger(runs) || runs < 1) {
    console.error(USAGE);
    return values.help ? 0 : 2;
  }
  const stage = await Stage.start();
  try {
    if (!values.json)
      console.log(`Node ${process.version}, ${stage.names.length} secrets, median of ${runs} and more\n`);
    const results = await measureAll(stage, runs);
    if (values.json)
      console.log(JSON.stringify({ node: process.version, secrets: stage.names.length, runs, results }));
    else for (const line of results.map(describe)) console.log(line);
    return results.every((result) => result.met) ? 0 : 1;
  } finally {
    await stage.close();
  }
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
