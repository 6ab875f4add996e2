import { TOKENS } from "../pulumi-cloud/cloud-fixture";
import { startContractCloud } from "./contract-cloud";

/**
 * The sandbox's Pulumi Cloud for the Python tests: prints its address and tokens, and the address of the cluster that it
 * trusts. Ends when its input does.
 */
async function serve(): Promise<void> {
  const { cloud, issuer, close } = await startContractCloud();
  console.log(JSON.stringify({ url: cloud.url, tokens: TOKENS, issuer: issuer.url }));
  process.stdin.resume().once("end", () => void close().then(() => process.exit(0)));
}

void serve();
