import { deepEqual, equal, match } from "node:assert/strict";
import { POLICIES, RULES } from "../../policies/list";
import { type Reported, runPack, type Told } from "./run-pack";

/** Checks of one rule of the pack, beside which secrets are learned as always. */
export function checksOf(name: string) {
  const rule = RULES.find((each) => each.name === name);
  if (rule === undefined) throw new Error(`the pack has no rule ${name}`);
  const policies = POLICIES.filter((each) => each.name === name || each.name === "secret-marks");
  const run = (resources: readonly Told[], config: object = {}): Promise<Reported[]> =>
    runPack(policies, resources, { [name]: config });
  return {
    run,
    /** It reports nothing. */
    async passes(resources: readonly Told[], config?: object): Promise<void> {
      deepEqual(await run(resources, config), []);
    },
    /** It reports these causes, in this order, each at the rule's level and with the remedy. */
    async refuses(
      resources: readonly Told[],
      causes: readonly RegExp[],
      config?: object,
    ): Promise<Reported[]> {
      const reported = await run(resources, config);
      equal(reported.length, causes.length, JSON.stringify(reported.map(({ message }) => message)));
      reported.forEach(({ message, level }, index) => {
        match(message, causes[index] ?? /^$/);
        equal(level, rule.enforcementLevel);
        // The SDK puts the rule's description before it.
        const [description, said = "", remedy] = message.split("\n");
        equal(description, rule.description);
        match(said, /^[^:]+: .*[^.]\.$/, "the name first, then why");
        equal(remedy, `Remedy: ${rule.remediationSteps}`);
      });
      return reported;
    },
    /** It says, and only says, that a preview cannot know. */
    async cannotKnow(resources: readonly Told[], property: string, config?: object): Promise<void> {
      const reported = await run(resources, config);
      equal(reported.length, 1, JSON.stringify(reported));
      equal(reported[0]?.level, "advisory");
      match(reported[0]?.message ?? "", new RegExp(`can't run policy .*at \\.${property} can't be known`));
    },
  };
}
