import { equal, match } from "node:assert/strict";
import { join } from "node:path";
import { isPlaceholder } from "../../src/catalog/placeholders";
import { readFile } from "../../src/cli/open-context";
import { loadCatalog, readProject } from "../../src/operations/project";
import { readEnvFile } from "../../src/operations/values/env-file";
import { renderEnvTemplate } from "../../src/operations/values/env-template";
import { keepTemplate } from "../../src/operations/values/keep-template";

const ROOT = join(__dirname, "../..");
const project = readProject(ROOT);
const context = { project, catalog: loadCatalog(project), now: () => new Date(), readFile };

describe("env.example", () => {
  it("is what the catalog says; else: ./sophia-secrets generate-template --output-file env.example", () => {
    equal(keepTemplate(context, join(ROOT, "env.example"), true).state, "current");
  });

  it("holds nothing that any command takes for a value", () => {
    const { text } = renderEnvTemplate(context);
    for (const [name, value = ""] of Object.entries(readEnvFile(Buffer.from(text)).values ?? {}))
      equal(isPlaceholder(value), true, name);
  });

  it("names what is optional, and public defaults, in comments", () => {
    const { text } = renderEnvTemplate(context);
    match(text, /^# DOCKER_HUB_USERNAME=scoobyjava15$/m);
    match(text, /^# optional\n# SNOWFLAKE_ROLE=$/m);
  });
});
