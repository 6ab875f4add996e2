import type { Secret } from "../secret";
import { createRevisions, type Revisions } from "./esc-revisions";
import type { Http } from "./http";
import { createPulumiCall, notTheService, type PulumiCall, parseAnswer, revisionOf } from "./pulumi-call";

/** An ESC environment's text as the service holds it, and what a later write must name to be the next one. */
export interface EnvironmentText {
  text: string;
  etag: string;
  revision: number;
}

/** The part of Pulumi Cloud that the sync job and the loader use. Environments are named `project/name`. */
export interface PulumiCloud {
  /** Secrets as ciphertext; needs the right to read. */
  read(environment: string): Promise<EnvironmentText>;
  /** Secrets in clear; needs the right to open. */
  decrypt(environment: string): Promise<EnvironmentText>;
  /** Replaces the whole text if nobody wrote since `etag`. @returns the new revision. @throws ConflictError */
  write(environment: string, text: string, etag: string): Promise<number>;
  /** Opens an environment and its imports. @returns ESC's evaluated document. */
  open(environment: string): Promise<unknown>;
  revisions: Revisions;
}

const SESSION = "2h";

/**
 * A client of Pulumi Cloud for one organization.
 *
 * @param url address without path, such as https://api.pulumi.com.
 * @throws RemedyError from every method, naming the environment, the cause and the remedy.
 */
export function createPulumiCloud(options: {
  url: string;
  organization: string;
  token: Secret;
  http: Http;
}): PulumiCloud {
  const call = createPulumiCall(options);
  const at = (environment: string, suffix = "") =>
    `/api/esc/environments/${call.organization}/${environment}${suffix}`;
  const ask = (environment: string, suffix: string, request?: Parameters<PulumiCall>[2]) =>
    call(`${call.organization}/${environment}`, at(environment, suffix), request);

  const textAt = async (environment: string, suffix: string): Promise<EnvironmentText> => {
    const answer = await ask(environment, suffix);
    const revision = revisionOf(environment, answer);
    const { etag } = answer.headers;
    // A write without a tag overwrites whatever stands: better not to start.
    if (etag === undefined || etag === "") throw notTheService(environment, "carries no ETag");
    return { text: answer.text, etag, revision };
  };

  return {
    revisions: createRevisions(call),
    read: (environment) => textAt(environment, ""),
    decrypt: (environment) => textAt(environment, "/decrypt"),
    write: async (environment, text, etag) => {
      // The service takes the tag in the request header ETag (as its own CLI sends it), not in If-Match.
      const request = { method: "PATCH", headers: { etag }, body: text } as const;
      return revisionOf(environment, await ask(environment, "", request));
    },
    open: async (environment) => {
      const request = { method: "POST", body: "", repeatable: true } as const;
      const opened = await ask(environment, `/open?duration=${SESSION}`, request);
      const { id } = parseAnswer(environment, opened) as { id?: unknown };
      if (typeof id !== "string") throw notTheService(environment, "names no session");
      return parseAnswer(environment, await ask(environment, `/open/${encodeURIComponent(id)}`));
    },
  };
}
