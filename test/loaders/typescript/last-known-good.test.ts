import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { parse } from "yaml";
import type { RemedyError } from "../../../src/errors";
import type { LoaderSpec } from "../../../src/loaders/generator/loader-spec";
import { createLoader } from "../../../src/loaders/typescript/create-loader";
import { readCopy, saveCopy } from "../../../src/loaders/typescript/last-known-good";
import type { LoaderOptions } from "../../../src/loaders/typescript/loader-options";
import { Secret } from "../../../src/secret";
import { TOKENS } from "../../pulumi-cloud/cloud-fixture";
import { type ContractCloud, startContractCloud } from "../contract-cloud";

const CASES = readFileSync(join(__dirname, "../../../src/loaders/contract/cases.yaml"), "utf8");
const { spec, values } = parse(CASES, { merge: true }) as { spec: LoaderSpec; values: object };
const KEY = new Secret(Buffer.alloc(32, 7).toString("base64"));
const ABOUT = "payready/contract/app-production";

const refusal = (code: string) => (error: unknown) => {
  equal((error as RemedyError).problem.code, code);
  return true;
};

describe("the TypeScript loader's last known good copy", () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "copy-"));
    path = join(folder, "secrets.enc");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const options = (change: object = {}) => ({ path, key: KEY, maxAge: 3600, ...change });
  const read = (change: object = {}, about = ABOUT) => {
    const found = readCopy(options(change), about);
    return found && Object.fromEntries([...found].map(([name, value]) => [name, value.unwrap()]));
  };
  const change = (fields: object) =>
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), ...fields }));

  it("gives back what was saved, readable by its owner alone, and leaves no other file", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" })), (some) => {
        saveCopy(options(), ABOUT, some);
        deepEqual(read(), { ...some });
      }),
      { numRuns: 30 },
    );
    saveCopy(options(), ABOUT, { key: "planted-value" });
    equal(statSync(path).mode & 0o777, 0o600);
    deepEqual(readdirSync(folder), ["secrets.enc"]);
    ok(!readFileSync(path, "utf8").includes("planted"));
  });

  it("is none with another key, of another environment, too old, of the future, changed or cut", () => {
    const save = () => saveCopy(options(), ABOUT, { key: "planted-value" });
    save();
    equal(read({ key: new Secret(Buffer.alloc(32, 8).toString("base64")) }), undefined);
    equal(read({}, "payready/contract/app-staging"), undefined);
    equal(read({ maxAge: -1 }), undefined);
    const now = Math.floor(Date.now() / 1000);
    for (const fields of [
      { saved: now + 1 },
      { saved: now + 3600 },
      { nonce: Buffer.alloc(12).toString("base64") },
      { data: Buffer.alloc(40).toString("base64") },
      { data: "" },
      { data: 1 },
      { saved: "x" },
    ]) {
      save();
      change(fields);
      equal(read(), undefined, JSON.stringify(fields));
    }
    const whole = readFileSync(path, "utf8");
    for (const text of [whole.slice(0, 30), "", "[]", "null"]) {
      writeFileSync(path, text);
      equal(read(), undefined, text);
    }
    rmSync(path);
    equal(read(), undefined);
  });

  it("refuses a key that is not 32 bytes in base64", () => {
    for (const key of ["", "short", "A".repeat(44), `${KEY.unwrap().slice(0, 43)}!`, ` ${KEY.unwrap()}`])
      throws(() => saveCopy(options({ key: new Secret(key) }), ABOUT, {}), refusal("copy-key-invalid"));
    deepEqual(readdirSync(folder), []);
  });

  describe("in a loader", () => {
    let all: ContractCloud;
    before(async () => {
      all = await startContractCloud();
      const body = JSON.stringify({ values: { app: values } });
      const { status } = await all.cloud.call(
        "PATCH",
        "/api/esc/environments/payready/contract/app-production",
        { body },
      );
      equal(status, 200);
    });
    after(() => all.close());
    beforeEach(() => all.cloud.faults.clear());

    const loader = (more: LoaderOptions = {}) =>
      createLoader<{ get(key: string): Secret | undefined }>(spec, {
        lastKnownGood: options(),
        variables: {
          APP_ENVIRONMENT: "production",
          PULUMI_BACKEND_URL: all.cloud.url,
          PULUMI_ACCESS_TOKEN: TOKENS.admin,
          HOME: "/nonexistent",
        },
        ...more,
      });
    const outage = () =>
      all.cloud.faults.add({
        path: "/api/esc",
        times: 0,
        answer: { status: 503, headers: { "retry-after": "600" } },
      });

    it("is used for a start in an outage, and never after a refusal", async () => {
      await loader().load();
      outage();
      equal((await loader().load()).get("nested_key")?.unwrap(), "nested-value");
      await rejects(
        loader({ lastKnownGood: options({ maxAge: -100 }) }).load(),
        refusal("pulumi-unavailable"),
      );
      all.cloud.faults.clear();
      await rejects(loader({ token: "pul-unknown" }).load(), refusal("pulumi-token-invalid"));
    });

    it("stops no load where it cannot be written", async () => {
      const nowhere = options({ path: join(folder, "none", "secrets.enc") });
      equal((await loader({ lastKnownGood: nowhere }).load()).get("nested_key")?.unwrap(), "nested-value");
    });
  });
});
