import { equal, ok } from "node:assert/strict";
import { type Follower, follow } from "../documents/follow";
import { GETTING_STARTED, IN_THE_SANDBOX, SAMPLE, setBefore } from "../documents/guides";
import { startBeginner, startFollower } from "../documents/start-follower";

describe("getting started, pasted into a fresh clone by an organization that has secrets", function () {
  this.timeout(300_000);
  let follower: Awaited<ReturnType<typeof startBeginner>>;

  before(async () => {
    follower = await startBeginner(({ pulumi }) => {
      // As Pulumi Cloud begins.
      for (const each of pulumi.organizations) each.defaultEnvironmentPermission = "write";
    });
    await setBefore(follower);
  });
  after(async () => {
    await follower?.close();
  });

  follow(GETTING_STARTED, () => follower);

  describe("afterwards", () => {
    it("no value was shown", () => {
      ok(!follower.printed.join("").includes(SAMPLE));
    });
  });
});

describe("every command of the other pages, pasted in their order into the sandbox", function () {
  this.timeout(300_000);
  let follower: Follower & { close(): Promise<void> };

  before(() => {
    follower = startFollower();
  });
  after(async () => {
    await follower?.close();
  });

  follow(IN_THE_SANDBOX, () => follower);

  describe("afterwards", () => {
    it("no value was shown", () => {
      equal(follower.printed.filter((text) => text.includes(SAMPLE)).length, 0);
    });
  });
});
