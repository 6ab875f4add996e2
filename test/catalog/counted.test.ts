import { equal } from "node:assert/strict";
import { counted } from "../../src/text";

describe("a number with its noun", () => {
  it("is singular for one alone", () => {
    equal([0, 1, 2].map((count) => counted(count, "secret")).join(", "), "0 secrets, 1 secret, 2 secrets");
    equal(counted(2, "repository", "repositories"), "2 repositories");
  });
});
