import { createHttp } from "../clients/http";
import type { JobCatalog } from "./job-catalog";
import { runSync } from "./sync";

/** Written above this script by the stack that committed it (render-script.ts). */
declare const JOB_CATALOG: JobCatalog;

runSync({
  catalog: JOB_CATALOG,
  environment: process.env,
  http: createHttp(),
  print: (line) => console.log(line),
  now: () => new Date(),
}).then((code) => {
  process.exitCode = code;
});
