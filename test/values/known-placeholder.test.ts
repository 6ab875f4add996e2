import { equal } from "node:assert/strict";
import { RemedyError } from "../../src/errors";
import { EMPTY_LEDGER, type Ledger, renderLedger } from "../../src/ledger/ledger";
import type { Context } from "../../src/operations/context";
import { isKnownPlaceholder } from "../../src/operations/values/known-placeholder";
import { CATALOG, SETTINGS } from "../cli/small-organization";

const NAME = "OPENAI_API_KEY";
const UNSET = { times: 1, run: "7", at: "2026-08-01T10:05:00Z", code: "unset" };
const BEFORE = "2026-08-01T09:00:00Z";
const QUEUED = "2026-08-01T10:00:00Z";

/** A run's ledger in production, and what GitHub tells of that run. */
async function known(
  updatedAt: string,
  ledger: Partial<Ledger> = { refused: { [NAME]: UNSET } },
  { queued = QUEUED, cloud = true }: { queued?: string | null; cloud?: boolean } = {},
): Promise<boolean> {
  const secret = CATALOG.entries.find(({ name }) => name === NAME);
  if (secret === undefined) throw new Error("no such entry");
  const refuse = () => {
    throw new RemedyError({ code: "?", subject: "run", cause: "not shown", remedy: "ask" });
  };
  const text = (path: string) =>
    renderLedger(path.includes("production") ? { ...EMPTY_LEDGER, ...ledger } : EMPTY_LEDGER);
  const context = {
    project: { settings: SETTINGS },
    cloud: () => (cloud ? { read: async (path: string) => ({ text: text(path) }) } : undefined),
    githubCall: () => ({
      organization: "ai-cherry",
      ofRepository: () => ({}),
      get: async () => (queued === null ? refuse() : { created_at: queued }),
    }),
  } as unknown as Context;
  return isKnownPlaceholder(context, secret, { name: NAME, updatedAt });
}

describe("a secret is known to hold the placeholder", () => {
  it("when a run that was queued after GitHub's last change of it found the placeholder", async () => {
    equal(await known(BEFORE), true);
  });

  it("not when it changed while the run waited for its job, or in the same second", async () => {
    equal(await known("2026-08-01T10:02:00Z"), false, "the job began after, with what stood before");
    equal(await known(QUEUED), false);
  });

  it("not where a value of it was ever synced, it was refused for another reason, or by hand", async () => {
    const entry = { fingerprint: "f", source: NAME, changed: BEFORE, synced: BEFORE, run: "1", commit: "c" };
    equal(await known(BEFORE, { refused: { [NAME]: UNSET }, secrets: { [NAME]: entry } }), false);
    equal(await known(BEFORE, { refused: { [NAME]: { ...UNSET, code: "absent" } } }), false);
    equal(await known(BEFORE, { refused: { [NAME]: { ...UNSET, run: "by-hand" } } }), false);
    equal(
      await known(BEFORE, { refused: { [NAME]: { times: 1, run: "7" } } }),
      false,
      "an earlier version's",
    );
  });

  it("not where the run or the ledgers cannot be seen", async () => {
    equal(await known(BEFORE, {}), false);
    equal(await known(BEFORE, undefined, { cloud: false }), false);
    equal(await known(BEFORE, undefined, { queued: null }), false);
  });
});
