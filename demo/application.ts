import { loadSecrets } from "../src/loaders/typescript/load-secrets";

/** An application as its developers write it: it asks for its secrets by name and never sees where they come from. */
async function main(): Promise<void> {
  const secrets = await loadSecrets();
  console.log(
    `started with openai_api_key = ${secrets.openai_api_key} (${secrets.openai_api_key.bytes} bytes)`,
  );
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
