import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { renderComposite } from "../../src/catalog/esc-environments";
import { compareTexts, type HistoryLine } from "../../src/operations/versions/history";
import { env, TOKENS, team } from "../pulumi-cloud/cloud-fixture";
import { checkNarrow, NARROW } from "./narrow-table";
import { COMPOSITE, GROUP, SETTINGS, VersionsStage } from "./versions-stage";

const one = { ALPHA_KEY: "canary-a1", BETA_KEY: "canary-b1", DB_PASSWORD: "canary-d1" };
const two = { ...one, ALPHA_KEY: "canary-a2", GAMMA_KEY: "canary-g" };

describe("history", () => {
  let stage: VersionsStage;
  beforeEach(async () => {
    stage = await VersionsStage.start();
    await stage.sync(one);
    await stage.sync(two);
  });
  afterEach(() => stage.close());

  const history = async (rest = "", world: Parameters<VersionsStage["run"]>[1] = {}) => {
    const { stdout, stderr, code } = await stage.run(`history production --json${rest}`, world);
    equal(`${code}${stderr}`, "0");
    return JSON.parse(stdout) as HistoryLine[];
  };
  const brief = (lines: HistoryLine[]) =>
    lines.map(({ group, revision, by, tags, added, changed, removed }) =>
      [`${group}@${revision}`, by, tags.join(" "), `+${added} ~${changed} -${removed}`].join(" | "),
    );

  it("lists revisions newest first, with writer, run and the names that each changed", async () => {
    const [newest, ...older] = brief(await history(" --limit 3"));
    equal(newest, "keys@4 | ada | run-2 | +GAMMA_KEY ~ALPHA_KEY -");
    // A run writes its groups side by side: which of them is first is nobody's to say.
    deepEqual(older.sort(), [
      "databases@3 | ada | run-1 run-2 | +DB_PASSWORD ~ -",
      "keys@3 | ada | run-1 | +ALPHA_KEY,BETA_KEY ~ -",
    ]);
  });

  it("is a table for people", async () => {
    const { stdout, stderr, code } = await stage.run("history production --group keys --limit 2");
    deepEqual([code, stderr], [0, "Older revisions are not shown: --limit 10 shows more\n"]);
    const time = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ";
    match(
      stdout,
      new RegExp(
        `^${time}  keys@4  ada  run-2  added GAMMA_KEY; changed ALPHA_KEY\\n${time}  keys@3  ada  run-1  added ALPHA_KEY, BETA_KEY\\n$`,
      ),
    );
  });

  it("fits a narrow terminal, and keeps every column", async () => {
    const table = async (world = {}) => (await stage.run("history production --group keys", world)).stdout;
    checkNarrow(await table({ width: NARROW }), await table());
  });

  it("tells one group, and to its first revision", async () => {
    const lines = await history(" --group databases");
    equal((await stage.run("history production --group databases")).stderr, "", "nothing is left out");
    deepEqual(
      lines.map(({ group, revision }) => `${group}@${revision}`),
      ["databases@3", "databases@2", "databases@1"],
    );
  });

  it("needs the right to read alone, and opens nothing", async () => {
    await team(stage.cloud, "readers", ["dev"], { [GROUP.keys]: "read", [GROUP.databases]: "read" });
    await stage.requests();
    equal((await history("", { token: TOKENS.dev })).length, 7);
    equal(
      (await stage.requests()).some((request) => /decrypt|open/.test(request)),
      false,
    );
  });

  it("asks for no text twice, and for few", async () => {
    await stage.requests();
    await history(" --group keys --limit 2");
    const texts = (await stage.requests()).filter((request) => /versions\/\d+$/.test(request));
    deepEqual(
      texts.sort(),
      [2, 3, 4].map((number) => `GET ${env(GROUP.keys, `/versions/${number}`)}`),
    );
  });

  it("tells what a person took away, added and edited by hand, by its place where it is not a secret of the sync", async () => {
    const text = await stage.text(GROUP.keys);
    await stage.edit(GROUP.keys, `${text.replace(/ {4}GAMMA_KEY:.*\n/, "")}  theirs: canary\n`);
    const [line] = await history(" --limit 1");
    deepEqual(
      [line?.added, line?.changed, line?.removed],
      [["theirs"], [], ["environmentVariables.GAMMA_KEY"]],
    );
  });

  it("says which revision was retracted, and compares the next one with what can be read", async () => {
    await stage.cloud.call("POST", env(GROUP.keys, "/versions/3/retract"), { body: { reason: "wrong" } });
    const [newest, retracted] = await history(" --group keys");
    deepEqual(
      [newest?.added, retracted?.retracted, retracted?.added],
      [["ALPHA_KEY", "BETA_KEY", "GAMMA_KEY"], true, undefined],
    );
    match((await stage.run("history production --group keys")).stdout, /keys@3 .*retracted/);
  });

  it("marks what applications are pinned to, and says that they get it", async () => {
    const groups = ["keys", "databases"];
    await stage.edit(COMPOSITE, renderComposite(SETTINGS, "production", groups, "run-1"));
    const pinned = (await history())
      .filter((line) => line.pinned)
      .map((line) => `${line.group}@${line.revision}`);
    deepEqual(pinned.sort(), ["databases@3", "keys@3"]);
    const { stdout, stderr } = await stage.run("history production");
    match(stdout, /keys@3 +ada +run-1 \(pinned\)/);
    match(stderr, /Applications get the pinned revisions, not the newest/);
    equal((await stage.variables()).ALPHA_KEY, "canary-a1", "and so they do");
  });

  it("does without the pins where the composite may not be read", async () => {
    for (const status of [403, 404]) {
      stage.cloud.faults.add({ method: "GET", path: `${COMPOSITE}$`, times: 1, answer: { status } });
      equal(
        (await history()).some(({ pinned }) => pinned),
        false,
      );
    }
    stage.cloud.faults.add({
      method: "GET",
      path: `${COMPOSITE}$`,
      answer: { status: 200, headers: { etag: "x", "pulumi-esc-revision": "1" }, body: "a: [" },
    });
    equal((await history()).length, 7);
  });

  for (const [what, path] of [
    ["list", "/versions\\?"],
    ["text", "/versions/\\d+$"],
  ] as const) {
    for (const status of [401, 403, 404, 429, 500]) {
      it(`fails with a clear word when a ${what} is answered with ${status}, and no value`, async () => {
        stage.cloud.faults.add({ path, times: 0, answer: { status, body: { message: "canary" } } });
        const { code, stdout, stderr } = await stage.run("history production");
        deepEqual([code, stdout], [2, ""]);
        match(stderr, /^error: (revision \d+ of )?payready\/default\/app-production-\w+: .*\nRemedy: /);
      });
    }
    it(`gets over a lost answer of a ${what}`, async () => {
      stage.cloud.faults.add({ path, reset: "before" });
      equal((await history()).length, 7);
    });
  }

  it("refuses what it does not know, naming what there is", async () => {
    for (const [rest, told] of [
      [
        "canada",
        /canada: the catalog has no deployment environment of this name\nRemedy: use one of production, staging/,
      ],
      ["production staging", /takes one environment/],
      [
        "production --group tokens",
        /--group: the catalog has no group tokens\nRemedy: use one of databases, keys/,
      ],
      ["production --limit 501", /--limit: must be a whole number from 1 to 500, not 501/],
    ] as const) {
      const heard = await stage.run(`history ${rest}`);
      equal(heard.code, 2);
      match(heard.stderr, told);
    }
    equal((await stage.run("history production", { token: null })).code, 2);
  });
});

