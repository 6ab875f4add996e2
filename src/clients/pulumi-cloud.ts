import { RemedyError } from "../errors";
import type { Secret } from "../secret";
import type { Http, HttpRequest } from "./http";
import {
  ConflictError,
  createPulumiCall,
  notTheService,
  type PulumiCall,
  parseAnswer,
  revisionOf,
} from "./pulumi-call";

/** An ESC environment's text as the service holds it, and what a later write must name to be the next one. */
export interface EnvironmentText {
  text: string;
  etag: string;
  revision: number;
  /** When the service answered, by its own clock (the header Date): RFC 3339, UTC, to the second. */
  at: string;
}

/** The part of Pulumi Cloud that the sync job and the loader use. Environments are named `project/name`. */
export interface PulumiCloud {
  /** Secrets as ciphertext; needs the right to read. */
  read(escPath: string): Promise<EnvironmentText>;
  /** Secrets in plain text; needs the right to open. */
  decrypt(escPath: string): Promise<EnvironmentText>;
  /**
   * Replaces the whole text if nobody wrote since `etag`, and looks whether it was written. @returns the new revision.
   * @throws ConflictError; RemedyError when the service says that it wrote and did not.
   */
  write(escPath: string, text: string, etag: string): Promise<number>;
  /** The same. @returns also the tag of what stands then; undefined where the service does not say. */
  replace(escPath: string, text: string, etag: string): Promise<Written>;
  /** Opens an environment and its imports. @returns ESC's evaluated document. */
  open(escPath: string): Promise<unknown>;
  revisions: Revisions;
}

/** What a write left. */
export interface Written {
  revision: number;
  etag: string | undefined;
}

const SESSION = "2h";

function notCarriedOut(environment: string, told: number, standing: number): RemedyError {
  return new RemedyError({
    code: "write-not-carried-out",
    subject: environment,
    cause: `the service says that it wrote revision ${told}, and revision ${standing} is there`,
    remedy: "run again: it reads what is there, and writes what is missing",
  });
}

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
  const at = (escPath: string, suffix = "") =>
    `/api/esc/environments/${call.organization}/${escPath}${suffix}`;
  const ask = (escPath: string, suffix: string, request?: Parameters<PulumiCall>[2]) =>
    call(`${call.organization}/${escPath}`, at(escPath, suffix), request);

  const textAt = async (escPath: string, suffix: string): Promise<EnvironmentText> => {
    const answer = await ask(escPath, suffix);
    const revision = revisionOf(escPath, answer);
    const { etag } = answer.headers;
    // A write without a tag overwrites whatever stands: better not to start.
    if (etag === undefined || etag === "") throw notTheService(escPath, "carries no ETag");
    const { date = "" } = answer.headers;
    // The runner's clock would decide on deletions instead.
    if (Number.isNaN(Date.parse(date))) throw notTheService(escPath, "carries no Date");
    return { text: answer.text, etag, revision, at: new Date(date).toISOString() };
  };
  const replace = async (escPath: string, text: string, etag: string): Promise<Written> => {
    // The service takes the tag in the request header ETag (as its own CLI sends it), not in If-Match.
    const request = { method: "PATCH", headers: { etag }, body: text } as const;
    const answer = await ask(escPath, "", request);
    const revision = revisionOf(escPath, answer);
    const { revision: standing } = await textAt(escPath, "");
    // A higher one is somebody else's, who wrote since.
    if (standing < revision) throw notCarriedOut(escPath, revision, standing);
    return { revision, etag: answer.headers.etag };
  };

  return {
    revisions: createRevisions(call),
    read: (escPath) => textAt(escPath, ""),
    decrypt: (escPath) => textAt(escPath, "/decrypt"),
    write: async (...given) => (await replace(...given)).revision,
    replace,
    open: async (escPath) => {
      const request = { method: "POST", body: "", repeatable: true } as const;
      const opened = await ask(escPath, `/open?duration=${SESSION}`, request);
      const { id } = parseAnswer(escPath, opened) as { id?: unknown };
      if (typeof id !== "string") throw notTheService(escPath, "names no session");
      return parseAnswer(escPath, await ask(escPath, `/open/${encodeURIComponent(id)}`));
    },
  };
}

/** One revision of an ESC environment, as the service lists it. */
export interface Revision {
  number: number;
  /** RFC 3339. */
  created: string;
  /** Who wrote it, by login; "" where the service does not say. */
  by: string;
  /** Without `latest`, which the service keeps itself. */
  tags: readonly string[];
  /** It can not be read any more. */
  retracted: boolean;
}

