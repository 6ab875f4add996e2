const { reporters } = require("mocha");

/** What `skip` of skip.ts writes into a title. */
const REASON = /\[skipped: (.*)\]/;

/** A reporter that ends with the reasons of skips and the plain line that programs read: `N passed, N failed, N skipped`. */
const closing = (Reporter) =>
  class extends Reporter {
    constructor(runner, options) {
      super(runner, options);
      this.reasons = new Map();
      runner.on("pending", (test) => {
        const reason = REASON.exec(test.fullTitle())?.[1] ?? `no reason given: ${test.fullTitle()}`;
        this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
      });
    }

    epilogue() {
      super.epilogue();
      for (const [reason, count] of this.reasons) console.log(`skipped ${count}: ${reason}`);
      const { passes, failures, pending } = this.stats;
      const skipped = pending > 0 ? `, ${pending} skipped` : "";
      console.log(`${passes} passed, ${failures} failed${skipped}`);
    }
  };

const [Dots, Lines] = [closing(reporters.Dot), closing(reporters.Spec)];

/** A line a test for single files, a sign a test for whole folders (`mocha --parallel`). */
module.exports = function ClosingReporter(runner, options) {
  return options.parallel ? new Dots(runner, options) : new Lines(runner, options);
};
