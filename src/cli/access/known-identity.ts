import { ownTeams } from "../../../secrets/checks/own-teams";
import type { Catalog } from "../../../secrets/entry";
import { nearestNames } from "../../../secrets/nearest-names";
import type { Settings } from "../../../secrets/settings";
import { RemedyError } from "../../errors";
import type { ObservedAccess } from "./access-differences";

/**
 * Looks whether there is somebody of a name: to an audit's question "nobody" and "misspelled" are no one answer.
 *
 * @param observed what Pulumi Cloud said; undefined when it was not asked.
 * @throws RemedyError with the nearest names when neither the declaration nor Pulumi Cloud knows it.
 */
export function refuseUnknown(
  catalog: Catalog,
  settings: Settings,
  identity: string,
  observed: ObservedAccess | undefined,
): void {
  const declared = (catalog.accessPolicies ?? []).flatMap(({ identities }) => identities);
  const known = [
    ...declared.map(({ name }) => name),
    ...ownTeams(catalog, settings),
    ...(observed?.members ?? []).map(({ login }) => login),
    ...(observed?.teams ?? []).map(({ name }) => name),
  ];
  if (known.includes(identity)) return;
  const who = observed === undefined ? "the declaration" : "the declaration or Pulumi Cloud";
  const near = nearestNames(identity, [...new Set(known)]).join(", ");
  const ask =
    observed === undefined ? "; with PULUMI_ACCESS_TOKEN, Pulumi Cloud's members are known too" : "";
  throw new RemedyError("--identity", `names nobody whom ${who} knows: ${identity}`, `use ${near}${ask}`);
}
