import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** A refusal in Pulumi Cloud's JSON shape: `{"code", "message"}` and, for environments, `diagnostics`. */
export function serviceError(
  status: ContentfulStatusCode,
  message: string,
  more: { diagnostics?: unknown[] } = {},
): HTTPException {
  const body = JSON.stringify({ code: status, message, ...more });
  const res = new Response(body, { status, headers: { "content-type": "application/json" } });
  return new HTTPException(status, { message, res });
}

/** 404 with the service's own wording; also what a caller without any right to the thing is told. */
export const notFound = (what: string) => serviceError(404, `Not Found: ${what} not found`);

/** 403 naming the right that was missing. */
export const forbidden = (what: string) => serviceError(403, `Forbidden: ${what}`);

/** 400 naming what is wrong with the request. */
export const badRequest = (what: string) => serviceError(400, `Bad Request: ${what}`);
