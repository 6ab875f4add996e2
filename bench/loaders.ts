import { counted, type Result, timed } from "./goals";
import { inTurns, timeProcess } from "./measure";
import { NO_PYTHON, pythonWith } from "./python";
import { COMPOSITE, MANY, type Stage } from "./stage";

/**
 * What loading secrets costs, in both languages, whole processes from start to end: against Pulumi's own clients and
 * its CLI. The goals are those of issue 14.
 */
export async function measureLoaders(stage: Stage, runs: number): Promise<Result[]> {
  const often = runs * 3;
  const node = (file: string, env: Record<string, string>) => () =>
    timeProcess({ file: process.execPath, args: [file], env });
  const loader = stage.loader();
  const open = { file: stage.pulumi, args: ["env", "open", COMPOSITE, "--format", "json"], env: stage.env() };
  const requests = await countRequests(stage);
  const replayed = stage.replayed();
  return [
    ...requests,
    timed(
      "loader, against pulumi env open",
      "ratio",
      0.33,
      await inTurns(often, node(loader, stage.env()), () => timeProcess(open)),
    ),
    timed(
      "loader, against @pulumi/esc-sdk",
      "ratio",
      0.5,
      await inTurns(often, node(loader, replayed), node(stage.vendorClient(), replayed)),
    ),
    timed(
      `loader of ${MANY.toLocaleString("en")} secrets, against ${stage.names.length}`,
      "ratio",
      1.6,
      await inTurns(often, node(stage.loader(0, MANY), replayed), node(loader, replayed)),
    ),
    ...(await measurePython(stage, often)),
  ];
}

/** Requests are exact: counted once, not measured. */
async function countRequests(stage: Stage): Promise<Result[]> {
  const asked = async (file: string) => {
    await stage.requests();
    await timeProcess({ file: process.execPath, args: [file], env: stage.env() });
    return stage.requests();
  };
  const load = await asked(stage.loader());
  // The first refresh opens again what was written seconds before: no clock tells which came first.
  const once = await asked(stage.loader(1));
  const again = (await asked(stage.loader(2))).slice(once.length);
  const opened = again.filter((request) => request.includes("/open"));
  return [
    counted("requests of a load", load.length, 2),
    counted("requests of a refresh without a change", again.length, 1),
    counted("openings by a refresh without a change", opened.length, 0),
  ];
}

async function measurePython(stage: Stage, runs: number): Promise<Result[]> {
  const python = pythonWith("esc-sdk");
  if (python === undefined) {
    console.error(`skipped, the Python loader: ${NO_PYTHON}`);
    return [];
  }
  const folder = stage.pythonLoader();
  const run = (code: string) => () =>
    timeProcess({ file: python, args: ["-c", code], env: stage.replayed({ PYTHONPATH: folder }) });
  // Compiled once before, as an installed module is.
  await run("import bench_loader")();
  const load = `import bench_loader; bench_loader.config.${stage.firstKey()}`;
  return [
    timed(
      "import of the Python loader, over an empty python",
      "over",
      30,
      await inTurns(runs, run("import bench_loader"), run("")),
    ),
    timed(
      "Python loader, against pulumi-esc-sdk",
      "ratio",
      0.35,
      await inTurns(runs, run(load), run(stage.vendorPython())),
    ),
  ];
}
