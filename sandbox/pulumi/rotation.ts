import { randomUUID } from "node:crypto";
import { type DocumentPath, formatPath } from "../esc/document-path";
import { type Rotation, rotateEnvironment } from "../esc/rotate-environment";
import { encryptEnvironment } from "../esc/secret-text";
import type { Diagnostic } from "../esc/syntax";
import { writeState } from "../esc/write-state";
import { actorName, type Cloud } from "./cloud";
import { encrypterFor } from "./environment-cipher";
import { announce } from "./environment-event";
import { evaluationOptions, refuseErrors } from "./evaluation";
import type { Principal } from "./principal";
import { addRevision, latestOf } from "./revisions";
import { badRequest, serviceError } from "./service-error";
import type { Environment, Organization, RotationEvent } from "./state";

/** Whose rotation of what. */
export interface RotationRequest {
  cloud: Cloud;
  principal: Principal;
  organization: Organization;
  environment: Environment;
  /** Steps from `values` to the secrets to rotate; empty for all. */
  paths: readonly (readonly string[])[];
  scheduledActionID?: string;
}

/** Environments whose secrets are being rotated: two rotations at once would each make the other's passwords wrong. */
const underWay = new WeakSet<Environment>();

/**
 * Rotates an environment's secrets and writes the new state, encrypted, into a new revision. A password that was changed
 * is kept whatever else goes wrong: states are written into the text as it is when the rotators are done.
 *
 * @throws 400 with diagnostics when nothing could be rotated, 409 while another rotation runs.
 */
export async function rotateSecrets(request: RotationRequest): Promise<RotationEvent> {
  const { cloud, principal, environment } = request;
  if (underWay.has(environment))
    throw serviceError(409, "Conflict: a rotation of the environment is running");
  underWay.add(environment);
  try {
    const created = new Date().toISOString();
    const before = latestOf(environment);
    const options = evaluationOptions({ ...request, text: before.text, mode: "open" });
    const { rotations, diagnostics } = await rotateEnvironment(options, wanted(request.paths));
    if (!rotations.some(({ status }) => status !== "not-evaluated")) refuse(rotations, diagnostics);
    const outcomes = keepStates(request, rotations);
    const event: RotationEvent = {
      id: randomUUID(),
      created,
      completed: new Date().toISOString(),
      actor: actorName(principal),
      status: outcomes.rotations.every(({ status }) => status === "succeeded") ? "succeeded" : "failed",
      preRotationRevision: before.number,
      ...outcomes,
      ...(request.scheduledActionID !== undefined && { scheduledActionID: request.scheduledActionID }),
    };
    environment.rotations = [...(environment.rotations ?? []), event];
    cloud.save();
    announceRotation(request, event);
    return event;
  } finally {
    underWay.delete(environment);
  }
}

const wanted = (paths: RotationRequest["paths"]) => (path: DocumentPath) =>
  paths.length === 0 || paths.some((steps) => JSON.stringify(steps) === JSON.stringify(path.map(String)));

function refuse(rotations: readonly Rotation[], diagnostics: Diagnostic[]): void {
  refuseErrors({ diagnostics });
  throw badRequest(
    rotations.length === 0 ? "there is no fn::rotate at what was asked for" : "its inputs are not known",
  );
}

function keepStates(
  { cloud, principal, environment }: RotationRequest,
  rotations: readonly Rotation[],
): Pick<RotationEvent, "rotations" | "postRotationRevision"> {
  let text = latestOf(environment).text;
  const described = rotations.map(({ path, status, state, failure }): RotationEvent["rotations"][number] => {
    const about = { id: randomUUID(), environmentPath: formatPath(path) };
    const written = state && writeState(text, path, state);
    if (written !== undefined) {
      text = written;
      return { ...about, status: "succeeded" };
    }
    const gone = "rotated, but the definition has no such fn::rotate any more: rotate again";
    const reason = failure ?? (status === "succeeded" ? gone : "its inputs could not be evaluated");
    return { ...about, status: "failed", errorMessage: reason };
  });
  if (!described.some(({ status }) => status === "succeeded")) return { rotations: described };
  const sealed = encryptEnvironment(text, encrypterFor(cloud.security, environment.id));
  const { number } = addRevision(environment, sealed, actorName(principal));
  return { rotations: described, postRotationRevision: number };
}

function announceRotation({ cloud, principal, ...about }: RotationRequest, event: RotationEvent): void {
  const revision = event.postRotationRevision;
  const details = {
    ...(revision !== undefined && { revision }),
    ...(event.scheduledActionID !== undefined && { schedule: event.scheduledActionID }),
    rotated: event.rotations.filter(({ status }) => status === "succeeded").length,
    failed: event.rotations.filter(({ status }) => status === "failed").length,
  };
  announce(cloud, principal, about, {
    audit: "environment-rotated",
    outcome: event.status === "succeeded" ? "success" : "failed",
    filter: `environment_rotation_${event.status}`,
    kind: "environment_rotation",
    details,
  });
  if (revision === undefined) return;
  announce(cloud, principal, about, {
    audit: "environment-updated",
    filter: "environment_revision_created",
    kind: "environment_revision",
    details: { revision },
  });
}
