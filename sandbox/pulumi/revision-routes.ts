import type { Hono } from "hono";
import { z } from "zod";
import { environmentFor, type Place } from "./access";
import { actorName, type Cloud, type CloudContext, type CloudEnv, own } from "./cloud";
import { announce } from "./environment-event";
import { readJson, wholeNumber } from "./request-body";
import { latestOf, retract, revisionOf } from "./revisions";
import { param, routesOf } from "./route-table";
import { badRequest, notFound, serviceError } from "./service-error";
import type { Environment, Level, Revision, RevisionTag } from "./state";

/** Revisions a page of history holds at most; the CLI asks for 500. */
const MOST = 500;
const TAG_NAME = /^[a-zA-Z][a-zA-Z0-9_.-]{0,99}$/;
const Retraction = z.object({
  replacement: z.int().positive().optional(),
  reason: z.string().max(1000).optional(),
});
const NewTag = z.object({ name: z.string(), revision: z.int().positive().optional() });
const ChangedTag = z.object({ revision: z.int().positive().optional() });

/** Routes below `/api/esc/environments/:org/:project/:env/versions`: history, retraction, revision tags. */
export function revisionRoutes(cloud: Cloud): Hono<CloudEnv> {
  return routesOf(cloud, [
    ["GET", "/:org/:project/:env/versions", listRevisions],
    ["GET", "/:org/:project/:env/versions/tags", listTags],
    ["POST", "/:org/:project/:env/versions/tags", createTag],
    ["GET", "/:org/:project/:env/versions/tags/:tag", showTag],
    ["PATCH", "/:org/:project/:env/versions/tags/:tag", updateTag],
    ["DELETE", "/:org/:project/:env/versions/tags/:tag", deleteTag],
    ["POST", "/:org/:project/:env/versions/:version/retract", retractRevision],
  ]);
}

function listRevisions(cloud: Cloud, c: CloudContext): Response {
  const { environment } = at(cloud, c, "read", "environment-version-read");
  const before = wholeNumber(c, "before") || Infinity; // the CLI starts at 0 and means the newest
  const count = Math.min(wholeNumber(c, "count") ?? MOST, MOST);
  const older = environment.revisions.filter((revision) => revision.number < before);
  return c.json(
    older
      .toReversed()
      .slice(0, count)
      .map((revision) => describe(environment, revision)),
  );
}

function listTags(cloud: Cloud, c: CloudContext): Response {
  const { environment } = at(cloud, c, "read", "environment-version-tag-read");
  const after = c.req.query("after") ?? "";
  const count = Math.min(wholeNumber(c, "count") ?? MOST, MOST);
  const names = [...Object.keys(environment.revisionTags), "latest"].sort().filter((name) => name > after);
  const tags = names.slice(0, count).map((name) => describeTag(environment, name));
  // The CLI asks again with the last name until a page comes back empty: `after` must be honoured or it never ends.
  return c.json({ tags, nextToken: tags.at(-1)?.name ?? "" });
}

async function createTag(cloud: Cloud, c: CloudContext): Promise<Response> {
  const about = at(cloud, c, "write", "environment-version-tag-created");
  const body = await readJson(c, NewTag);
  if (!TAG_NAME.test(body.name) || body.name === "latest") throw badRequest("Invalid revision tag name");
  if (own(about.environment.revisionTags, body.name) !== undefined)
    throw serviceError(409, `Conflict: revision tag '${body.name}' already exists`);
  setTag(about.environment, body.name, body.revision, actorName(c.var.principal));
  cloud.save();
  announceTag(cloud, c, about, "created", body.name);
  return c.body(null, 204);
}

function showTag(cloud: Cloud, c: CloudContext): Response {
  const { environment } = at(cloud, c, "read", "environment-version-tag-read");
  return c.json(describeTag(environment, param(c, "tag")));
}

