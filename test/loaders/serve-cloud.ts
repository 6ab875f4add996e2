import { startCloud, TOKENS } from "../pulumi-cloud/cloud-fixture";

/** The sandbox's Pulumi Cloud for the Python tests: prints its address and tokens, and ends when its input does. */
async function serve(): Promise<void> {
  const cloud = await startCloud();
  console.log(JSON.stringify({ url: cloud.url, tokens: TOKENS }));
  process.stdin.resume().once("end", () => void cloud.close().then(() => process.exit(0)));
}

void serve();