describe("two texts of a values environment", () => {
  const text = (ciphertext: string, rest = "") =>
    `values:\n  app:\n    new_key:\n      fn::secret:\n        ciphertext: ${ciphertext}\n  environmentVariables:\n    NEW_KEY: \${app.new_key}\n${rest}`;

  it("differ in names, whatever the order, comments and spelling of the rest", () => {
    deepEqual(compareTexts(text("one"), text("two")), { added: [], changed: ["NEW_KEY"], removed: [] });
    deepEqual(compareTexts(text("one"), `# by hand\n${text('"one"')}`), {
      added: [],
      changed: [],
      removed: [],
    });
    deepEqual(compareTexts(text("one"), "values: {}\n"), { added: [], changed: [], removed: ["NEW_KEY"] });
  });

  it("call a renamed secret by its new name, and tell which reference is new", () => {
    const renamed = text("one", `    OLD_KEY: \${app.new_key}\n`);
    deepEqual(compareTexts(text("one"), renamed), {
      added: ["environmentVariables.OLD_KEY"],
      changed: [],
      removed: [],
    });
    deepEqual(compareTexts(renamed, text("two", `    OLD_KEY: \${app.new_key}\n`))?.changed, ["NEW_KEY"]);
  });

  it("tell a value that was wrapped in base64 from the same that is not", () => {
    const wrapped = text("one").replace(
      "fn::secret:\n        ciphertext: one",
      "fn::fromBase64:\n        fn::secret: { ciphertext: one }",
    );
    deepEqual(compareTexts(text("one"), wrapped)?.changed, ["NEW_KEY"]);
  });

  it("tell what is imported, and a key with a dot from two keys", () => {
    const other = `imports: [canary]\n${text("one")}  "app.new_key": canary\n`;
    deepEqual(compareTexts(text("one"), other)?.added, ['["app.new_key"]', "imports"]);
    deepEqual(compareTexts(text("one"), `imports: []\n${text("one")}`)?.added, []);
  });

  it("are not compared when one is not YAML", () => {
    equal(compareTexts("a: [", text("one")), undefined);
    equal(compareTexts(text("one"), "a: 1\na: 2\n"), undefined);
  });

  it("never come with what they hold", () => {
    const told = JSON.stringify(
      compareTexts("values:\n  a: canary\n  b: [canary]\n", "values:\n  a: canary2\n"),
    );
    doesNotMatch(told, /canary/);
  });
});
