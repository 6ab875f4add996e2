import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Contract, type Exception } from "./contract";
import { Description, type OpenApi } from "./description";
import type { Json, Schema } from "./json-schema";

/** Pulumi Cloud's description, where a copy lies beside the project: no package has it. */
const FILE = resolve(__dirname, "../../../shared/specs/pulumi-cloud.json");

/** Why nothing is compared; undefined where the description is there. */
export const noDescription = existsSync(FILE)
  ? undefined
  : "Pulumi Cloud's OpenAPI description is not at ../shared/specs/pulumi-cloud.json";

/** Of 640 operations none describes 401, 28 describe 403, and not all of the others 400 and 404. */
const ERRORS: readonly Exception[] = [
  {
    status: 401,
    code: "undescribed-status",
    reason: "token missing or invalid (docs, Pulumi Cloud REST API)",
  },
  { status: 403, code: "undescribed-status", reason: "a member who lacks a permission" },
  { status: 404, code: "undescribed-status", reason: "what the path names is not there, or may not be seen" },
  { status: 400, code: "undescribed-status", reason: "a body or a parameter that does not fit" },
  { status: 413, code: "undescribed-status", reason: "more than the sandbox reads of a body" },
];

const EXCEPTIONS: readonly Exception[] = [
  ...ERRORS,
  {
    operation: "POST /api/stacks/{orgName}/{projectName}",
    status: 409,
    code: "undescribed-status",
    reason: "the stack exists: the CLI knows it by this status (httpstate, client.CreateStack)",
  },
  {
    operation: /^POST \/api\/esc\/environments\/[^{]+\/schedules\/[^/]+$/,
    code: "undescribed-route",
    reason: "the provider changes a schedule by POST; described is PATCH, which is served too",
  },
];

/** Bytes: the description has lists of base64 texts, Go writes and reads one. */
const BYTES = { type: "string", format: "byte" };
/** Go's `any`, which the description calls an object. */
const ANY = {};

/** Where the description is not precise: what stands there instead, by path below its schemas. */
const CORRECTIONS: Record<string, Schema> = {
  "AppEncryptValueResponse.properties.ciphertext": BYTES,
  "AppBatchEncryptResponse.properties.ciphertexts.items": BYTES,
  "AppDecryptValueResponse.properties.plaintext": BYTES,
  "AppBatchDecryptResponse.properties.plaintexts.additionalProperties": BYTES,
  // github.com/pulumi/esc: Value.Value, Expr.Literal, and a schema that may be `true`.
  "EscValue.properties.value": ANY,
  "EscExpr.properties.literal": ANY,
  "EscBuiltinExpr.properties.argSchema": ANY,
  // The operation's own text says texts, and the provider sends and reads them.
  "AuthPolicyDefinition.properties.rules.additionalProperties": { type: "string" },
  "ScheduledAction.properties.definition.additionalProperties": ANY,
  // Null says that there are no more: the CLI's type has a pointer (apitype.GetUpdateEventsResponse).
  "GetUpdateEventsResponse.properties.continuationToken": { type: "string", nullable: true },
};

/** The sandbox's own. */
const IGNORED = /^\/_sandbox\//;

let contract: Contract | undefined;

/** Pulumi Cloud's description; undefined where it is missing. */
export function pulumiContract(): Contract | undefined {
  if (noDescription !== undefined) return undefined;
  contract ??= new Contract({
    descriptions: [new Description(corrected(JSON.parse(readFileSync(FILE, "utf8"))))],
    exceptions: EXCEPTIONS,
    ignored: IGNORED,
    // All of ESC's SDKs ask for a property of an opened environment with an empty part in the path.
    describedPath: (path) => path.replace("/open//", "/open/"),
    errorProblem,
  });
  return contract;
}

/** @throws Error for a correction of something that the description does not have any more. */
function corrected(document: OpenApi): OpenApi {
  for (const [path, schema] of Object.entries(CORRECTIONS)) {
    const steps = path.split(".");
    const last = steps.pop() ?? "";
    const parent = steps.reduce<Json | undefined>(
      (at, step) => (at as Schema | undefined)?.[step],
      document.components.schemas,
    ) as Schema | undefined;
    if (parent?.[last] === undefined) throw new Error(`Pulumi Cloud's description has no ${path} to correct`);
    parent[last] = schema;
  }
  return document;
}

/** The form that the CLI and the provider read (apitype.ErrorResponse), with ESC's diagnostics. */
function errorProblem(body: Json): string | undefined {
  const { code, message } = body as Record<string, Json>;
  return typeof code === "number" && typeof message === "string"
    ? undefined
    : "an error without code and message";
}
