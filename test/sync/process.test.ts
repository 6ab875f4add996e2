import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { renderScript } from "../../src/sync/carrier-files";
import { env, TOKENS } from "../pulumi-cloud/cloud-fixture";
import { type AtRequest, openGate } from "./gate";
import { API_KEYS, DATABASES, jobCatalog, jobSecret, LEDGER } from "./small-job";
import { SyncStage, writes } from "./sync-stage";

const BUNDLE = readFileSync(join(__dirname, "..", "..", "dist", "sync_secrets.cjs"), "utf8");

/** Carriers' runners may still have Node.js 20: the script runs on it where this machine has one. */
const OLD_NODE = (process.env.PATH ?? "")
  .split(delimiter)
  .map((folder) => join(folder, "node"))
  .find(
    (node) =>
      existsSync(node) && spawnSync(node, ["--version"], { encoding: "utf8" }).stdout?.startsWith("v20."),
  );
const NODE = OLD_NODE ?? process.execPath;

/** The committed script as a process, in a folder of its own that holds all it could leave behind. */
class ScriptRun {
  readonly folder = mkdtempSync(join(tmpdir(), "sync-process-"));
  output = "";
  code: number | null = null;
  signal: string | null = null;
  private child: ChildProcess | undefined;

  constructor(private readonly stage: SyncStage) {}

