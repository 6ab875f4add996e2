import { deepEqual, equal, match } from "node:assert/strict";
import { parse } from "yaml";
import { renderComposite } from "../../src/catalog/esc-environments";
import {
  applicationTeam,
  audienceEnvironment,
  compositeEnvironment,
  ledgerEnvironment,
  pathOf,
  policyTeam,
  syncTeam,
  valuesEnvironment,
} from "../../src/catalog/layout";

const SOPHIA = { escProject: "default", application: "sophia-ai" };

describe("names in Pulumi Cloud", () => {
  it("are the documented ones", () => {
    equal(pathOf(compositeEnvironment(SOPHIA, "production")), "default/sophia-ai-production");
    equal(pathOf(valuesEnvironment(SOPHIA, "staging", "api-keys")), "default/sophia-ai-staging-api-keys");
    equal(pathOf(ledgerEnvironment(SOPHIA, "production")), "default/sophia-ai-production-ledger");
    equal(syncTeam(SOPHIA, "production"), "sophia-ai-production-sync");
    equal(applicationTeam(SOPHIA, "production"), "sophia-ai-production-application");
    equal(policyTeam(SOPHIA, "production", "audit", "read"), "sophia-ai-production-audit-read");
    equal(pathOf(audienceEnvironment(SOPHIA, "staging", "dba")), "default/sophia-ai-staging-for-dba");
  });

  it("are cut at the 40 characters a team may have, and still differ, by their terms alone too", () => {
    const policies = ["integration-team", "integration-team-2"];
    const named = () =>
      policies.flatMap((each) =>
        ["open", "write", "open-8h"].map((terms) => policyTeam(SOPHIA, "production", each, terms)),
      );
    const names = named();
    for (const name of names) match(name, /^sophia-ai-production-integration-/);
    for (const name of names) equal(name.length <= 40, true, name);
    equal(new Set(names).size, names.length);
    deepEqual(names, named());
    equal(
      policyTeam(SOPHIA, "production", "x".repeat(14), "open"),
      `sophia-ai-production-${"x".repeat(14)}-open`,
    );
  });
});

describe("a composite environment's text", () => {
  it("imports each group's values, in an order of its own, and says nothing else", () => {
    const text = renderComposite(SOPHIA, "production", ["b", "a"]);
    equal(text, "imports:\n  - default/sophia-ai-production-a\n  - default/sophia-ai-production-b\n");
    equal(text, renderComposite(SOPHIA, "production", ["a", "b"]));
    deepEqual(Object.keys(parse(text) as object), ["imports"]);
  });
});
