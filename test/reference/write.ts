import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { catalogPage, configPage, jsonPage, policiesPage } from "./declared-pages";
import { codeSites } from "./error-codes";
import { codesPage, commandsPage } from "./pages";

/** The pages of docs/reference that are generated, by file name. */
export function referencePages(root: string): Map<string, string> {
  return new Map([
    ["error-codes.md", codesPage(codeSites(root))],
    ["commands.md", commandsPage()],
    ["catalog.md", catalogPage(root)],
    ["stack-config.md", configPage(root)],
    ["policies.md", policiesPage()],
    ["json.md", jsonPage()],
  ]);
}

if (require.main === module) {
  const root = resolve(__dirname, "..", "..");
  const folder = join(root, "docs", "reference");
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of referencePages(root)) writeFileSync(join(folder, name), text);
}
