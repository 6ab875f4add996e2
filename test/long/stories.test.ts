import { equal } from "node:assert/strict";
import { type Follower, follow } from "../documents/follow";
import { SAMPLE, STORIES } from "../documents/guides";
import { startFollower } from "../documents/start-follower";

describe("the ten stories, pasted into a fresh clone and its sandbox", function () {
  this.timeout(300_000);
  let follower: Follower & { close(): Promise<void> };

  before(() => {
    follower = startFollower();
  });
  after(async () => {
    await follower?.close();
  });

  follow(STORIES, () => follower);

  describe("afterwards", () => {
    it("no value was shown", () => {
      equal(follower.printed.filter((text) => text.includes(SAMPLE)).length, 0);
    });
  });
});
