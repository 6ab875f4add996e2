import type { z } from "zod";
import type { CloudContext } from "./cloud";
import { badRequest, serviceError } from "./service-error";

/**
 * Largest request body, in bytes. The vendor publishes no limit for an environment (its specification knows only
 * a 413 on encrypt-secrets). 4 MiB is about twenty times a group of 40 secrets of 4 KiB each, and small
 * enough that a runaway client is stopped.
 */
export const BODY_LIMIT = 4 * 1024 * 1024;

/**
 * A request's body as text.
 * @throws 413 above `BODY_LIMIT`, 400 when it is not UTF-8.
 */
export async function readText(c: CloudContext): Promise<string> {
  const declared = Number(c.req.header("content-length") ?? 0);
  if (declared > BODY_LIMIT) throw tooLarge();
  const bytes = await c.req.arrayBuffer();
  if (bytes.byteLength > BODY_LIMIT) throw tooLarge();
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw badRequest("the body is not UTF-8");
  }
}

/**
 * A request's JSON body, checked. An empty body counts as `{}`.
 * @throws 400 naming the fields that do not fit, never their values.
 */
export async function readJson<Body>(c: CloudContext, schema: z.ZodType<Body>): Promise<Body> {
  const text = await readText(c);
  let parsed: unknown;
  try {
    parsed = text.trim() === "" ? {} : JSON.parse(text);
  } catch {
    throw badRequest("the body is not JSON"); // JSON.parse's own message quotes the body
  }
  const result = schema.safeParse(parsed);
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`);
  throw badRequest(issues.join("; "));
}

/** A query parameter that is a whole number from 0 up, or undefined when absent. @throws 400 when it is neither. */
export function wholeNumber(c: CloudContext, name: string): number | undefined {
  const text = c.req.query(name);
  if (text === undefined || text === "") return undefined;
  if (!/^\d{1,15}$/.test(text)) throw badRequest(`the query parameter ${name} must be a whole number`);
  return Number(text);
}

const tooLarge = () => serviceError(413, `Request Content Too Large: at most ${BODY_LIMIT} bytes`);
