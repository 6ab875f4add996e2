import { compositeEnvironment, type Naming, pathOf, valuesEnvironment } from "../../catalog/layout";
import type { PulumiCloud } from "../../clients/pulumi-cloud";
import { RemedyError } from "../../errors";
import { boundedYaml } from "../../yaml-text";

/** The version of each environment that a composite imports, by path; undefined for the newest. */
export type Imports = Readonly<Record<string, string | undefined>>;

/** What an environment's composite imports, as its text stands in ESC. @returns undefined when that may not be read. */
export async function readImports(
  cloud: PulumiCloud,
  naming: Naming,
  deployment: string,
): Promise<Imports | undefined> {
  try {
    const { text } = await cloud.read(pathOf(compositeEnvironment(naming, deployment)));
    const content = boundedYaml(text);
    if (content === undefined) return undefined;
    const { imports } = (content ?? {}) as { imports?: unknown };
    const pairs = (Array.isArray(imports) ? imports : []).map((each) => {
      const [path = "", version] = String(each).split("@");
      return [path, version === LATEST ? undefined : version] as const;
    });
    return Object.fromEntries(pairs);
  } catch (error) {
    if (error instanceof RemedyError) return undefined;
    throw error;
  }
}

/** The service's own tag, which moves with each revision. */
const LATEST = "latest";

/**
 * The versions that an environment's composite imports its values environments at, by their paths, as it stands in ESC;
 * empty where it imports the newest, or may not be read.
 */
export async function readPins(
  cloud: PulumiCloud,
  naming: Naming,
  deployment: string,
): Promise<Readonly<Record<string, string>>> {
  const pairs = Object.entries((await readImports(cloud, naming, deployment)) ?? {});
  return Object.fromEntries(
    pairs.flatMap(([path, version]) => (version === undefined ? [] : [[path, version]])),
  );
}

/** The groups whose values an environment's composite imports at a pinned version, of those asked for. */
export async function pinnedGroups(
  cloud: PulumiCloud,
  naming: Naming,
  deployment: string,
  groups: readonly string[],
): Promise<string[]> {
  const pins = await readPins(cloud, naming, deployment);
  return groups.filter((group) => pathOf(valuesEnvironment(naming, deployment, group)) in pins);
}
