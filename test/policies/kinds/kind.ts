import type { Told } from "../run-pack";

/** One kind of thing that the pack refuses: a row in policies/README.md, and a test of this name. */
export interface Kind {
  /** Completes "refuses ...". */
  name: string;
  rule: string;
  /** Resources of which each alone breaks the rule. */
  examples: readonly Told[];
  /** Resources that every example is told after. */
  beside?: readonly Told[];
  cause: RegExp;
}
