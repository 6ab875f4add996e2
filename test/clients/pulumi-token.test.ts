import { equal } from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assert as holds, property, string } from "fast-check";
import { findPulumiToken } from "../../src/clients/pulumi-login";

const CLOUD = "https://api.pulumi.com";

describe("the token for Pulumi Cloud", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "credentials-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const keep = (text: string, where = folder) => writeFileSync(join(where, "credentials.json"), text);
  const found = (env: Record<string, string> = { PULUMI_CREDENTIALS_PATH: folder }, address = CLOUD) =>
    findPulumiToken(address, env)?.unwrap();
  const account = (token: string) => JSON.stringify({ accounts: { [CLOUD]: { accessToken: token } } });

  it("is the variable's, before what pulumi login keeps", () => {
    keep(account("stored"));
    equal(found({ PULUMI_CREDENTIALS_PATH: folder, PULUMI_ACCESS_TOKEN: " typed \n" }), "typed");
    equal(found({ PULUMI_CREDENTIALS_PATH: folder, PULUMI_ACCESS_TOKEN: " " }), "stored");
  });

  it("is that of the address alone: another Pulumi Cloud never gets it", () => {
    keep(account("stored"));
    equal(found(undefined, "https://pulumi.acme.example"), undefined);
  });

  it("is in the older form of the file too, and below PULUMI_HOME or the home folder", () => {
    keep(JSON.stringify({ accessTokens: { [CLOUD]: "older" } }));
    equal(found(), "older");
    equal(found({ PULUMI_HOME: folder }), "older");
    mkdirSync(join(folder, ".pulumi"));
    keep(account("at-home"), join(folder, ".pulumi"));
    equal(findPulumiToken(CLOUD, {}, folder)?.unwrap(), "at-home");
  });

  it("is none where there is no file, and where it is no such file", () => {
    equal(found(), undefined);
    for (const text of [
      "",
      "{",
      "null",
      "[]",
      '{"accounts":null}',
      `{"accounts":{"${CLOUD}":null}}`,
      account(""),
    ]) {
      keep(text);
      equal(found(), undefined, text);
    }
    holds(
      property(string(), (text) => {
        keep(text);
        return found() === undefined;
      }),
      { numRuns: 50 },
    );
  });
});
