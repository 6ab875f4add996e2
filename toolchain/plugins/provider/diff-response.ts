import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import type { Change } from "./changes";

const { Kind } = rpc.PropertyDiff;
const { DIFF_NONE, DIFF_SOME } = rpc.DiffResponse.DiffChanges;

/** How each change is reported: as an update, and when it replaces the resource. */
const kinds = {
  added: { update: Kind.ADD, replace: Kind.ADD_REPLACE },
  updated: { update: Kind.UPDATE, replace: Kind.UPDATE_REPLACE },
  removed: { update: Kind.DELETE, replace: Kind.DELETE_REPLACE },
} as const;

/** The engine's form of a set of changes. Without the detail per input it would never replace anything. */
export function diffResponse(
  changes: Map<string, Change>,
  replaces: readonly string[],
  deleteBeforeReplace: boolean,
): rpc.DiffResponse {
  const response = new rpc.DiffResponse();
  response.setChanges(changes.size === 0 ? DIFF_NONE : DIFF_SOME);
  response.setReplacesList([...replaces]);
  response.setDiffsList([...changes.keys()]);
  response.setHasdetaileddiff(true);
  for (const [name, change] of changes) {
    const detail = new rpc.PropertyDiff();
    detail.setKind(replaces.includes(name) ? kinds[change].replace : kinds[change].update);
    detail.setInputdiff(true);
    response.getDetaileddiffMap().set(name, detail);
  }
  response.setDeletebeforereplace(replaces.length > 0 && deleteBeforeReplace);
  return response;
}
