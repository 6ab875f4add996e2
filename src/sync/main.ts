import { createHttp } from "../clients/http";
import type { JobCatalog } from "./job-catalog";
import { describeError } from "./runner";
import { runSync } from "./sync";

/** Written above this script by the stack that committed it (render-script.ts). */
declare const JOB_CATALOG: JobCatalog;

// Node would print the error as it is, and its message or fields may hold a value.
process.on("uncaughtException", (error) => {
  console.error(`error: ${describeError(error)}`);
  process.exit(1);
});

runSync({
  catalog: JOB_CATALOG,
  env: process.env,
  http: createHttp({ env: process.env, onWait: (line) => console.log(line) }),
  print: (line) => console.log(line),
  now: () => new Date(),
}).then((code) => {
  process.exitCode = code;
});
