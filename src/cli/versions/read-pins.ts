import { parse } from "yaml";
import { compositeEnvironment, type Naming, pathOf } from "../../../secrets/layout";
import type { PulumiCloud } from "../../clients/pulumi-cloud";
import { RemedyError } from "../../errors";

/**
 * The versions that an environment's composite imports its values environments at, by their paths, as it stands in ESC;
 * empty where it imports the newest, or may not be read.
 */
export async function readPins(
  cloud: PulumiCloud,
  naming: Naming,
  environment: string,
): Promise<Readonly<Record<string, string>>> {
  try {
    const { text } = await cloud.read(pathOf(compositeEnvironment(naming, environment)));
    const { imports } = (parse(text, { logLevel: "error" }) ?? {}) as { imports?: unknown };
    const pairs = (Array.isArray(imports) ? imports : []).flatMap((each) => {
      const [path, version] = String(each).split("@");
      return path === undefined || version === undefined ? [] : [[path, version] as const];
    });
    return Object.fromEntries(pairs);
  } catch (error) {
    if (error instanceof RemedyError || (error as Error).name.startsWith("YAML")) return {};
    throw error;
  }
}
