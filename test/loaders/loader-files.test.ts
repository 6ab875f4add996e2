import { deepEqual, match } from "node:assert/strict";
import { join } from "node:path";
import { catalog as written } from "../../secrets/catalog";
import { resolveCatalog } from "../../src/catalog/entry";
import type { GitHubCall } from "../../src/clients/github-call";
import { NotShownError } from "../../src/clients/github-refusal";
import { readRuntimes } from "../../src/loaders/generator/read-runtimes";
import { renderApplication } from "../../src/loaders/generator/render-application";
import { checkLoaderFiles } from "../../src/operations/verification/check-loader-files";
import { SETTINGS } from "../cli/small-organization";

const runtimes = readRuntimes(join(__dirname, "../.."));
const catalog = resolveCatalog({
  ...written,
  applications: [
    { name: "backend", repository: "api", language: "python", path: "app/secrets.py" },
    { name: "web", repository: "web", language: "typescript", path: "src/secrets.ts", branch: "next" },
  ],
});
const [backend, web] = catalog.applications.map((each) =>
  renderApplication(catalog, SETTINGS, each, runtimes),
);

/** What `verify` finds where the repositories have these files. */
async function find(files: Record<string, string | undefined>) {
  const get = async (_: object, place: string) => {
    const content = files[place];
    if (content === undefined) throw new NotShownError({ code: "c", subject: "s", cause: "c", remedy: "r" });
    return { content: Buffer.from(content).toString("base64") };
  };
  const call = { get, ofRepository: () => ({}), organization: "ai-cherry" } as unknown as GitHubCall;
  const project = { dir: "", name: "", stack: "", settings: SETTINGS };
  return checkLoaderFiles({ catalog, project, githubCall: () => call }, () => runtimes);
}

const BACKEND = "/repos/ai-cherry/api/contents/app/secrets.py?ref=main";
const WEB = "/repos/ai-cherry/web/contents/src/secrets.ts?ref=next";

describe("verify, on applications' files", () => {
  const codes = async (files: Record<string, string | undefined>) =>
    (await find(files)).map(({ code }) => code);

  it("finds them current, each on its branch", async () => {
    deepEqual(await codes({ [BACKEND]: backend, [WEB]: web }), [
      "loader-file-current",
      "loader-file-current",
    ]);
  });

  it("names the secrets that a stale file lacks, and those that it still has", async () => {
    for (const text of [backend, web] as [string, string]) {
      const stale = text.replaceAll("OPENAI_API_KEY", "OPENAI_KEY_OF_OLD");
      const [first, second] = await find({ [BACKEND]: stale, [WEB]: stale });
      for (const each of [first, second]) {
        deepEqual([each?.code, each?.state], ["loader-file-differs", "wrong"]);
        match(each?.cause ?? "", /it lacks OPENAI_API_KEY; it still has OPENAI_KEY_OF_OLD/);
        match(each?.remedy ?? "", /^pulumi up -s production --refresh$/);
      }
    }
    const [older] = await find({ [BACKEND]: `${backend}# older\n`, [WEB]: web });
    match(older?.cause ?? "", /same secrets, and differs otherwise/);
  });

  it("tells a file of someone else's from a stale one, and how to make room", async () => {
    const [found] = await find({ [BACKEND]: 'openai_api_key = os.environ["OPENAI_API_KEY"]\n', [WEB]: web });
    deepEqual(found?.code, "loader-file-foreign");
    match(
      found?.remedy ?? "",
      /^in api: git mv app\/secrets\.py app\/secrets\.py\.old, commit, push; then pulumi up/,
    );
  });

  it("misses one that is not there", async () => {
    deepEqual(await codes({ [WEB]: web }), ["loader-file-missing", "loader-file-current"]);
  });
});