  async go(
    catalog: Parameters<typeof renderScript>[0],
    env: Record<string, string>,
    at: AtRequest,
  ): Promise<this> {
    const gate = await openGate(this.stage.cloud.url, at);
    const [script, work, temporary] = ["sync_secrets.cjs", "work", "tmp"].map((name) =>
      join(this.folder, name),
    );
    writeFileSync(script ?? "", renderScript(catalog, BUNDLE));
    for (const each of [work, temporary]) mkdirSync(each ?? "");
    this.child = spawn(NODE, [script ?? ""], {
      cwd: work,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        TMPDIR: temporary,
        HOME: work,
        SYNC_ENVIRONMENT: "production",
        PULUMI_ACCESS_TOKEN: TOKENS.admin,
        PULUMI_BACKEND_URL: gate.url,
        GITHUB_STEP_SUMMARY: join(this.folder, "summary"),
        GITHUB_OUTPUT: join(this.folder, "outputs"),
        ...env,
      },
    });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on("data", (chunk) => {
        this.output += chunk;
      });
    [this.code, this.signal] = await new Promise((done) =>
      this.child?.on("close", (code, signal) => done([code, signal])),
    );
    await gate.close();
    return this;
  }

  kill(): void {
    this.child?.kill("SIGKILL");
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  /** Files in its working folder, its home and its folder for temporary files. */
  leftBehind(): string[] {
    return ["work", "tmp"].flatMap((name) => readdirSync(join(this.folder, name)));
  }

  text(name: string): string {
    const file = join(this.folder, name);
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

describe("the sync as a process that is killed", function () {
  this.timeout(120_000);
  const catalog = jobCatalog([
    jobSecret("ALPHA_KEY"),
    jobSecret("BETA_KEY"),
    jobSecret("DB_PASSWORD", { group: "databases" }),
  ]);
  const before = { ALPHA_KEY: "alpha-one", BETA_KEY: "beta-one", DB_PASSWORD: "db-one" };
  const input = { ALPHA_KEY: "alpha-two", BETA_KEY: "beta-one", DB_PASSWORD: "db-two" };
  /** Ledger, two values environments to read, the ledger's intent, two to write and to tag, ledger; each write is looked at. */
  const REQUESTS = 13;

  async function killAt(moment: "before" | "after", request: number): Promise<void> {
    const stage = await SyncStage.start();
    const run = new ScriptRun(stage);
    try {
      await stage.run({ catalog, input: before });
      await stage.edit(API_KEYS, `# by hand\n${await stage.text(API_KEYS)}  theirs: kept\n`);
      const ledger = await stage.text(LEDGER);
      await stage.edit(
        LEDGER,
        ledger.replace(/api-keys: \d+/, `api-keys: ${await stage.revision(API_KEYS)}`),
      );
      await run.go(catalog, input, async (when, count) => {
        if (when !== moment || count !== request) return;
        run.kill();
        await new Promise(() => undefined);
      });
      deepEqual([run.signal, run.leftBehind()], ["SIGKILL", []]);
      const standing = { ...(await stage.variables(API_KEYS)), ...(await stage.variables(DATABASES)) };
      for (const [name, value] of Object.entries(standing))
        ok(value === before[name as "ALPHA_KEY"] || value === input[name as "ALPHA_KEY"], `${name} is whole`);
      equal(Object.keys(standing).length, 3);

      equal((await stage.run({ catalog, input })).code, 0);
      deepEqual({ ...(await stage.variables(API_KEYS)), ...(await stage.variables(DATABASES)) }, input);
      match(await stage.text(API_KEYS), /^# by hand[\s\S]*theirs: kept/);
      const [ofKeys, ofDatabases] = await Promise.all(
        [API_KEYS, DATABASES].map((path) => tagsOf(stage, path)),
      );
      ok(
        ofKeys?.some((tag) => ofDatabases?.includes(tag)),
        "both stand under one tag",
      );
      const settled = await stage.run({ catalog, input });
      deepEqual([settled.code, writes(settled)], [0, []]);
    } finally {
      await stage.close();
      run.remove();
    }
  }

  /** Tags of the newest revision, without the service's own. */
  async function tagsOf(stage: SyncStage, path: string): Promise<string[]> {
    const { json } = await stage.cloud.call("GET", env(path, "/versions?count=1"));
    return (json[0].tags as string[]).filter((tag) => tag !== "latest");
  }

  for (let request = 1; request <= REQUESTS; request += 1) {
    for (const moment of ["before", "after"] as const) {
      it(`is finished by the next run when it dies ${moment} the service carried out request ${request}`, () =>
        killAt(moment, request));
    }
  }

  it("makes just these requests, so that none was left out", async () => {
    const stage = await SyncStage.start();
    const run = new ScriptRun(stage);
    try {
      await stage.run({ catalog, input: before });
      let requests = 0;
      await run.go(catalog, input, async (when) => {
        if (when === "before") requests += 1;
      });
      deepEqual([run.code, requests], [0, REQUESTS]);
    } finally {
      await stage.close();
      run.remove();
    }
  });
});

describe("the sync as a process that holds 40 secrets", () => {
  const words = Array.from({ length: 40 }, (_, index) => `canary${index}${randomBytes(9).toString("hex")}`);
  const names = words.map((_, index) => `SECRET_${index}`);
  const shapes = [
    (word: string) => word,
    (word: string) => `{"user": "x", "key": "${word}"}`,
    (word: string) => `-----BEGIN KEY-----\n${word}\nsecond${word}\n-----END KEY-----\n`,
    (word: string) => `https://user:${word}@host/?q=a b&c=ü`,
  ];
  const values = words.map((word, index) => shapes[index % shapes.length]?.(word) ?? word);
  const env = Object.fromEntries(names.map((name, index) => [name, values[index] ?? ""]));

  /** Every form in which one of them could stand in a text; the word inside a value stands in all but base64. */
  function leaksIn(text: string): string[] {
    return words.filter((word, index) => {
      const value = values[index] ?? "";
      const encoded = [word, value].flatMap((each) =>
        [0, 1, 2].map((shift) =>
          Buffer.from(each)
            .subarray(shift, shift + 12)
            .toString("base64"),
        ),
      );
      const forms = [
        word,
        word.slice(0, 14),
        [...word].reverse().join(""),
        Buffer.from(word).toString("hex"),
      ];
      return [
        ...forms,
        ...encoded.filter((each) => !each.startsWith("LS0tLS1C") && !each.startsWith("aHR0")),
      ].some((form) => text.includes(form));
    });
  }

  const catalogOf = (format: "text" | "number") =>
    jobCatalog(
      names.map((name, index) => jobSecret(name, { format, group: index % 2 ? "api-keys" : "databases" })),
    );

  for (const [what, format, failing] of [
    ["when all goes well", "text", false],
    ["when every value is refused", "number", false],
    ["when the service answers nonsense that quotes them", "text", true],
  ] as const) {
    it(`shows none ${what}: output, page, outputs, arguments, children, files`, async () => {
      const stage = await SyncStage.start();
      const run = new ScriptRun(stage);
      try {
        if (failing) {
          const answer = {
            status: 400,
            body: { message: values.join(" "), diagnostics: [{ summary: values.join(" ") }] },
          };
          stage.cloud.faults.add({ method: "PATCH", path: "/api/esc/", times: 0, answer });
        }
        const seen: string[] = [];
        await run.go(catalogOf(format), env, async () => {
          seen.push(readFileSync(`/proc/${run.pid}/cmdline`, "utf8"));
          const children = readFileSync(`/proc/${run.pid}/task/${run.pid}/children`, "utf8");
          equal(children, "", "it starts no process, so no other environment holds them");
        });
        equal(run.code, format === "number" || failing ? 1 : 0);
        ok(seen.length > 0 && run.output.length > 0);
        const everything = [
          run.output,
          run.text("summary"),
          run.text("outputs"),
          run.text("sync_secrets.cjs"),
          ...seen,
        ];
        deepEqual(leaksIn(everything.join("\n")), []);
        deepEqual(run.leftBehind(), []);
      } finally {
        await stage.close();
        run.remove();
      }
    });
  }

  it("tells a runner every mask before its first word", async () => {
    const stage = await SyncStage.start();
    const run = new ScriptRun(stage);
    try {
      await run.go(catalogOf("number"), { ...env, GITHUB_ACTIONS: "true" }, async () => undefined);
      const lines = run.output.split("\n").filter((line) => line !== "");
      const first = lines.findIndex((line) => !line.startsWith("::add-mask::"));
      ok(first > 40);
      deepEqual(leaksIn(lines.slice(first).join("\n")), []);
      for (const word of words) ok(lines.slice(0, first).some((line) => line.includes(word)));
    } finally {
      await stage.close();
      run.remove();
    }
  });

  it("would notice a planted leak, in each form", () => {
    for (const [index, word] of words.entries()) {
      const value = values[index] ?? "";
      for (const form of [
        word,
        value,
        JSON.stringify(value),
        encodeURIComponent(value),
        Buffer.from(word).toString("base64"),
        Buffer.from(value).toString("base64"),
      ])
        ok(leaksIn(`x ${form} y`).includes(word), form);
    }
    deepEqual(leaksIn("nothing here"), []);
  });
});
