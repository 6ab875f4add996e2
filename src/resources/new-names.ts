import type * as pulumiservice from "@pulumi/pulumiservice";
import { parseLedger } from "../../secrets/ledger";
import type { SlotName } from "../../secrets/slots";
import { isDue } from "../../secrets/tombstone";
import type { GitHubSecrets, SecretPlace } from "./github-secrets";
import { textOf } from "./waiting";

/**
 * Whether a renamed secret has its value under the new name, before the old one is deleted. GitHub tells no value, so
 * there are two witnesses: an environment's ledger, which says under which name a value was read; and the times of a
 * secret that nothing has touched since it was created.
 */
export class NewNames {
  private readonly environments = new Set<string>();
  /** Names under which values were read, a list for each ledger. */
  private readonly sources: Promise<string[]>[] = [];

  constructor(
    private readonly inGitHub: GitHubSecrets,
    private readonly today: string,
  ) {}

  /** Takes the ledgers of the stack's environments for witnesses: as the last refresh saw them. */
  trust(environments: readonly string[], ledgers: readonly pulumiservice.Environment[]): void {
    for (const environment of environments) this.environments.add(environment);
    for (const ledger of ledgers) this.sources.push(sourcesOf(ledger));
  }

  /**
   * Why the former name of a secret has to stay, though its tombstone's day has come; undefined when it may go.
   *
   * @param inputs of the former name's slot.
   */
  async whyKept({ name, secret }: SlotName, inputs: SecretPlace): Promise<string | undefined> {
    const goesWhole = name === secret.name || isDue(secret.tombstone, this.today);
    if (goesWhole || secret.value === "config") return undefined;
    const ofOrganization = inputs.environment === undefined;
    if (
      ofOrganization &&
      !secret.bootstrap &&
      secret.environments.some((each) => this.environments.has(each))
    )
      return (await this.wasSource(secret.name))
        ? undefined
        : `no sync has read a value of ${secret.name}, its new name, as far as the last refresh saw`;
    const untouched = await this.inGitHub.isUntouched({ ...inputs, secretName: secret.name });
    return untouched ? `nobody has set ${secret.name}, its new name, since it was created` : undefined;
  }

  private async wasSource(name: string): Promise<boolean> {
    return (await Promise.all(this.sources)).flat().includes(name);
  }
}

async function sourcesOf({ yaml }: pulumiservice.Environment): Promise<string[]> {
  // Part of every output, left out of its type. In a preview the text of a ledger that is not there yet never comes.
  const { isKnown } = yaml as unknown as { isKnown: Promise<boolean> };
  if (!(await isKnown)) return [];
  const text = await new Promise<string>((done) => {
    yaml.apply(async (asset) => done(await textOf(asset)));
  });
  return Object.values(parseLedger(text).secrets).map(({ source }) => source);
}
