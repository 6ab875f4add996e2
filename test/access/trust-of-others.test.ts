import { deepEqual, equal, match } from "node:assert/strict";
import fc from "fast-check";
import type { TrustRule } from "../../src/access/trust";
import {
  describeRule,
  digestOf,
  type FoundRule,
  isPowerful,
  mergeRules,
  whyNotKept,
} from "../../src/access/trust-of-others";

const rule: fc.Arbitrary<TrustRule> = fc.record({
  decision: fc.constant("allow" as const),
  tokenType: fc.constant("team" as const),
  teamName: fc.constantFrom("a", "b", "c"),
  rules: fc.dictionary(fc.constantFrom("aud", "sub", "ref"), fc.constantFrom("1", "2", "*")),
});
const rules = fc.array(rule, { maxLength: 12 });
/** As the service answers: in any order, with what it adds. */
const answered = (each: TrustRule): FoundRule => ({
  ...each,
  authorizedPermissions: [],
  rules: Object.fromEntries(Object.entries(each.rules).reverse()),
});
const digests = (all: readonly FoundRule[]) => all.map(digestOf);

describe("rules at an issuer that others share", () => {
  it("keep all that is neither declared nor recorded, whatever stands, and nothing else", () => {
    fc.assert(
      fc.property(rules, rules, rules, (declared, earlier, found) => {
        const standing = found.map(answered);
        const recorded = digests(earlier);
        const { kept, leaving, missing, ours } = mergeRules(declared, recorded, standing);
        const known = new Set([...digests(declared), ...recorded]);
        const foreign = standing.filter((each) => !known.has(digestOf(each)));
        deepEqual(digests(kept).sort(), digests(foreign).sort());
        const result = new Set(digests([...declared, ...kept]));
        for (const each of foreign) equal(result.has(digestOf(each)), true, "a rule of others is lost");
        for (const each of leaving) equal(result.has(digestOf(each)), false, "an old rule of ours stays");
        for (const each of declared) equal(ours.includes(digestOf(each)), true);
        for (const each of leaving) equal(ours.includes(digestOf(each)), true, "it is forgotten too early");
        for (const each of missing) equal(digests(standing).includes(digestOf(each)), false);
      }),
    );
  });

  it("come in one order, whatever order they stand in", () => {
    fc.assert(
      fc.property(rules, rules, rules, (declared, earlier, found) => {
        const recorded = digests(earlier);
        const once = mergeRules(declared, recorded, found);
        deepEqual(digests(mergeRules(declared, recorded, [...found].reverse()).kept), digests(once.kept));
      }),
    );
  });

  it("are the same after a second and a third time", () => {
    fc.assert(
      fc.property(rules, rules, rules, (declared, earlier, found) => {
        const first = mergeRules(declared, digests(earlier), found);
        const second = mergeRules(declared, first.ours, [...declared, ...first.kept]);
        deepEqual(digests(second.kept), digests(first.kept));
        deepEqual(second.leaving, []);
        deepEqual(second.missing, []);
      }),
    );
  });

  const theirs: FoundRule = { decision: "allow", tokenType: "team", teamName: "ops", rules: { sub: "x" } };

  it("are powerful where they give more than a team of others", () => {
    const powerful = (change: Partial<FoundRule>) => isPowerful({ ...theirs, ...change }, "shop");
    equal(powerful({}), false);
    equal(powerful({ teamName: "shop-live-sync" }), true);
    equal(powerful({ roleID: "r" }), true);
    equal(powerful({ tokenType: "personal", userLogin: "ada" }), true);
    equal(powerful({ tokenType: "runner", runnerID: "r" }), true);
    equal(powerful({ tokenType: "organization" }), false);
    equal(powerful({ tokenType: "organization", authorizedPermissions: ["admin"] }), true);
    equal(powerful({ tokenType: "organization", authorizedPermissions: ["admin"], decision: "deny" }), false);
  });

  it("are not written where the provider would send another rule", () => {
    equal(whyNotKept(theirs), undefined);
    match(whyNotKept({ ...theirs, roleID: "r" }) ?? "", /role/);
    match(whyNotKept({ ...theirs, nested: true }) ?? "", /not text/);
  });

  it("are told by what they give and to whom, never by every claim's value", () => {
    const told = describeRule({ ...theirs, rules: { aud: "secret-looking", sub: "repo:acme/infra:*" } });
    equal(told, "allows team tokens of ops by aud, sub=repo:acme/infra:* (with wildcards)");
    equal(describeRule({ ...theirs, decision: "deny", rules: {} }), "denies team tokens of ops by no claim");
  });
});
