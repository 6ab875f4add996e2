import type { HttpRequest } from "./http";
import { ConflictError, notTheService, type PulumiCall, parseAnswer, revisionOf } from "./pulumi-call";

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
  list(environment: string, most?: number): Promise<Revision[]>;
  /** A revision's text, secrets as ciphertext. Needs the right to read. @throws RemedyError for another revision's. */
  text(environment: string, revision: number): Promise<string>;
  /** Names a revision; a tag of that name which points elsewhere is moved. Needs the right to write. */
  tag(environment: string, name: string, revision: number): Promise<void>;
}

/** The service's largest page. */
const PAGE = 500;

/** @throws RemedyError from every method, naming environment, cause and remedy. */
export function createRevisions(call: PulumiCall): Revisions {
  const versions = (environment: string) =>
    `/api/esc/environments/${call.organization}/${environment}/versions`;
  const full = (environment: string) => `${call.organization}/${environment}`;

  const page = async (environment: string, before: number, count: number): Promise<Revision[]> => {
    const thing = full(environment);
    const query = `count=${count}${before === 0 ? "" : `&before=${before}`}`;
    const listed = parseAnswer(thing, await call(thing, `${versions(environment)}?${query}`));
    if (!Array.isArray(listed)) throw notTheService(thing, "is no list of revisions");
    return listed.map((each) => readRevision(thing, each));
  };

  return {
    list: async (environment, most = Number.MAX_SAFE_INTEGER) => {
      const found: Revision[] = [];
      for (let before = 0; found.length < most; ) {
        const wanted = Math.min(PAGE, most - found.length);
        const next = await page(environment, before, wanted);
        found.push(...next.slice(0, wanted));
        const oldest = next.at(-1)?.number ?? 1;
        // A service that ignores `before` would be asked for ever.
        if (oldest <= 1 || (before !== 0 && oldest >= before)) break;
        before = oldest;
      }
      return found;
    },
    text: async (environment, revision) => {
      const thing = `revision ${revision} of ${full(environment)}`;
      const answer = await call(thing, `${versions(environment)}/${revision}`);
      const told = revisionOf(thing, answer);
      // A text that is not this one, an empty one say, would be taken for what stood then.
      if (told !== revision) throw notTheService(thing, `is revision ${told}`);
      return answer.text;
    },
    tag: async (environment, name, revision) => {
      const thing = `tag ${name} of ${full(environment)}`;
      const tags = `${versions(environment)}/tags`;
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
    throw notTheService(thing, "is no list of revisions");
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
