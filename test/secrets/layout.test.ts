import { deepEqual, equal, match } from "node:assert/strict";
import { parse } from "yaml";
import { accessOf } from "../../secrets/access";
import { renderComposite } from "../../secrets/composite";
import {
  applicationTeam,
  compositeEnvironment,
  groupTeam,
  ledgerEnvironment,
  pathOf,
  syncTeam,
  valuesEnvironment,
} from "../../secrets/layout";

const SOPHIA = { escProject: "default", application: "sophia-ai" };

describe("names in Pulumi Cloud", () => {
  it("are the documented ones", () => {
    equal(pathOf(compositeEnvironment(SOPHIA, "production")), "default/sophia-ai-production");
    equal(pathOf(valuesEnvironment(SOPHIA, "staging", "api-keys")), "default/sophia-ai-staging-api-keys");
    equal(pathOf(ledgerEnvironment(SOPHIA, "production")), "default/sophia-ai-production-ledger");
    equal(syncTeam(SOPHIA, "production"), "sophia-ai-production-sync");
    equal(applicationTeam(SOPHIA, "production"), "sophia-ai-production-application");
    equal(groupTeam(SOPHIA, "production", "api-keys"), "sophia-ai-production-api-keys");
  });

  it("are cut at the 40 characters a team may have, and still differ", () => {
    const groups = ["integration-credentials", "integration-credentials-2", "infrastructure-credentials"];
    const names = groups.map((group) => groupTeam(SOPHIA, "production", group));
    for (const name of names) match(name, /^sophia-ai-production-[a-z-]{12}-[0-9a-f]{6}$/);
    equal(new Set(names).size, names.length);
    deepEqual(
      names,
      groups.map((group) => groupTeam(SOPHIA, "production", group)),
    );
    equal(groupTeam(SOPHIA, "production", "x".repeat(19)), `sophia-ai-production-${"x".repeat(19)}`);
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

describe("access to one environment", () => {
  const teams = accessOf(SOPHIA, "production", ["a", "b"]);
  const grantsOf = (team: string) =>
    teams
      .find((each) => each.team === `sophia-ai-production-${team}`)
      ?.grants.map(({ environment, level }) => `${level} ${pathOf(environment)}`);
  const ENVIRONMENT = "default/sophia-ai-production";

  it("lets the sync write the values and the ledger, and not even see the composite", () => {
    deepEqual(grantsOf("sync"), [
      `write ${ENVIRONMENT}-a`,
      `write ${ENVIRONMENT}-b`,
      `write ${ENVIRONMENT}-ledger`,
    ]);
  });

  it("lets the application open the composite and what it imports, and write nothing", () => {
    deepEqual(grantsOf("application"), [
      `open ${ENVIRONMENT}`,
      `open ${ENVIRONMENT}-a`,
      `open ${ENVIRONMENT}-b`,
    ]);
  });

  it("lets a group's team open that group alone", () => {
    deepEqual(grantsOf("a"), [`open ${ENVIRONMENT}-a`]);
    deepEqual(grantsOf("b"), [`open ${ENVIRONMENT}-b`]);
  });

  it("gives nobody else anything, and nobody another environment", () => {
    deepEqual(teams.map(({ team }) => team.replace("sophia-ai-production-", "")).sort(), [
      "a",
      "application",
      "b",
      "sync",
    ]);
    const others = accessOf(SOPHIA, "staging", ["a", "b"]);
    const places = (all: typeof teams) =>
      new Set(all.flatMap(({ grants }) => grants.map(({ environment }) => pathOf(environment))));
    deepEqual(
      [...places(teams)].filter((place) => places(others).has(place)),
      [],
    );
    equal(new Set([...teams, ...others].map(({ team }) => team)).size, 8);
  });
});
