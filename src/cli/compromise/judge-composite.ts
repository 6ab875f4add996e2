import { compositeEnvironment, pathOf, valuesEnvironment } from "../../../secrets/layout";
import type { Settings } from "../../../secrets/settings";
import type { PulumiCloud } from "../../clients/pulumi-cloud";
import { RemedyError } from "../../errors";
import { readImports } from "../versions/read-pins";
import { placesOf } from "../versions/text-places";
import type { Case } from "./case";
import type { EnvironmentCheck } from "./journal";

/** How something stands, and how that is known. */
export interface Judged {
  standing: EnvironmentCheck["ledger"];
  detail: string;
}

/** What an opened composite gives, compared with the new value. */
export type Given = "new" | "other" | "some" | "none";

/** What is judged: one secret in one environment. */
export interface Place {
  settings: Settings;
  secret: Case["secret"];
  environment: string;
}

/**
 * Judges what applications get: by opening the composite as they do, which alone proves it. Where this token may not, or
 * cannot tell one value from another, its text still says whether it is pinned to a revision that holds another value.
 *
 * @param look compares the opened document with what is expected; it keeps nothing.
 * @returns with it, whether applications are known to get the newest values.
 */
export async function judgeComposite(
  cloud: PulumiCloud,
  place: Place,
  look: (document: unknown) => Given,
): Promise<Judged & { isNewest: boolean }> {
  const failed = (detail: string) => ({ standing: "failed" as const, detail, isNewest: false });
  const path = pathOf(compositeEnvironment(place.settings, place.environment));
  try {
    switch (look(await cloud.open(path))) {
      case "new":
        return { standing: "proven", detail: "the composite opens and gives it", isNewest: true };
      case "none":
        return failed("the composite opens and gives no value");
      case "other":
        return failed(
          "the composite gives another value: it is pinned to a tag (compositeTags), or somebody wrote in between",
        );
      default:
        return judgeImport(cloud, place, "the composite opens; which value it gives this token cannot tell");
    }
  } catch (error) {
    if (!(error instanceof RemedyError)) throw error;
    return judgeImport(cloud, place, `the composite was not opened (${error.reason})`);
  }
}

/** By the composite's text: it can disprove, and proves nothing, for what else it holds may stand above what it imports. */
async function judgeImport(cloud: PulumiCloud, { settings, secret, environment }: Place, how: string) {
  const unknown = (more: string, isNewest = false) => {
    return { standing: "unknown" as const, detail: `${how}${more}`, isNewest };
  };
  const path = pathOf(valuesEnvironment(settings, environment, secret.group));
  const imports = await readImports(cloud, settings, environment);
  if (imports === undefined) return unknown("; nor may its text be read, which says whether it is pinned");
  if (!(path in imports)) return unknown(`; its text does not import ${path}`);
  const version = imports[path];
  if (version === undefined) return unknown("; by its text it imports the newest values", true);
  const isSame = await holdsTheSame(cloud, path, version, `${settings.appRoot}.${secret.path}`);
  if (isSame === undefined)
    return unknown(`; it is pinned to ${version}, and what that holds cannot be read`);
  if (isSame) return unknown(`; it is pinned to ${version}, which holds what is newest`);
  const detail = `the composite is pinned to ${version} (compositeTags), which holds another value than the newest`;
  return { standing: "failed" as const, detail, isNewest: false };
}

/** Whether a revision holds what stands now: ciphertext stays the same while a value does. @returns undefined when it cannot be read. */
async function holdsTheSame(
  cloud: PulumiCloud,
  path: string,
  version: string,
  place: string,
): Promise<boolean | undefined> {
  try {
    const listed = await cloud.revisions.list(path);
    const pinned = listed.find(({ number, tags }) => String(number) === version || tags.includes(version));
    if (pinned === undefined || pinned.retracted) return undefined;
    const [then, now] = await Promise.all([
      cloud.revisions.text(path, pinned.number),
      cloud.read(path).then(({ text }) => text),
    ]);
    const [before, newest] = [placesOf(then), placesOf(now)];
    return before && newest && before.get(place) === newest.get(place);
  } catch (error) {
    if (!(error instanceof RemedyError)) throw error;
    return undefined;
  }
}
