import { resolveCatalog } from "../../src/catalog/entry";
import { commandContext, runCommand } from "../cli/command-context";

/** A catalog whose one registry login is that of a registry on this machine. */
export function catalogWith(registry: string) {
  return resolveCatalog({
    environments: ["staging"],
    groups: { keys: { description: "Keys", rotationDays: 90, owner: "Platform" } },
    secrets: [
      { name: "REGISTRY_USER", group: "keys" },
      { name: "REGISTRY_TOKEN", group: "keys" },
    ],
    groupings: {
      own: { username: "registry_user", access_token: "registry_token", registry: { constant: registry } },
    },
  });
}

/** The command as podman starts it, with the catalog of the test and the sandbox's Pulumi Cloud. */
async function main(): Promise<void> {
  const { TEST_CLOUD = "", TEST_REGISTRY = "" } = process.env;
  const stdin: Buffer[] = [];
  for await (const chunk of process.stdin) stdin.push(chunk as Buffer);
  const context = commandContext(
    { cloud: { url: TEST_CLOUD } },
    { catalog: catalogWith(TEST_REGISTRY), env: { APP_ENVIRONMENT: "staging" } },
  );
  const { stdout, stderr, code } = await runCommand(
    ["docker-credential", ...process.argv.slice(2)],
    context,
    { stdin: Buffer.concat(stdin).toString("utf8") },
  );
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  process.exitCode = code;
}

if (require.main === module) void main();