/** The history of ESC environments, named `project/name`: revisions, their texts and their tags. */
export interface Revisions {
  /** The newest revisions, newest first. @param most all of them when left out. */
  list(escPath: string, most?: number): Promise<Revision[]>;
  /** A revision's text, secrets as ciphertext. Needs the right to read. @throws RemedyError for another revision's. */
  text(escPath: string, revision: number): Promise<string>;
  /** Names a revision; a tag of that name which points elsewhere is moved. Needs the right to write. */
  tag(escPath: string, name: string, revision: number): Promise<void>;
}

/** The service's largest page. */
const PAGE = 500;

/** @throws RemedyError from every method, naming environment, cause and remedy. */
export function createRevisions(call: PulumiCall): Revisions {
  const versions = (escPath: string) => `/api/esc/environments/${call.organization}/${escPath}/versions`;
  const full = (escPath: string) => `${call.organization}/${escPath}`;

  const page = async (escPath: string, before: number, count: number): Promise<Revision[]> => {
    const thing = full(escPath);
    const query = `count=${count}${before === 0 ? "" : `&before=${before}`}`;
    const listed = parseAnswer(thing, await call(thing, `${versions(escPath)}?${query}`));
    if (!Array.isArray(listed)) throw notTheService(thing, "is not a list of revisions");
    return listed.map((each) => readRevision(thing, each));
  };

  return {
    list: async (escPath, most = Number.MAX_SAFE_INTEGER) => {
      const found: Revision[] = [];
      for (let before = 0; found.length < most; ) {
        const wanted = Math.min(PAGE, most - found.length);
        const next = await page(escPath, before, wanted);
        found.push(...next.slice(0, wanted));
        const oldest = next.at(-1)?.number ?? 1;
        // A service that ignores `before` would be asked for ever.
        if (oldest <= 1 || (before !== 0 && oldest >= before)) break;
        before = oldest;
      }
      return found;
    },
    text: async (escPath, revision) => {
      const thing = `revision ${revision} of ${full(escPath)}`;
      const answer = await call(thing, `${versions(escPath)}/${revision}`);
      const told = revisionOf(thing, answer);
      // A text that is not this one, an empty one say, would be taken for what stood then.
      if (told !== revision) throw notTheService(thing, `is revision ${told}`);
      return answer.text;
    },
    tag: async (escPath, name, revision) => {
      const thing = `tag ${name} of ${full(escPath)}`;
      const tags = `${versions(escPath)}/tags`;
      try {
        await call(thing, tags, json("POST", { name, revision }));
      } catch (error) {
        // It is there: set by a try whose answer was lost, or by somebody else.
        if (!(error instanceof ConflictError)) throw error;
        const standing = parseAnswer(thing, await call(thing, `${tags}/${name}`)) as { revision?: unknown };
        if (standing.revision !== revision) await call(thing, `${tags}/${name}`, json("PATCH", { revision }));
      }
    },
  };
}

/** Setting a tag twice to the same revision does no harm. */
function json(method: "POST" | "PATCH", body: object): Omit<HttpRequest, "url"> {
  const headers = { "content-type": "application/json" };
  return { method, headers, body: JSON.stringify(body), repeatable: true };
}

function readRevision(thing: string, value: unknown): Revision {
  const each = (value ?? {}) as Record<string, unknown>;
  if (typeof each.number !== "number" || typeof each.created !== "string")
    throw notTheService(thing, "is not a list of revisions");
  const tags = Array.isArray(each.tags) ? each.tags.filter((tag) => typeof tag === "string") : [];
  return {
    number: each.number,
    created: each.created,
    by: [each.creatorLogin, each.creatorName].find(isName) ?? "",
    tags: tags.filter((tag) => tag !== "latest"),
    retracted: each.retracted !== undefined && each.retracted !== null,
  };
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/**
 * The value at a path of ESC's evaluated document (`esc.Environment` of github.com/pulumi/esc: each value is
 * `{value, secret, unknown, trace}`, each mapping's members are such values again).
 *
 * @returns undefined for what is absent, null (ESC leaves `value` out) or unknown; else what stands there.
 */
export function valueAt(document: unknown, path: readonly string[]): unknown {
  let found: unknown = { value: member(document, "properties") };
  for (const name of path) found = member(member(found, "value"), name);
  return member(found, "unknown") === true ? undefined : (member(found, "value") ?? undefined);
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
