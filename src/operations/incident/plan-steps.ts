import { startSync } from "../../catalog/layout";
import type { Settings } from "../../catalog/settings";
import type { Case, Step } from "./case";

/** One step, in words for the person who carries it out. */
export interface PlannedStep {
  step: Step;
  title: string;
  lines: readonly string[];
}

/** What decides the steps besides the case. */
export interface PlanOptions {
  settings: Pick<Settings, "githubOrganization" | "branch" | "carriers">;
  pause: boolean;
  /** File for the post-mortem. */
  out: string;
}

/** The guide's emergency procedure for one secret: a pure function; a dry run shows just this. */
export function planSteps(found: Case, options: PlanOptions): PlannedStep[] {
  const inGitHub = [revoke(found), value(found, options)];
  const steps: PlannedStep[] = [
    ...(found.rotated === undefined ? inGitHub : [rotate(found.secret.name, found.rotated)]),
    ...(found.secret.bootstrap || found.rotated !== undefined ? [] : [sync(found, options), verify(found)]),
    {
      step: "readers",
      title: "Who read it",
      lines: ["From Pulumi Cloud's and GitHub's logs, as far as this plan has them"],
    },
    { step: "post-mortem", title: "Write it down", lines: [`${options.out}, without values`] },
  ];
  return options.pause && found.environments.length > 0 && found.rotated === undefined
    ? [pause(found), ...steps]
    : steps;
}

function pause({ environments }: Case): PlannedStep {
  const lines = [
    `No sync writes to ${environments.join(", ")} until step sync: for the case that GitHub or the sync itself is what was`,
    "broken into, so that nothing set there spreads before somebody has looked",
  ];
  return { step: "pause", title: "Pause the sync", lines };
}

function revoke({ secret, environments, notes }: Case): PlannedStep {
  const { name, page, owner } = secret;
  const where = page ?? `no page is known; ${owner} knows where ${name} is from`;
  const cost = "Applications that use it fail from now until they have the new one";
  const lines = [
    where,
    ...(environments.length === 0 ? [] : [`${cost} (${environments.join(", ")})`]),
    ...notes,
  ];
  return { step: "revoke", title: `Revoke ${name} where it is from, and make a new one`, lines };
}

/** A rotation leaves the one before alive, for what has loaded it: that is the compromised one, until the second. */
function rotate(name: string, rotated: readonly string[]): PlannedStep {
  const lines = [
    ...rotated.map((environment) => `pulumi env rotate ${environment}`),
    "Restart what has loaded it, then the same once more: the first rotation leaves the old one alive, the second ends it",
    "Restart once more, so that everything has the newest",
  ];
  return { step: "revoke", title: `Have ESC rotate ${name}, twice`, lines };
}

function value(found: Case, { settings }: PlanOptions): PlannedStep {
  const { secret, slots, places, way } = found;
  const title = "The new value";
  if (way === "config") {
    const lines = [
      `pulumi config set --secret --type string --path 'values.${secret.name}', by standard input`,
      "pulumi up, for each stack whose config has it",
    ];
    return { step: "value", title: `${title}, into the stack's config`, lines };
  }
  if (way === "environments") {
    const lines = [...new Set(places.map(({ environment }) => environment))].map(
      (environment) => `npx sophia-secrets set ${secret.name} --environment ${environment} --replace`,
    );
    return { step: "value", title: `${title}, into each GitHub environment`, lines };
  }
  const names = slots.map(({ name }) => name).join(", ");
  const proofs = settings.carriers.map(
    (carrier) => `then prove it: ${startSync(settings, carrier)} -f dry-run=true`,
  );
  const lines = [
    `Asked for without showing it, or read from stdin, and set as ${names}`,
    ...(secret.bootstrap ? proofs : []),
  ];
  return { step: "value", title: `${title}, into GitHub`, lines };
}

function sync({ secret, carriers, environments }: Case, { settings }: PlanOptions): PlannedStep {
  const lines = [
    ...carriers.map(
      (carrier) =>
        `${settings.githubOrganization}/${carrier}: workflow of ${settings.branch}, names=${secret.name}`,
    ),
    `into ${environments.join(", ") || "no environment: each has a value of its own"}`,
  ];
  return { step: "sync", title: "Sync now", lines };
}

function verify({ environments }: Case): PlannedStep {
  const lines = [
    ...environments.map((each) => `${each}: the ledger's fingerprint, and what the composite gives`),
    "Applications load once: restart those that have loaded the old one",
  ];
  return { step: "verify", title: "Verify that loaders see it", lines };
}
