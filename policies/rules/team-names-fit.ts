import { TYPES } from "../resource-types";
import { resourceRule } from "../rule";

/** Pulumi Cloud refuses longer ones, and says so at `up` alone (pulumi/docs#14435). */
const LONGEST = 40;

export const teamNamesFit = resourceRule(
  {
    name: "team-names-fit",
    description: `A team's name has ${LONGEST} characters at most.`,
    remedy: "cut it, and say it whole in the description",
    enforcementLevel: "mandatory",
  },
  (type) => type === TYPES.team,
  function* ({ props }) {
    const { name, teamType } = props;
    if (typeof name === "string" && name.length > LONGEST) yield `its name has ${name.length} characters`;
    // A team of GitHub has its name from there.
    else if ((name ?? "") === "" && teamType !== "github") yield "it has no name";
  },
);
