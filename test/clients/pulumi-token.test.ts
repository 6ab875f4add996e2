import { deepEqual, equal, match, ok } from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assert as holds, property, string } from "fast-check";
import { findPulumiToken, lookForPulumiToken } from "../../src/clients/pulumi-login";

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

  describe("that is not found", () => {
    const problem = (env: Record<string, string> = {}, address = CLOUD) => {
      const told = lookForPulumiToken(address, { PULUMI_CREDENTIALS_PATH: folder, ...env });
      ok("code" in told);
      return told;
    };

    it("is not set and not kept", () => {
      deepEqual(problem(), {
        code: "pulumi-token-missing",
        subject: "PULUMI_ACCESS_TOKEN",
        cause: "is not set, and pulumi login keeps no token for this address",
        remedy: "pulumi login, or export PULUMI_ACCESS_TOKEN=...",
      });
    });

    it("may be kept encrypted: then the command says how to store it readable", () => {
      keep(JSON.stringify({ $pulumiSecureStore: 1, backend: "os", data: "canary" }));
      const { code, cause, remedy } = problem();
      equal(code, "login-encrypted");
      match(cause, /encrypted in .*credentials\.json, which only the CLI can read$/);
      match(remedy, /PULUMI_CREDENTIAL_STORE=plaintext pulumi login https:\/\/api\.pulumi\.com$/);
    });

    it("may be kept for other addresses, which are named without passwords", () => {
      const others = [
        "https://pulumi.acme.example",
        "s3://bucket?key=canary",
        "https://u:canary@b.example",
        "file://~",
      ];
      keep(
        JSON.stringify({
          current: others[0],
          accounts: Object.fromEntries(others.map((each) => [each, { accessToken: "canary" }])),
        }),
      );
      const { code, cause, remedy } = problem();
      equal(code, "login-elsewhere");
      equal(
        cause,
        "is not set, and pulumi login keeps a token for https://pulumi.acme.example, s3://bucket, https://b.example and 1 more, none for https://api.pulumi.com",
      );
      match(remedy, /^pulumi login https:\/\/api\.pulumi\.com; if another/);
    });

    it("may be in a file that cannot be read, or that pulumi did not write", () => {
      keep("{");
      deepEqual([problem().code, problem().cause], ["login-unreadable", "is not what pulumi login writes"]);
      if (process.getuid?.() === 0) return; // root reads everything
      chmodSync(join(folder, "credentials.json"), 0);
      match(problem().cause, /^cannot be read \(EACCES\)$/);
    });

    it("is named where it is not a token", () => {
      for (const text of ["pul-a b", "pul-\u00e9", "pul-a\nb"])
        equal(problem({ PULUMI_ACCESS_TOKEN: text }).code, "pulumi-token-invalid");
    });
  });
});
