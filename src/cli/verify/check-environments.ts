import type { Catalog } from "../../../secrets/entry";
import { escEnvironments } from "../../../secrets/esc-environments";
import { pathOf } from "../../../secrets/layout";
import type { Settings } from "../../../secrets/settings";
import { NotFoundError, type PulumiCall, parseAnswer } from "../../clients/pulumi-call";
import { inParallel } from "../in-parallel";
import { namesIn } from "../names-in";
import { type Check, checkLink } from "./check";

/** Whether the ESC environments of an environment are there, what ESC rotates included, and kept from deletion. */
export function checkEnvironments(
  catalog: Catalog,
  settings: Settings,
  environment: string,
  call: PulumiCall,
): Promise<Check> {
  return checkLink(`ESC of ${environment}`, async () => {
    const { kept: keptIds, composite: compositeId } = escEnvironments(catalog, settings, environment);
    const [kept, composite] = [keptIds.map(pathOf), pathOf(compositeId)];
    const states = await inParallel([...kept, composite], (path) => protection(call, path));
    const missing = [...kept, composite].filter((_, index) => states[index] === "missing");
    const open = kept.filter((_, index) => states[index] === "deletable");
    const remedy = "pulumi up --refresh for the stack that owns it";
    if (missing.length > 0) return { standing: "wrong", what: `not there: ${namesIn(missing)}`, remedy };
    if (open.length > 0) return { standing: "wrong", what: `anybody's to delete: ${namesIn(open)}`, remedy };
    return { standing: "ok", what: `${states.length} environments, values protected from deletion` };
  });
}

async function protection(call: PulumiCall, path: string): Promise<"protected" | "deletable" | "missing"> {
  const place = `${call.organization}/${path}`;
  try {
    const answer = await call(place, `/api/esc/environments/${place}/settings`);
    const { deletionProtected } = parseAnswer(place, answer) as { deletionProtected?: boolean };
    return deletionProtected === true ? "protected" : "deletable";
  } catch (error) {
    if (error instanceof NotFoundError) return "missing";
    throw error;
  }
}
