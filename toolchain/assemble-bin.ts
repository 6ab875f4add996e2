import { existsSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { compileOnce } from "./compile";
import type { FoundCli } from "./path-cli";
import { writeNodeWrapper } from "./shell-wrapper";
import { linkOrCopy, writeWhole } from "./write-whole";

/** Pulumi's program for dynamic resources, as the official CLI's script beside it starts it: the project's own copy. */
const DYNAMIC_PROVIDER =
  'require(require.resolve("@pulumi/pulumi/cmd/dynamic-provider", { paths: [process.cwd()] }));\n';

/**
 * Puts the CLI, this checkout's own language host and the program for dynamic resources into `toolchainDir/bin`. The CLI is
 * shared between checkouts (a hard link into the user's cache); the host belongs to the checkout, so that two checkouts
 * at different commits do not overwrite each other's.
 *
 * @returns the folder that belongs first on PATH
 */
export async function assembleBin(cli: FoundCli, projectDir: string, toolchainDir: string): Promise<string> {
  const binDir = join(toolchainDir, "bin");
  const host = join(toolchainDir, "language-host.cjs");
  linkOrCopy(realpathSync(cli.pulumi), join(binDir, "pulumi"));
  const entry = join(projectDir, "toolchain", "language-host.ts");
  await compileOnce({ projectDir, entry, output: host, packages: "bundle" });
  writeNodeWrapper(join(binDir, "pulumi-language-nodejs"), host);
  const dynamic = join(toolchainDir, "dynamic-provider.cjs");
  if (!existsSync(dynamic) || readFileSync(dynamic, "utf8") !== DYNAMIC_PROVIDER)
    writeWhole(dynamic, DYNAMIC_PROVIDER);
  writeNodeWrapper(join(binDir, "pulumi-resource-pulumi-nodejs"), dynamic);
  return binDir;
}
