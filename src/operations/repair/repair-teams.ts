import { createPulumiOrganization } from "../../clients/pulumi-organization";
import type { Context } from "../context";
import type { Repairing } from "./repairing";

const TEAM = "pulumiservice:index:Team";

/**
 * Makes teams again that the stack made and somebody deleted in Pulumi Cloud, without members: an empty team may do
 * nothing. Without it each refresh ends with 404 at the team's permissions; the `up` after it sets members and permissions.
 *
 * @throws RemedyError when Pulumi Cloud does not list its teams, or refuses one.
 */
export async function repairTeams(context: Context, { dryRun, state, onDone }: Repairing): Promise<void> {
  const made = (await state()).flatMap(({ type, inputs }) =>
    type === TEAM && inputs?.teamType === "pulumi" ? [inputs] : [],
  );
  if (made.length === 0) return;
  const call = context.cloudCall();
  const there = new Set(await createPulumiOrganization(call).teamNames());
  for (const { name, displayName, description = "" } of made) {
    if (there.has(String(name))) continue;
    const { organization } = call;
    const body = JSON.stringify({ organization, teamType: "pulumi", name, displayName, description });
    const subject = `team ${name}`;
    if (!dryRun) await call(subject, `/api/orgs/${organization}/teams/pulumi`, { method: "POST", body });
    const now = "there without members; pulumi up --refresh sets its members and permissions";
    onDone({ name: subject, was: "in the stack's state, and not in Pulumi Cloud", now });
  }
}
