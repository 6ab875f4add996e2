import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { digestOf, type FoundRule } from "../../src/access/trust-of-others";
import { RemedyError } from "../../src/errors";
import type { AskedOrganization } from "../../src/resources/access/open-organization";
import { ISSUER, type IssuerPlan } from "../../src/resources/identity/issuer-plan";
import { guardTrust } from "../../src/resources/identity/trust-guard";

const OURS: FoundRule = { decision: "allow", tokenType: "team", teamName: "shop-sync", rules: { aud: "a" } };
const THEIRS: FoundRule = { ...OURS, teamName: "ops" };
const LATER: FoundRule = { ...OURS, teamName: "data" };
const RESOURCE = { urn: "urn:of:issuer", id: "acme/0123", name: "github-actions", type: ISSUER };

describe("guards of an issuer that others have rules at", () => {
  /** The hooks of a run that planned with `OURS`, while the issuer has these rules by now. */
  const guards = (standing: readonly FoundRule[] | Error) => {
    const asked: string[] = [];
    const rulesById = async (id: string) => {
      asked.push(id);
      if (standing instanceof Error) throw standing;
      return [...standing];
    };
    const { beforeUpdate = [], beforeDelete = [] } = guardTrust({
      cloud: { rulesById } as unknown as AskedOrganization,
      state: Promise.resolve(undefined),
      plans: Promise.resolve([{ resource: "github-actions", ours: [digestOf(OURS)] } as IssuerPlan]),
    });
    const run = async (hooks: readonly unknown[], policies: readonly FoundRule[]) => {
      for (const hook of hooks as pulumi.ResourceHook[])
        await hook.callback({ ...RESOURCE, newInputs: { policies } });
    };
    return {
      asked,
      update: (...policies: FoundRule[]) => run(beforeUpdate, policies),
      deletion: () => run(beforeDelete, []),
    };
  };
  const refusal = (code: string) => (error: unknown) => {
    assert.ok(error instanceof RemedyError, String(error));
    assert.equal(error.problem.code, code);
    return true;
  };

  it("let an update go that sends every rule of theirs, also when it takes one of ours away", async () => {
    const { asked, update } = guards([OURS, THEIRS]);
    await update(OURS, THEIRS);
    await update(THEIRS);
    assert.deepEqual(asked, ["0123", "0123"]);
  });

  it("refuse the update while somebody added a rule in the middle of the up", async () => {
    await assert.rejects(
      guards([OURS, THEIRS, LATER]).update(OURS, THEIRS),
      refusal("trust-changed-meanwhile"),
    );
  });

  it("refuse the update that would change a rule which the provider cannot send", async () => {
    const withRole = { ...THEIRS, roleID: "r" };
    await assert.rejects(guards([withRole]).update(OURS, withRole), refusal("trust-rule-not-kept"));
  });

  it("refuse to delete the issuer while others have rules there, and let it go afterwards", async () => {
    await assert.rejects(guards([OURS, THEIRS]).deletion(), refusal("trust-of-others"));
    await guards([OURS]).deletion();
  });

  it("refuse both while nobody tells what stands", async () => {
    const { update, deletion } = guards(new Error("503"));
    await assert.rejects(update(OURS), refusal("trust-unknown"));
    await assert.rejects(deletion(), refusal("trust-unknown"));
  });
});
