import { badRequest } from "../service-error";
import { rawMember, replaceMember } from "./raw-json";

/** What a never updated stack exports; version 3 is the deployment schema's current one. */
export const EMPTY_CHECKPOINT =
  '{"version":3,"deployment":{"manifest":{"time":"0001-01-01T00:00:00Z","magic":"","version":""}}}';

/** Newest deployment schema, announced as `deployment-schema-version`: without it the CLI drops `features`. */
export const DEPLOYMENT_SCHEMA_VERSION = 4;

/** Owner, project and name: what the CLI puts in URNs and in the secrets manager's state. */
export interface StackName {
  org: string;
  project: string;
  stack: string;
}

/** A stack's state as it was sent, `{version, features?, deployment}`, and how many resources it holds. */
export interface Checkpoint {
  text: string;
  resources: number;
}

/** The resource part of a checkpoint, as far as the service itself looks into it. */
interface Deployment {
  resources?: unknown[];
  secrets_providers?: { type?: string; state?: { owner?: string; project?: string; stack?: string } };
}

/**
 * The checkpoint in the body of an import or of `PATCH .../checkpoint`: `{version, features?, deployment}`.
 * Its deployment is kept as it was sent, character for character.
 *
 * @throws 400 when it is not JSON object, has no deployment, or its schema version is not 1 to 4.
 */
export function checkpointFrom(text: string): Checkpoint {
  const { version, deployment, features } = parseObject(text);
  if (typeof deployment !== "object" || deployment === null)
    throw badRequest("request must contain a checkpoint");
  if (!Number.isInteger(version) || Number(version) < 1 || Number(version) > DEPLOYMENT_SCHEMA_VERSION)
    throw badRequest(`deployment version must be 1 to ${DEPLOYMENT_SCHEMA_VERSION}`);
  const list =
    Array.isArray(features) && features.length > 0 ? `"features":${JSON.stringify(features)},` : "";
  const resources = (deployment as Deployment).resources;
  return {
    text: `{"version":${version},${list}"deployment":${rawMember(text, ["deployment"])}}`,
    resources: Array.isArray(resources) ? resources.length : 0,
  };
}

/** The checkpoint and its sequence number in the body of `PATCH .../checkpointverbatim`. */
export function verbatimCheckpointFrom(text: string): { checkpoint: Checkpoint; sequence: number } {
  const { sequenceNumber } = parseObject(text);
  const inner = rawMember(text, ["untypedDeployment"]);
  if (inner === undefined) throw badRequest("request must contain a checkpoint");
  return {
    checkpoint: checkpointFrom(inner),
    sequence: typeof sequenceNumber === "number" ? sequenceNumber : 0,
  };
}

/** Whether secrets in it were encrypted by this service for another stack: those could never be read here. */
export function encryptedForAnother(checkpoint: string, name: StackName): boolean {
  if (!/"ciphertext"\s*:/.test(checkpoint)) return false;
  const { deployment } = JSON.parse(checkpoint) as { deployment: Deployment };
  const manager = deployment.secrets_providers;
  if (manager?.type !== "service" || manager.state === undefined) return false;
  const { owner, project, stack } = manager.state;
  return owner !== name.org || project !== name.project || stack !== name.stack;
}

const MANAGER = ["deployment", "secrets_providers"];

/**
 * A checkpoint names the address its secrets are decrypted at. The sandbox may come back on another port than it
 * was written on, so the address is the one the reader used; the hosted service has one address for ever.
 */
export function withServiceUrl(checkpoint: string, url: string): string {
  if (rawMember(checkpoint, [...MANAGER, "type"]) !== '"service"') return checkpoint;
  return replaceMember(checkpoint, [...MANAGER, "state", "url"], url);
}

/** The checkpoint of a renamed stack: every URN, the root resource's name and the secrets manager's state follow. */
export function renamedCheckpoint(checkpoint: string, from: StackName, to: StackName): string {
  const prefix = (name: StackName) => `"urn:pulumi:${name.stack}::${name.project}::`;
  const root = (name: StackName) => `${prefix(to)}pulumi:pulumi:Stack::${name.project}-${name.stack}"`;
  const urns = checkpoint.replaceAll(prefix(from), prefix(to)).replaceAll(root(from), root(to));
  if (rawMember(urns, [...MANAGER, "type"]) !== '"service"') return urns;
  const project = replaceMember(urns, [...MANAGER, "state", "project"], to.project);
  return replaceMember(project, [...MANAGER, "state", "stack"], to.stack);
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badRequest("the body is not JSON"); // the parser's message would quote the body
  }
  if (typeof value !== "object" || value === null) throw badRequest("the body is not a JSON object");
  return value as Record<string, unknown>;
}