async function updateTag(cloud: Cloud, c: CloudContext): Promise<Response> {
  const about = at(cloud, c, "write", "environment-version-tag-update");
  const name = existingTag(about.environment, param(c, "tag"));
  const body = await readJson(c, ChangedTag);
  setTag(about.environment, name, body.revision, actorName(c.var.principal));
  cloud.save();
  announceTag(cloud, c, about, "updated", name);
  return c.body(null, 204);
}

function deleteTag(cloud: Cloud, c: CloudContext): Response {
  const about = at(cloud, c, "write", "environment-version-tag-delete");
  const name = existingTag(about.environment, param(c, "tag"));
  const revision = about.environment.revisionTags[name]?.revision ?? 0;
  delete about.environment.revisionTags[name];
  cloud.save();
  announceTag(cloud, c, about, "deleted", name, revision);
  return c.body(null, 204);
}

async function retractRevision(cloud: Cloud, c: CloudContext): Promise<Response> {
  const about = at(cloud, c, "write", "environment-version-retracted");
  const { number } = revisionOf(about.environment, param(c, "version"));
  const body = await readJson(c, Retraction);
  retract(about.environment, number, actorName(c.var.principal), {
    ...(body.replacement === undefined ? {} : { replacement: body.replacement }),
    ...(body.reason === undefined ? {} : { reason: body.reason }),
  });
  cloud.save();
  announce(cloud, c.var.principal, about, {
    audit: "environment-version-retracted",
    filter: "environment_revision_retracted",
    kind: "environment_revision",
    details: { revision: number },
  });
  return c.body(null, 204);
}

const at = (cloud: Cloud, c: CloudContext, level: Level, action: string) =>
  environmentFor(cloud, c.var.principal, c.req.param() as unknown as Place, level, action);

/** The vendor's audit names for tags are not regular: created, but update and delete. */
const AUDIT = { created: "created", updated: "update", deleted: "delete" } as const;

function announceTag(
  cloud: Cloud,
  c: CloudContext,
  about: ReturnType<typeof at>,
  what: keyof typeof AUDIT,
  tagName: string,
  revision = about.environment.revisionTags[tagName]?.revision ?? 0,
): void {
  announce(cloud, c.var.principal, about, {
    audit: `environment-version-tag-${AUDIT[what]}`,
    filter: `environment_revision_tag_${what}`,
    kind: "environment_revision_tag",
    details: { tagName, revision },
  });
}

function existingTag(environment: Environment, name: string): string {
  if (name === "latest") throw badRequest("the tag 'latest' is the service's own and cannot be changed");
  if (own(environment.revisionTags, name) === undefined) throw notFound(`revision tag '${name}'`);
  return name;
}

function setTag(environment: Environment, name: string, revision: number | undefined, editor: string): void {
  const { number } = revisionOf(environment, revision === undefined ? undefined : String(revision));
  const modified = new Date().toISOString();
  const created = own(environment.revisionTags, name)?.created ?? modified;
  environment.revisionTags[name] = { revision: number, created, modified, editor };
}

function describeTag(environment: Environment, name: string) {
  const latest = latestOf(environment);
  const builtIn: RevisionTag = {
    revision: latest.number,
    created: environment.created,
    modified: latest.created,
    editor: latest.creator,
  };
  const tag = name === "latest" ? builtIn : own(environment.revisionTags, name);
  if (tag === undefined) throw notFound(`revision tag '${name}'`);
  const { editor, ...rest } = tag;
  return { name, ...rest, editorLogin: editor, editorName: editor };
}

function describe(environment: Environment, revision: Revision) {
  const tags = Object.entries(environment.revisionTags).filter(([, tag]) => tag.revision === revision.number);
  const names = tags.map(([name]) => name);
  if (revision === latestOf(environment)) names.unshift("latest");
  const { retracted } = revision;
  return {
    number: revision.number,
    created: revision.created,
    creatorLogin: revision.creator,
    creatorName: revision.creator,
    tags: names,
    ...(retracted === undefined
      ? {}
      : {
          retracted: {
            replacement: retracted.replacement,
            at: retracted.timestamp,
            byLogin: retracted.by,
            byName: retracted.by,
            reason: retracted.reason,
          },
        }),
  };
}
