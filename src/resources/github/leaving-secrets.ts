import type * as pulumiservice from "@pulumi/pulumiservice";
import { isDue } from "../../catalog/dates";
import { environmentTargets } from "../../catalog/environment-slots";
import { isLeftover, type SlotName } from "../../catalog/slots";
import { warn } from "../diagnostics";
import { standingLedger } from "../esc/standing-ledger";
import type { GitHubSecrets, SecretPlace } from "./github-secrets";

/** Tells, in every preview and every up, which secrets are about to be deleted and when: names and days only. */
export function announceTombstones(slots: readonly SlotName[], today: string): void {
  const problems = slots.flatMap(({ name, tombstone }) => {
    if (tombstone === undefined) return [];
    if (isDue(tombstone, today))
      return {
        code: "tombstone-due",
        subject: name,
        cause: `expired on ${tombstone}; up deletes it`,
        remedy: "after that and a sync, remove its entry from secrets/catalog.ts",
      };
    return {
      code: "tombstone-announced",
      subject: name,
      cause: `expires on ${tombstone}`,
      remedy: "to keep it, remove the tombstone from its entry before that day",
    };
  });
  void warn(...problems);
}

/** What tells whether a renamed secret has its value under the new name. */
export interface RenameEvidence {
  /** Secrets in GitHub, with the times of their last change. */
  inGitHub: GitHubSecrets;
  /** UTC: YYYY-MM-DD. */
  today: string;
  /** Carrier repositories, whose GitHub environments hold values. */
  carriers: readonly string[];
  /** Deployment environments of this stack. */
  deployments: readonly string[];
  /** Their ledgers, as the last refresh saw them. */
  ledgers: readonly pulumiservice.Environment[];
}

/**
 * Whether a renamed secret has its value under the new name, before the old one is deleted. GitHub returns no value, so
 * there are two kinds of evidence: the ledger of a deployment environment, which says under which name a value was
 * read; and the times of a secret that nothing has changed since it was created.
 */
export class RenamedSecrets {
  /** Names under which values were read, a list for each ledger. */
  private readonly sources: readonly Promise<string[]>[];

  constructor(private readonly evidence: RenameEvidence) {
    this.sources = evidence.ledgers.map(sourcesOf);
  }

  /**
   * Why the former name of a secret has to stay, though its tombstone's day has come. Undefined when it may go.
   *
   * @param inputs of the former name's resource.
   */
  async whyKept(slot: SlotName, inputs: SecretPlace): Promise<string | undefined> {
    const { today, deployments, inGitHub } = this.evidence;
    if (isLeftover(slot, inputs)) return this.whyLeft(slot, inputs);
    const { name, secret } = slot;
    const goesWhole = name === secret.name || isDue(secret.tombstone, today);
    if (goesWhole || secret.value === "config") return undefined;
    const ofOrganization = inputs.environment === undefined;
    const isSyncedHere =
      !secret.bootstrap && secret.environments.some((deployment) => deployments.includes(deployment));
    if (ofOrganization && isSyncedHere)
      return (await this.wasSource(secret.name))
        ? undefined
        : `no sync has read a value of ${secret.name}, its new name, as far as the last refresh saw`;
    const untouched = await inGitHub.isUntouched({ ...inputs, secretName: secret.name });
    return untouched ? `nobody has set ${secret.name}, its new name, since it was created` : undefined;
  }

  /** Why a leftover has to stay: somewhere its entry has no value of its own yet. */
  private async whyLeft({ name, secret }: SlotName, inputs: SecretPlace): Promise<string | undefined> {
    const { today, carriers, inGitHub } = this.evidence;
    if (isDue(secret.tombstone, today) || secret.value === "config") return undefined;
    if (inputs.environment !== undefined)
      return `whether the organization secret ${name} has a value is not known`;
    const isUnset = (place: SecretPlace) => inGitHub.isUntouched({ ...place, secretName: name });
    const targets = environmentTargets([secret], carriers, secret.environments, today);
    const unset = await Promise.all(
      targets.map(async (place) => ((await isUnset({ ...place })) ? [place.environment] : [])),
    );
    const names = [...new Set(unset.flat())].join(", ");
    return names === "" ? undefined : `nobody has set ${name} in ${names} since it was created there`;
  }

  private async wasSource(name: string): Promise<boolean> {
    return (await Promise.all(this.sources)).flat().includes(name);
  }
}

async function sourcesOf(environment: pulumiservice.Environment): Promise<string[]> {
  return Object.values((await standingLedger(environment))?.secrets ?? {}).map(({ source }) => source);
}
