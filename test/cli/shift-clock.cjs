// Preloaded into a process (node --require): its clock is ahead by TEST_CLOCK_AHEAD_MS.
const Real = Date;
const ahead = Number(process.env.TEST_CLOCK_AHEAD_MS);

globalThis.Date = class extends Real {
  constructor(...given) {
    if (given.length === 0) super(Real.now() + ahead);
    else super(...given);
  }
  static now() {
    return Real.now() + ahead;
  }
};
