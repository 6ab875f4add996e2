import type { Catalog } from "../../catalog/entry";
import { compositeEnvironment, type Naming, pathOf } from "../../catalog/layout";
import { NoAnswerError } from "../../clients/http";
import { UnavailableError } from "../../clients/pulumi-call";
import type { PulumiCloud } from "../../clients/pulumi-cloud";
import { RemedyError } from "../../errors";
import { collectSecrets } from "./collect-secrets";
import type { LoadedSecrets } from "./loaded-secrets";

/** Loads one environment's secrets through a client of Pulumi Cloud. */
export type Loader<C extends Catalog> = <Environment extends C["environments"][number]>(
  environment: Environment,
  cloud: Pick<PulumiCloud, "open">,
) => Promise<LoadedSecrets<C, Environment>>;

/**
 * A loader for a catalog. Two calls to Pulumi Cloud per load; nothing is kept, nothing is written.
 *
 * The loader throws UnavailableError when Pulumi Cloud could not be asked, MissingSecretsError when required
 * secrets have no value, and RemedyError when the token or the environment is refused. It never goes on with less
 * than the catalog asks for.
 *
 * @param naming the stacks' config: what the environments are called and under which key the values stand.
 */
export function createLoader<const C extends Catalog>(
  catalog: C,
  naming: Naming & { appRoot: string },
): Loader<C> {
  return async (environment, cloud) => {
    const place = pathOf(compositeEnvironment(naming, environment));
    const document = await open(place, cloud);
    if (typeof document !== "object" || document === null) {
      const remedy = "check that the address is Pulumi Cloud's API";
      throw new RemedyError({
        code: "?",
        subject: place,
        cause: "the service's answer is no environment",
        remedy,
      });
    }
    return collectSecrets(catalog, environment, { document, place, appRoot: naming.appRoot });
  };
}

async function open(place: string, cloud: Pick<PulumiCloud, "open">): Promise<unknown> {
  try {
    return await cloud.open(place);
  } catch (error) {
    if (!(error instanceof NoAnswerError)) throw error;
    const reason = `${error.problem.cause} (${error.problem.subject})`;
    throw new UnavailableError(
      {
        code: "?",
        subject: place,
        cause: reason,
        remedy: "check the address and the network, then start again",
      },
      {
        cause: error,
      },
    );
  }
}
