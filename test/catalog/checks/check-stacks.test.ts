import { deepEqual, match } from "node:assert/strict";
import { checkStacks, type StackClaim } from "../../../src/catalog/checks/check-stacks";

const STAGING: StackClaim = { stack: "staging", environments: ["staging"], organizationStack: "production" };
const PRODUCTION: StackClaim = {
  stack: "production",
  environments: ["production"],
  organizationStack: "production",
};
const check = (...claims: StackClaim[]) =>
  checkStacks(claims, ["staging", "production"]).map(({ subject: thing, cause }) => `${thing}: ${cause}`);

describe("the stacks of one project", () => {
  it("fit when one owns the organization and each environment has one owner", () => {
    deepEqual(check(STAGING, PRODUCTION), []);
  });

  it("are refused when they disagree on the owner, naming what each says", () => {
    deepEqual(check({ ...STAGING, organizationStack: "staging" }, PRODUCTION), [
      "config organizationStack: the stacks disagree on who owns the organization-wide objects (staging says staging, production says production)",
    ]);
  });

  it("are refused when the owner they name is none of them", () => {
    const claims = [STAGING, PRODUCTION].map((claim) => ({ ...claim, organizationStack: "prod" }));
    const [problem] = checkStacks(claims, ["staging", "production"]);
    match(problem?.cause ?? "", /^names the stack prod, which has no Pulumi\.prod\.yaml/);
    match(problem?.remedy ?? "", /staging, production/);
  });

  it("are refused when two own an environment, or none does", () => {
    deepEqual(check({ ...STAGING, environments: ["staging", "production"] }, PRODUCTION), [
      "environment production: the stacks staging and production both own it",
    ]);
    deepEqual(check({ ...STAGING, environments: [] }, PRODUCTION), ["environment staging: no stack owns it"]);
  });

  it("are refused an environment the catalog does not have", () => {
    deepEqual(check({ ...STAGING, environments: ["staging", "qa"] }, PRODUCTION), [
      "stack staging: owns the environment qa, which the catalog does not have",
    ]);
  });

  it("hear all problems at once", () => {
    const claims = [{ ...STAGING, organizationStack: "x", environments: ["qa"] }, PRODUCTION];
    deepEqual(
      checkStacks(claims, ["staging", "production"]).map(({ subject: thing }) => thing),
      ["config organizationStack", "stack staging", "environment staging"],
    );
  });
});
