import { join } from "node:path";
import { catalog } from "../secrets/catalog";
import { createCatalogLoader } from "../src/loaders/typescript/catalog-loader";
import { readProject } from "../src/operations/project";

/** An application that starts: it asks for its secrets by name and never sees where they come from. */
async function main(): Promise<void> {
  const { settings } = readProject(join(__dirname, ".."));
  const secrets = await createCatalogLoader(catalog, settings).load();
  console.log(
    `started with openai_api_key = ${secrets.openai_api_key} (${secrets.openai_api_key.bytes} bytes)`,
  );
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
