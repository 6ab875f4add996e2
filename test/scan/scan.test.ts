import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ScannedFolder, VALUE } from "./scanned-folder";

/** Keys in vendors' formats, put together here so that scanners of this repository pass. */
const GITHUB = ["ghp", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"].join("_");
const PULUMI = ["pul", randomBytes(20).toString("hex")].join("-");

describe("a scan", () => {
  let folder: ScannedFolder;
  beforeEach(() => {
    folder = new ScannedFolder();
  });
  afterEach(() => folder.remove());

  it("finds a value of the organization in plain, base64, URL and JSON form, at its line and column", async () => {
    folder.write({
      "plain.txt": `one\nüber ${VALUE}\n`,
      "basic.txt": `Basic ${Buffer.from(`user:${VALUE}`).toString("base64")}\n`,
      "secret.yaml": `data:\n  key: ${Buffer.from(VALUE).toString("base64")}\n`,
      "url.txt": `https://a.example/?key=${[...VALUE].map((each) => `%${each.charCodeAt(0).toString(16)}`).join("")}\n`,
      "escaped.json": JSON.stringify({ text: JSON.stringify({ key: `${VALUE}\n` }) }),
    });
    const found = await folder.found();
    deepEqual(
      found.map((each) => each.replace(/:\d+ /, " ")),
      [
        "basic.txt:1 OUR_KEY",
        "escaped.json:1 OUR_KEY",
        "plain.txt:2 OUR_KEY",
        "secret.yaml:2 OUR_KEY",
        "url.txt:1 OUR_KEY",
      ],
    );
    const [, , plain = ""] = found;
    const column = Number(plain.split(/[: ]/)[2]);
    ok(`über ${VALUE}`.slice(column - 1).length >= 20 && column > 6, plain);
  });

  it("finds vendors' keys, and calls what is known by the name and not by the format", async () => {
    folder.write({ "a.py": `A = "${GITHUB}"\nB = "${PULUMI}"\n`, "b.py": `A = "${VALUE}"\n` });
    deepEqual(
      (await folder.found()).map((each) => each.replace(/:\d+ /, " ")),
      ["a.py:1 github/GITHUB_TOKEN", "a.py:2 format/pulumi-token", "b.py:1 OUR_KEY"],
    );
  });

  it("shows nothing of a value in anything it returns", async () => {
    folder.write({ "a.txt": `${VALUE}\n${GITHUB}\n${Buffer.from(VALUE).toString("base64")}` });
    const told = JSON.stringify(await folder.look());
    for (const secret of [VALUE, GITHUB, Buffer.from(VALUE).toString("base64")])
      for (let at = 0; at + 8 <= secret.length; at += 1) ok(!told.includes(secret.slice(at, at + 8)));
    const filter = readFileSync(folder.filter, "utf8");
    for (let at = 0; at + 6 <= VALUE.length; at += 1) ok(!filter.includes(VALUE.slice(at, at + 6)));
  });

  it("reads UTF-16 of both orders with and without a mark, a BOM, CRLF, and binary files", async () => {
    const text = `first\r\nkey=${VALUE}\r\n`;
    const little = Buffer.from(text, "utf16le");
    folder.write({
      "big-mark.txt": Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(little).swap16()]),
      "binary.bin": Buffer.concat([Buffer.from([0, 1, 2, 3, 0xff, 0]), Buffer.from(VALUE), Buffer.alloc(9)]),
      "bom.txt": `\ufeff${text}`,
      "little.txt": little,
      "little-mark.txt": Buffer.concat([Buffer.from([0xff, 0xfe]), little]),
    });
    const found = (await folder.found()).map((each) => each.replace(/:\d+ /, " "));
    deepEqual(found, [
      "big-mark.txt:2 OUR_KEY",
      "binary.bin:1 OUR_KEY",
      "bom.txt:2 OUR_KEY",
      "little-mark.txt:2 OUR_KEY",
      "little.txt:2 OUR_KEY",
    ]);
  });

  it("finds what lies across the parts of a huge file, once, with its line", async () => {
    const line = "0123456789 abcdefghij\n";
    const lines = Math.floor((4 * 1024 * 1024) / line.length);
    for (const shift of [-30, -10, 0, 5]) {
      const before = line.repeat(lines).slice(0, 4 * 1024 * 1024 + shift - 4);
      folder.write({ "huge.txt": `${before}\n${VALUE}\n${line.repeat(1000)}` });
      const [only, ...others] = await folder.found();
      deepEqual([only?.split(":")[1], others], [String(before.split("\n").length + 1), []]);
    }
  }).timeout(60_000);

  it("does not follow links, or read what git ignores, and looks at what is not yet added", async () => {
    folder.commit({ ".gitignore": ".env\n", "tracked.txt": "nothing\n" });
    folder.write({ ".env": VALUE, "new.txt": VALUE });
    const outside = join(folder.path, "..", `outside-${process.pid}`);
    writeFileSync(outside, VALUE);
    symlinkSync(outside, join(folder.path, "link.txt"));
    rmSync(join(folder.path, "tracked.txt"));
    try {
      const { findings, unread } = await folder.look();
      deepEqual([findings.map(({ path }) => path), unread], [[join(folder.path, "new.txt")], []]);
    } finally {
      rmSync(outside);
    }
  });

  it("looks at all files where there is no repository, and says which it could not read", async () => {
    folder.write({ "a/b.txt": VALUE, "a/c.txt": "x" });
    mkdirSync(join(folder.path, "empty"));
    chmodSync(join(folder.path, "a/c.txt"), 0);
    const { findings, unread, files } = await folder.look();
    equal(findings.length, 1);
    // Root reads everything.
    if (process.getuid?.() === 0) equal(files, 2);
    else deepEqual(unread, [`${join(folder.path, "a/c.txt")}: cannot be read (EACCES)`]);
  });

  it("looks with --staged at the index, not at the work tree", async () => {
    folder.commit({ "a.txt": "x\n" });
    folder.write({ "a.txt": VALUE });
    deepEqual(await folder.found({ what: "staged" }), [], "nothing is staged");
    folder.git("add", "a.txt");
    folder.write({ "a.txt": "clean again\n" });
    equal((await folder.found({ what: "staged" })).length, 1);
    deepEqual(await folder.found(), []);
  });

  it("looks with --staged at a first commit, a rename, and no deletion", async () => {
    folder.git("init", "--quiet");
    folder.write({ "a.txt": VALUE });
    folder.git("add", "a.txt");
    equal((await folder.found({ what: "staged" })).length, 1);
    folder.git("commit", "--quiet", "--message", "x");
    folder.git("mv", "a.txt", "b.txt");
    equal((await folder.found({ what: "staged" }))[0]?.split(":")[0], "b.txt");
    folder.git("rm", "--quiet", "--force", "b.txt");
    deepEqual(await folder.found({ what: "staged" }), []);
  });

  it("looks with --history at each content once, on branches, tags, stashes and a detached HEAD", async () => {
    folder.commit({ "a.txt": "x\n" });
    for (const [name, ...keep] of [
      ["branch", "branch", "kept-branch"],
      ["tag", "tag", "kept-tag"],
    ] as const) {
      folder.git("checkout", "--quiet", "-b", `temporary-${name}`);
      folder.commit({ [`${name}.txt`]: `${name} ${VALUE}`, [`${name}-copy.txt`]: `${name} ${VALUE}` });
      folder.git(...keep);
      folder.git("checkout", "--quiet", "main");
    }
    folder.git("branch", "-D", "temporary-branch", "temporary-tag");
    folder.write({ "a.txt": `stash ${VALUE}` });
    folder.git("stash");
    folder.git("checkout", "--quiet", "--detach");
    folder.commit({ "detached.txt": `detached ${VALUE}` });
    folder.git("rm", "--quiet", "detached.txt");
    folder.git("commit", "--quiet", "--message", "removed");
    const { findings } = await folder.look({ what: "history" });
    deepEqual(findings.map(({ path, oid }) => [path.replace("-copy", ""), oid?.length]).sort(), [
      ["a.txt", 40],
      ["branch.txt", 40],
      ["detached.txt", 40],
      ["tag.txt", 40],
    ]);
  });

  it("refuses --staged and --history where there is no repository, a name that is nothing, and a broken filter", async () => {
    for (const what of ["staged", "history"] as const)
      await rejects(
        folder.look({ what }),
        (error: { problem: { code: string } }) => error.problem.code === "checkout-missing",
      );
    await rejects(
      folder.look({ paths: [join(folder.path, "nothing")] }),
      (error: { problem: { code: string } }) => error.problem.code === "file-missing",
    );
    for (const text of ["", "{}", '{"version":1,"key":"","asOf":{},"values":{},"notCovered":{}}']) {
      writeFileSync(folder.filter, text);
      await rejects(
        folder.look(),
        (error: { problem: { code: string } }) => error.problem.code === "scan-filter-invalid",
      );
    }
  });

  it("takes threads for many files, and finds the same", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 700 }, (_, at) => [`f${at}.txt`, `x\n${at % 350 === 7 ? VALUE : at}\n`]),
    );
    folder.commit(files);
    for (const what of ["files", "history"] as const) {
      const found = await folder.found({ what });
      deepEqual(
        found.map((each) => each.split(":")[1]),
        what === "files" ? ["2", "2"] : ["2"],
      );
    }
  }).timeout(120_000);

  it("leaves out what a baseline knows, and nothing that is new in the same file", async () => {
    const baseline = join(folder.path, "baseline.json");
    folder.write({ "a.txt": `${GITHUB}\n` });
    equal((await folder.look({ baseline, accept: true })).known, 1);
    const written = readFileSync(baseline, "utf8");
    ok(!written.includes(GITHUB.slice(4, 12)));
    folder.write({ "a.txt": `moved down\n${GITHUB}\n${VALUE}\n` });
    deepEqual(
      (await folder.found({ baseline })).map((each) => each.split(" ")[1]),
      ["OUR_KEY"],
    );
    const other = GITHUB.replace("a1B2", "z9Y8");
    folder.write({ "a.txt": `${other}\n`, "b.txt": `${GITHUB}\n` });
    equal((await folder.found({ baseline })).length, 2, "another key, and another file");
    folder.write({ "a.txt": `${GITHUB}\n` });
    rmSync(join(folder.path, "b.txt"));
    await folder.look({ baseline, accept: true });
    equal(readFileSync(baseline, "utf8"), written, "the same findings write the same file");
    folder.git("init", "--quiet");
    folder.git("add", "a.txt");
    equal((await folder.look({ what: "staged", baseline })).known, 1, "also from the index");
  });
});
