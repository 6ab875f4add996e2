import assert from "node:assert/strict";
import type { Settings } from "../../src/catalog/settings";
import { RemedyError } from "../../src/errors";
import type { AccessRules } from "../../src/resources/access/access-rules";
import { guardComposites } from "../../src/resources/esc/composite-guard";

const settings = {
  escProject: "default",
  application: "shop",
  environments: ["live"],
} as unknown as Settings;
const audience = {
  policy: "dba",
  environment: { project: "default", name: "shop-live-for-dba" },
  groups: ["db"],
};
const access = { of: () => ({ teams: [], audiences: [audience] }) } as unknown as AccessRules;

describe("the guard of composite environments", () => {
  const { callback } = guardComposites({ settings, access });
  const remove = async (name: string) =>
    callback({ urn: "urn", id: "id", name, type: "type", oldInputs: { project: "default", name } });

  for (const name of ["shop-live", "shop-live-for-dba"])
    it(`refuses to delete ${name}, which is declared`, async () => {
      await assert.rejects(remove(name), (error: RemedyError) => {
        assert.ok(error instanceof RemedyError);
        assert.deepEqual(
          [error.problem.code, error.problem.subject],
          ["composite-deletion-refused", `default/${name}`],
        );
        return true;
      });
    });

  it("lets one go whose policy left the catalog", async () => {
    await remove("shop-live-for-left");
  });
});
