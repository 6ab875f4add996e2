import { join, resolve } from "node:path";
import { findRunning } from "../sandbox/background";
import { projectNames } from "../sandbox/project-names";
import { createPeople } from "./people";
import { plainSampleValue, SET_BY_PEOPLE, setEverything } from "./sample-value";

const PROJECT = resolve(__dirname, "..");

/** `make sandbox-fill`: sets a sample value for every secret that a person would set, so that the next run is green. */
async function main(): Promise<void> {
  const running = findRunning(join(PROJECT, ".sandbox"));
  if (running === undefined) throw new Error("The sandbox is not running. Remedy: make sandbox");
  const { githubOrganization, carriers } = projectNames(PROJECT);
  const people = createPeople({
    baseUrl: running.github,
    token: running.tokens.github,
    owner: githubOrganization,
    repo: carriers[0] ?? "",
  });
  const report = (line: string) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
  };
  await setEverything(people, report, plainSampleValue);
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  console.error(`${SET_BY_PEOPLE.length} secrets have a sample value. Next: make sandbox-run`);
}

main().catch((error: Error & { status?: number }) => {
  const missing = error.status === 404;
  console.error(
    `error: ${missing ? "the sandbox's GitHub does not have the catalog's secrets yet" : error.message}`,
  );
  if (missing) console.error("Remedy: pulumi up -s staging && pulumi up -s production, then run it again");
  process.exitCode = 1;
});
