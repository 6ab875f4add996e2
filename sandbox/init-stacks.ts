import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * Makes a stack for each Pulumi.<stack>.yaml of a project, as `pulumi stack init` does, so that the first
 * `pulumi preview -s production` works.
 *
 * @param environment of the commands: says which Pulumi Cloud and which CLI.
 */
export async function initStacks(projectDir: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const options = { cwd: projectDir, env: environment };
  const { stdout } = await run("pulumi", ["stack", "ls", "--json"], options);
  const there = new Set(
    (JSON.parse(stdout) as { name: string }[]).map((stack) => stack.name.split("/").at(-1)),
  );
  for (const file of readdirSync(projectDir)) {
    const stack = /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1];
    if (stack !== undefined && !there.has(stack))
      await run("pulumi", ["stack", "init", stack, "--no-select"], options);
  }
}
