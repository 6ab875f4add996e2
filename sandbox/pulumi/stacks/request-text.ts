import { gunzipSync } from "node:zlib";
import type { Context } from "hono";
import type { z } from "zod";
import { badRequest, serviceError } from "../service-error";

/** Bytes a body may have once unpacked: far above the state of thousands of resources, far below the memory. */
const BODY_LIMIT = 256 * 1024 * 1024;

const tooLarge = () => serviceError(413, "Request Content Too Large");

/**
 * A request's body as text; the CLI compresses checkpoints, events and batches (`Content-Encoding: gzip`).
 * @throws 400 when it is not the gzip it says it is, 413 above 256 MiB.
 */
export async function requestText(c: Context): Promise<string> {
  const bytes = Buffer.from(await c.req.arrayBuffer());
  if (bytes.length > BODY_LIMIT) throw tooLarge();
  if (c.req.header("content-encoding") !== "gzip") return bytes.toString("utf8");
  try {
    return gunzipSync(bytes, { maxOutputLength: BODY_LIMIT }).toString("utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge();
    throw badRequest("the body is not gzip");
  }
}

/** A request's body, checked: `parseBody` of `requestText`. */
export async function requestBody<Schema extends z.ZodType>(
  c: Context,
  schema: Schema,
): Promise<z.infer<Schema>> {
  return parseBody(await requestText(c), schema);
}

/** A body's text, checked. @throws 400 naming the fields that are wrong, never what they held. */
export function parseBody<Schema extends z.ZodType>(text: string, schema: Schema): z.infer<Schema> {
  let value: unknown;
  try {
    value = text === "" ? {} : JSON.parse(text);
  } catch {
    throw badRequest("the body is not JSON");
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const fields = result.error.issues.map((issue) => issue.path.join(".") || "the body");
  throw badRequest(`not what this call takes: ${[...new Set(fields)].join(", ")}`);
}
