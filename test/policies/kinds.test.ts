import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { POLICIES, RULES } from "../../policies/list";
import type { Kind } from "./kinds/kind";
import { PIPELINE } from "./kinds/pipeline";
import { RIGHTS } from "./kinds/rights";
import { VALUES } from "./kinds/values";
import { WORKFLOWS } from "./kinds/workflows";
import { runPack } from "./run-pack";

const KINDS: readonly Kind[] = [...VALUES, ...PIPELINE, ...RIGHTS, ...WORKFLOWS];
const README = join(__dirname, "..", "..", "policies", "README.md");

describe("the policy pack", () => {
  for (const { name, rule, examples, beside = [], cause } of KINDS) {
    it(`refuses ${name}`, async () => {
      const level = RULES.find((each) => each.name === rule)?.enforcementLevel;
      for (const example of examples) {
        const reported = await runPack(POLICIES, [...beside, example]);
        const own = reported.filter(({ policy }) => policy === rule);
        ok(own.length > 0, `${rule} says nothing of ${JSON.stringify(example.inputs)}`);
        for (const { message } of own) match(message, cause);
        equal(own[0]?.level, level);
      }
    });
  }

  it("names each kind in README.md, with its rule and the number of examples", () => {
    const rows = KINDS.map(({ name, rule, examples }) => `| ${name} | ${rule} | ${examples.length} |`);
    const examples = KINDS.flatMap((each) => each.examples).length;
    const table = [
      `${KINDS.length} kinds, ${examples} examples:`,
      "",
      "| refuses | rule | examples |",
      "|---|---|---|",
      ...rows,
    ].join("\n");
    const [before = "", , after = ""] = readFileSync(README, "utf8").split(/<!-- (?:kinds|end) -->/);
    const text = `${before}<!-- kinds -->\n${table}\n<!-- end -->${after}`;
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(README, text);
    equal(readFileSync(README, "utf8"), text, "run this test with UPDATE_GOLDEN=1 and review the difference");
  });

  it("shows a kind of each of its rules", () => {
    // That one refuses nothing, and asks Pulumi Cloud: trust-of-others.test.ts shows it.
    const refusing = RULES.map(({ name }) => name).filter((name) => name !== "trust-of-others-is-narrow");
    deepEqual([...new Set(KINDS.map(({ rule }) => rule))].sort(), refusing.sort());
    equal(new Set(KINDS.map(({ name }) => name)).size, KINDS.length);
  });
});
