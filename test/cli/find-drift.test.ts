import { deepEqual, equal, match } from "node:assert/strict";
import { type Finding, findDrift } from "../../src/operations/drift/find-drift";
import { catalogWith } from "../catalog/catalog-with";

const NAME = "MOVED_KEY";
const TODAY = "2026-06-15";

/** Findings of an entry that moved to a value per environment, where GitHub has these organization secrets. */
function drift(more: Record<string, unknown>, names: readonly string[] = [NAME]): Finding[] {
  const catalog = catalogWith({ name: NAME, perEnvironment: true, ...more });
  const settings = { carriers: ["carrier"], githubOrganization: "acme" };
  const spread = { shards: {}, problems: [] };
  const declaration = { catalog, settings, spread, today: TODAY } as unknown as Parameters<
    typeof findDrift
  >[0];
  const secrets = names.map((name) => ({
    name,
    visibility: "selected" as const,
    updatedAt: "2026-06-01T00:00:00Z",
  }));
  return findDrift(declaration, { secrets, readers: new Map(), carriers: [] }).filter(
    ({ code }) => code.startsWith("left-over") || code === "secret-left-over",
  );
}

describe("drift: the organization secret of an entry that moved to a value per environment", () => {
  it("is drift while it has no day, with the commands that make it unnecessary", () => {
    const [found, ...more] = drift({ environments: ["staging", "production"] });
    deepEqual([found?.code, found?.subject, more], ["secret-left-over", NAME, []]);
    for (const deployment of ["staging", "production"])
      match(found?.remedy ?? "", new RegExp(`set ${NAME} --environment ${deployment} --replace`));
    match(found?.remedy ?? "", /leftoverUntil: "YYYY-MM-DD".*pulumi up/);
    match(found?.remedy ?? "", new RegExp(`gh secret delete ${NAME} --org acme`));
  });

  it("is none, only noted, until its day", () => {
    const [found] = drift({ leftoverUntil: "2026-06-16" });
    deepEqual([found?.code, found?.remedy], ["left-over-expires", "nothing"]);
    match(found?.cause ?? "", /2026-06-16/);
  });

  it("is drift from its day on, which the next up ends", () => {
    for (const day of [TODAY, "2026-06-14"]) {
      const [found] = drift({ leftoverUntil: day });
      equal(found?.code, "secret-left-over");
      match(found?.cause ?? "", new RegExp(`due since ${day}`));
      match(found?.remedy ?? "", /^pulumi up deletes it; .*gh secret delete/);
    }
  });

  it("is none where GitHub has it no more, or where the entry never moved", () => {
    deepEqual(drift({}, []), []);
    deepEqual(drift({ perEnvironment: false }), []);
  });
});
