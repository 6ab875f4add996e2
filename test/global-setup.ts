import { delimiter, join, resolve } from "node:path";
import { prepareToolchain } from "../toolchain/toolchain";

/**
 * Puts a ready `pulumi` with its language host on PATH before any test runs, in each way tests are started. Warm, it
 * starts no process; on a machine without Pulumi it builds the CLI once, and says so.
 */
export async function mochaGlobalSetup(): Promise<void> {
  const projectDir = resolve(__dirname, "..");
  const toolchain = await prepareToolchain({
    projectDir,
    sandboxDir: join(projectDir, ".sandbox", "test"),
    plugins: "auto",
    providers: [],
    environment: process.env,
    report: (line) => console.error(line),
  });
  process.env.PULUMI_BIN = toolchain.pulumi;
  process.env.PATH = [toolchain.binDir, process.env.PATH].join(delimiter);
  // No test may look outside, or at what the person who runs them is logged in to.
  process.env.PULUMI_SKIP_UPDATE_CHECK = "true";
  process.env.PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION = "true";
}
