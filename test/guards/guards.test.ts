import { deepEqual, equal } from "node:assert/strict";
import { DANGERS } from "./dangers";
import { type Edit, withMutated } from "./mutation";

type Name = keyof typeof DANGERS;

const PLACEHOLDERS: Edit = {
  file: "catalog/formats",
  from: 'return "is a placeholder or an example from a vendor\'s documentation";',
  to: "{}",
};

/**
 * The guards of each danger, taken away: all that stand in its way, where there are several. Those of up that need an
 * engine are taken away in test/long/tombstones.test.ts, the ETag of a write in test/sync/faults.test.ts, and the rules
 * of concurrent writers in test/sync/interleavings.test.ts as well.
 */
const WITHOUT: Record<Name, readonly Edit[]> = {
  "a placeholder replaces a value": [
    {
      file: "sync/given-values",
      from: 'value === "" || (0, _formats.isSentinel)(value)',
      to: 'value === ""',
    },
    { file: "catalog/formats", from: 'return "is the placeholder";', to: "{}" },
  ],
  "a template's placeholder replaces a value": [PLACEHOLDERS],
  "an empty text replaces a value": [
    { file: "sync/given-values", from: 'value === "" || (0, _formats.isSentinel)(value)', to: "false" },
    { file: "catalog/formats", from: 'return "is empty";', to: "{}" },
    { file: "catalog/formats", from: 'return "is only white space";', to: "{}" },
    { file: "catalog/formats", from: 'return "is only characters that do not show";', to: "{}" },
    { file: "catalog/formats", from: 'matches("any text", /[\\s\\S]/)', to: 'matches("any text", /^/)' },
  ],
  "a default replaces a value": [
    { file: "sync/plan", from: 'source !== "default" || standing.defaulted.has(name)', to: "true" },
  ],
  "a wrong organization's secrets replace everything": [
    { file: "sync/sync-groups", from: "if (replaced <= most)", to: "if (true)" },
  ],
  "two names with different values replace one": [
    { file: "sync/given-values", from: "if (other !== undefined)", to: "if (false)" },
  ],
  "an older run replaces a newer one's value": [
    { file: "sync/plan", from: "held !== line.fingerprint && writer !== undefined", to: "false" },
  ],
  "a run replaces what a person set after it began": [
    { file: "sync/beginning", from: "first === undefined || first.revision === now.revision", to: "true" },
  ],
  "a paused sync writes": [
    { file: "sync/sync-environment", from: "paused.paused !== undefined && !dryRun", to: "false" },
  ],
  "a dry run writes": [
    { file: "sync/sync-groups", from: "options.dryRun || !lines.some", to: "!lines.some" },
  ],
  "names that were not asked for are written": [
    { file: "sync/plan", from: "if (asked?.has(name) === false)", to: "if (false)" },
  ],
  "a tombstone is carried out by a wrong clock": [
    {
      file: "ledger/service-clock",
      from: "if (skew !== undefined) throw new _errors.RemedyError(skew);",
      to: "",
    },
    { file: "sync/sync-environment", from: "new Date(stored.at)", to: "new Date(job.identity.now)" },
  ],
  "a due tombstone removes what is someone else's": [
    { file: "sync/plan", from: "!standing.present.has(name) || standing.bound.has(name)", to: "true" },
  ],
  "a value is put over someone else's mapping": [
    { file: "sync/plan", from: "if (obstacle !== undefined)", to: "if (false)" },
  ],
  "set replaces without --replace": [
    { file: "operations/values/set-value", from: "if (!isFirst && !replace)", to: "if (false)" },
  ],
  "set takes a placeholder": [PLACEHOLDERS],
  "set takes what a program prints for nothing": [
    {
      file: "operations/values/check-value",
      from: 'return "is what programs write where there is no value";',
      to: "{}",
    },
  ],
  "set takes what does not show": [
    { file: "catalog/formats", from: 'return "is only characters that do not show";', to: "{}" },
  ],
  "sync-to-github replaces without --replace": [
    { file: "operations/values/set-from-file", from: "existing.length > 0 && !replace", to: "false" },
  ],
  "import-from-env takes a template's placeholder for a value": [
    { file: "operations/values/set-from-file", from: "leave && ", to: "false && " },
    PLACEHOLDERS,
  ],
  "sync-to-pulumi replaces an unusual number of values": [
    { file: "sync/sync-groups", from: "if (replaced <= most)", to: "if (true)" },
  ],
  "sync-all replaces what came after its plan": [
    { file: "cli/commands/sync-all", from: "starts.get(environment)", to: "undefined" },
  ],
  "rollback takes back what somebody set while it ran": [
    {
      file: "operations/versions/roll-back-group",
      from: "refuseUnseen(group, first, view) };",
      to: "view.lines };",
    },
  ],
  "the next run undoes a rollback": [
    { file: "sync/sync-environment", from: "paused.paused !== undefined && !dryRun", to: "false" },
  ],
  "rollback goes back to a text without values": [
    { file: "operations/versions/open-rollback", from: "if (earlier.hasValues())", to: "if (true)" },
  ],
  "repair lifts a pause or forgets an open case": [
    { file: "ledger/claims", from: "paused === undefined ? {} : { paused }", to: "{}" },
  ],
  "recover takes over an export of the audit log that is someone else's": [
    { file: "operations/recovery/find-orphans", from: "if (isOurs)", to: "if (true)" },
  ],
  "adopt sends a write for a secret that nobody named": [
    {
      file: "operations/adoption/adopt-proxy",
      from: "name !== undefined && adoptable.names.has(name)",
      to: "name !== undefined",
    },
  ],
  "up creates over a secret that exists": [
    {
      file: "resources/github/secret-guards",
      from: "if (await options.exists(newInputs))",
      to: "if (false)",
    },
  ],
  "up sends the placeholder over a person's value": [
    {
      file: "resources/github/secret-guards",
      from: "updateRefused)(newInputs ?? oldInputs ?? {})",
      to: "updateRefused)({}) && undefined",
    },
  ],
  "up deletes a secret without a tombstone": [
    {
      file: "resources/github/secret-guards",
      from: "tombstone === undefined ? refuseDelete : deleteWhenDue",
      to: "deleteWhenDue",
    },
    {
      file: "resources/github/secret-guards",
      from: "slot === undefined || !(0, _dates.isDue)(slot.tombstone, today)",
      to: "false",
    },
  ],
  "up deletes a secret before its day": [
    {
      file: "resources/github/secret-guards",
      from: "slot === undefined || !(0, _dates.isDue)(slot.tombstone, today)",
      to: "false",
    },
  ],
};

describe("what must never happen", function () {
  this.timeout(60_000);

  it("has a guard that is taken away here, for each danger", () => {
    deepEqual(Object.keys(WITHOUT).sort(), Object.keys(DANGERS).sort());
  });

  for (const [name, edits] of Object.entries(WITHOUT) as [Name, readonly Edit[]][])
    it(`${name}: not with its guards, and without them it does`, async () => {
      equal(await DANGERS[name](), false, "with its guards");
      const isDone = await withMutated(
        require.resolve("./dangers"),
        edits,
        (mutated: typeof import("./dangers")) => mutated.DANGERS[name](),
      );
      equal(isDone, true, "without them: the danger is one, and its test sees it");
    });
});
