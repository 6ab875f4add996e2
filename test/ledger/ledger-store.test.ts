import { deepEqual, equal, rejects } from "node:assert/strict";
import { NoAnswerError } from "../../src/clients/http";
import { ConflictError } from "../../src/clients/pulumi-call";
import { RemedyError } from "../../src/errors";
import { EMPTY_LEDGER, parseLedger, renderLedger } from "../../src/ledger/ledger";
import { changePause, ledgerAt } from "../../src/ledger/ledger-store";

const PLACE = "default/app-live-ledger";
const PROBLEM = { code: "x", subject: "x", cause: "x", remedy: "x" };
const OURS = { reason: "ours", by: "ada", since: "s" };
const THEIRS = { reason: "theirs", by: "bob", since: "s" };

/** An environment of ESC in memory; `before` runs ahead of each write, and may change the text or refuse it. */
function cloudWith(text: string, before: (world: { text: string; writes: number }) => void = () => {}) {
  const world = { text, revision: 1, reads: 0, writes: 0 };
  const stored = async () => {
    world.reads += 1;
    return { text: world.text, etag: world.text, revision: world.revision, at: "2026-01-01T00:00:00.000Z" };
  };
  const write = async (_: string, next: string, etag: string) => {
    world.writes += 1;
    before(world);
    if (etag !== world.text) throw new ConflictError(PROBLEM);
    world.text = next;
    world.revision += 1;
    return world.revision;
  };
  return { world, cloud: { read: stored, decrypt: stored, write } };
}

describe("the store of a ledger", () => {
  it("asks for the change again when somebody wrote in between, and keeps what they wrote", async () => {
    const { world, cloud } = cloudWith("values: {}\n", (each) => {
      if (each.writes === 1) each.text = renderLedger({ ...EMPTY_LEDGER, paused: THEIRS });
    });
    const seen: unknown[] = [];
    await ledgerAt(cloud, PLACE).update(({ paused }) => {
      seen.push(paused);
      return { entries: {} as Record<string, never>, ...(paused === undefined ? { paused: OURS } : {}) };
    });
    deepEqual(seen, [undefined, THEIRS]);
    deepEqual(parseLedger(world.text).paused, THEIRS);
  });

  it("looks at a write whose answer was lost, and does not write it again", async () => {
    const { world, cloud } = cloudWith("values: {}\n");
    const lost = {
      ...cloud,
      write: async (...args: Parameters<typeof cloud.write>) => {
        await cloud.write(...args);
        throw new NoAnswerError(PROBLEM);
      },
    };
    equal(
      await changePause(ledgerAt(lost, PLACE), () => OURS),
      undefined,
      "its own is not told as someone else's",
    );
    equal(world.writes, 1);
    deepEqual(parseLedger(world.text).paused, OURS);
  });

  it("ends with the error when the change itself is refused, or others never stop writing", async () => {
    const { world, cloud } = cloudWith("values: {}\n", (each) => {
      each.text += " ";
    });
    const refusing = () => {
      throw new RemedyError(PROBLEM);
    };
    await rejects(ledgerAt(cloud, PLACE).update(refusing), RemedyError);
    equal(world.writes, 0);
    await rejects(
      ledgerAt(cloud, PLACE).update(() => ({ paused: OURS })),
      ConflictError,
    );
    equal(world.writes, 5);
  });

  it("refuses a text that arrives empty at a later revision, and takes it for a new ledger at the first", async () => {
    const { world, cloud } = cloudWith("");
    deepEqual(await ledgerAt(cloud, PLACE).read(), EMPTY_LEDGER);
    world.revision = 2;
    for (const read of [ledgerAt(cloud, PLACE).read, ledgerAt(cloud, PLACE).open])
      await rejects(read(), ({ problem }: RemedyError) => problem.code === "ledger-empty");
    await rejects(
      ledgerAt(cloud, PLACE).update(() => ({ paused: OURS })),
      RemedyError,
    );
    equal(world.writes, 0);
  });

  it("writes nothing when nothing changes", async () => {
    const { world, cloud } = cloudWith(renderLedger({ ...EMPTY_LEDGER, key: "k", paused: OURS }));
    await ledgerAt(cloud, PLACE).update(() => ({ paused: { ...OURS }, entries: { GONE: undefined } }));
    await ledgerAt(cloud, PLACE).replace(async (ledger) => ({ ...ledger }));
    await ledgerAt(cloud, PLACE).replace(async () => undefined);
    equal(world.writes, 0);
  });
});
