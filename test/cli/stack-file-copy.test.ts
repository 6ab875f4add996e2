import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { copyStackFile } from "../../src/operations/adoption/adopt-through-proxy";
import { SETTINGS } from "./small-organization";

const TEXT = `# ours
encryptionsalt: v1:abc
config:
  app:githubApiUrl: https://ghe.example.com # the office
  app:secret:
    secure: v1:xyz
`;

describe("the copy of a stack's file", () => {
  let dir: string;
  let file: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "stack-file-"));
    file = join(dir, "Pulumi.live.yaml");
    writeFileSync(file, TEXT);
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const copy = () =>
    copyStackFile({ dir, name: "app", stack: "live", settings: SETTINGS }, "http://127.0.0.1:1");

  it("differs in the address alone, and only its owner can read it", () => {
    const { path, remove } = copy();
    const text = readFileSync(path, "utf8");
    const original = parse(TEXT) as { config: Record<string, unknown> };
    original.config["app:githubApiUrl"] = "http://127.0.0.1:1";
    assert.deepEqual(parse(text), original);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    remove();
    assert.equal(existsSync(path), false);
  });

  it("leaves the file byte for byte where Pulumi wrote nothing", () => {
    copy().remove();
    assert.equal(readFileSync(file, "utf8"), TEXT);
  });

  it("carries over what Pulumi wrote, but not the address", () => {
    const { path, remove } = copy();
    writeFileSync(path, readFileSync(path, "utf8").replace("v1:abc", "v1:new"));
    remove();
    assert.deepEqual(parse(readFileSync(file, "utf8")), parse(TEXT.replace("v1:abc", "v1:new")));
  });
});
