const { reporters } = require("mocha");

/** Mocha's spec reporter, closed by the plain line that programs read: `N passed, N failed, N skipped`. */
class ClosingReporter extends reporters.Spec {
  epilogue() {
    super.epilogue();
    const { passes, failures, pending } = this.stats;
    const skipped = pending > 0 ? `, ${pending} skipped` : "";
    console.log(`${passes} passed, ${failures} failed${skipped}`);
  }
}

module.exports = ClosingReporter;
