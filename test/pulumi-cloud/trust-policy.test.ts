import assert from "node:assert/strict";
import { claimAt, matchesPattern } from "../../sandbox/pulumi/trust-policy";

describe("claim patterns of trust policies", () => {
  const matching: [string, string][] = [
    ["repo:payready/sophia:*", "repo:payready/sophia:ref:refs/heads/main"],
    ["*", ""],
    ["runner-?", "runner-"],
    ["runner-?", "runner-1"],
    ["a.c", "abc"],
    ["a.c", "a.c"],
    ["a+b|c", "a+b|c"],
    ["*main", "x\nmain"],
  ];
  for (const [pattern, text] of matching)
    it(`let ${pattern} match ${JSON.stringify(text)}`, () => assert.ok(matchesPattern(pattern, text)));

  const different: [string, string][] = [
    ["repo:payready/sophia:*", "repo:payready/sophia-evil:ref"],
    ["repo:payready/sophia", "repo:payready/sophia:ref"],
    ["repo:payready/sophia", "xrepo:payready/sophia"],
    ["runner-?", "runner-12"],
    ["a.c", "ac"],
    ["a+", "aa"],
    ["Repo", "repo"],
    ["", "x"],
  ];
  for (const [pattern, text] of different)
    it(`do not let ${JSON.stringify(pattern)} match ${text}`, () =>
      assert.ok(!matchesPattern(pattern, text)));

  it("are found by nested paths, dotted keys in quotes, and never by inherited names", () => {
    const claims = { "kubernetes.io": { pod: { name: "runner-1" } } };
    assert.equal(claimAt(claims, '"kubernetes.io".pod.name'), "runner-1");
    assert.equal(claimAt(claims, "kubernetes.io"), undefined);
    assert.equal(claimAt(claims, "constructor"), undefined);
    assert.equal(claimAt(claims, ""), undefined);
  });
});
