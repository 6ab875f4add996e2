import { randomUUID } from "node:crypto";
import type { Hono } from "hono";
import { z } from "zod";
import { environmentFor, levelOf, organizationFor, type Place } from "./access";
import { actorName, type Cloud, type CloudContext, type CloudEnv, own } from "./cloud";
import { announce } from "./environment-event";
import { readJson } from "./request-body";
import { param, routesOf } from "./route-table";

import { badRequest, notFound, serviceError } from "./service-error";
import type { Environment, EnvironmentTag, Level } from "./state";

const NAME = /^[a-zA-Z0-9_.:-]{1,40}$/;
const VALUE_LIMIT = 256;
const NewTag = z.object({ name: z.string(), value: z.string() });
const ChangedTag = z.object({
  currentTag: z.object({ value: z.string() }),
  newTag: z.object({ name: z.string().optional(), value: z.string().optional() }),
});

/** Routes of an environment's own tags (key and value), and the list of all of them. */
export function tagRoutes(cloud: Cloud): Hono<CloudEnv> {
  return routesOf(cloud, [
    ["GET", "/:org/tags", listAllTags],
    ["GET", "/:org/:project/:env/tags", listTags],
    ["POST", "/:org/:project/:env/tags", createTag],
    ["GET", "/:org/:project/:env/tags/:tag", showTag],
    ["PATCH", "/:org/:project/:env/tags/:tag", updateTag],
    ["DELETE", "/:org/:project/:env/tags/:tag", deleteTag],
  ]);
}

function listAllTags(cloud: Cloud, c: CloudContext): Response {
  const organization = organizationFor(cloud, c.var.principal, param(c, "org"));
  const all = new Map<string, Set<string>>();
  for (const environment of Object.values(organization.environments)) {
    if (levelOf(organization, c.var.principal, environment.project, environment.name) === "none") continue;
    for (const [name, { value }] of Object.entries(environment.tags))
      all.set(name, (all.get(name) ?? new Set()).add(value));
  }
  return c.json(Object.fromEntries([...all].map(([name, values]) => [name, [...values].sort()])));
}

function listTags(cloud: Cloud, c: CloudContext): Response {
  const { environment } = at(cloud, c, "read", "environment-tag-read");
  const tags = Object.entries(environment.tags).map(([name, tag]) => [name, describe(name, tag)]);
  // The CLI stops only at the token "0"; an empty one makes it ask for ever.
  return c.json({ tags: Object.fromEntries(tags), nextToken: "0" });
}

async function createTag(cloud: Cloud, c: CloudContext): Promise<Response> {
  const about = at(cloud, c, "write", "environment-tag-created");
  const body = await readJson(c, NewTag);
  refuseBad(body.name, body.value);
  if (own(about.environment.tags, body.name) !== undefined)
    throw serviceError(409, `Conflict: tag '${body.name}' already exists`);
  const now = new Date().toISOString();
  const tag = {
    id: randomUUID(),
    value: body.value,
    created: now,
    modified: now,
    editor: actorName(c.var.principal),
  };
  about.environment.tags[body.name] = tag;
  cloud.save();
  announceTag(cloud, c, about, "created", body.name);
  return c.json(describe(body.name, tag));
}

function showTag(cloud: Cloud, c: CloudContext): Response {
  const { environment } = at(cloud, c, "read", "environment-tag-read");
  return c.json(describe(param(c, "tag"), existing(environment, param(c, "tag"))));
}

async function updateTag(cloud: Cloud, c: CloudContext): Promise<Response> {
  const about = at(cloud, c, "write", "environment-tag-updated");
  const oldName = param(c, "tag");
  const old = existing(about.environment, oldName);
  const { currentTag, newTag } = await readJson(c, ChangedTag);
  if (currentTag.value !== old.value) throw badRequest("the tag has changed since it was read");
  const name = newTag.name ?? oldName;
  const tag = {
    ...old,
    value: newTag.value ?? old.value,
    modified: new Date().toISOString(),
    editor: actorName(c.var.principal),
  };
  refuseBad(name, tag.value);
  if (name !== oldName && own(about.environment.tags, name) !== undefined)
    throw badRequest(`tag '${name}' already exists`);
  delete about.environment.tags[oldName];
  about.environment.tags[name] = tag;
  cloud.save();
  announceTag(cloud, c, about, "updated", name);
  return c.json(describe(name, tag));
}

function deleteTag(cloud: Cloud, c: CloudContext): Response {
  const about = at(cloud, c, "write", "environment-tag-deleted");
  const name = param(c, "tag");
  existing(about.environment, name);
  delete about.environment.tags[name];
  cloud.save();
  announceTag(cloud, c, about, "deleted", name);
  return c.body(null, 204);
}

const at = (cloud: Cloud, c: CloudContext, level: Level, action: string) =>
  environmentFor(cloud, c.var.principal, c.req.param() as unknown as Place, level, action);

function announceTag(
  cloud: Cloud,
  c: CloudContext,
  about: ReturnType<typeof at>,
  what: string,
  tagName: string,
): void {
  announce(cloud, c.var.principal, about, {
    audit: `environment-tag-${what}`,
    filter: `environment_tag_${what}`,
    kind: "environment_tag",
    details: { tagName },
  });
}

function existing(environment: Environment, name: string): EnvironmentTag {
  const tag = own(environment.tags, name);
  if (tag === undefined) throw notFound(`environment tag '${name}'`);
  return tag;
}

function refuseBad(name: string, value: string): void {
  if (!NAME.test(name)) throw badRequest("Invalid tag name: 1 to 40 letters, digits, '_', '.', ':' or '-'");
  if (value.length > VALUE_LIMIT) throw badRequest(`Invalid tag value: at most ${VALUE_LIMIT} characters`);
}

/** Without its id: the Go SDK refuses what is not described. */
const describe = (name: string, { editor, id: _, ...tag }: EnvironmentTag) => ({
  ...tag,
  name,
  editorLogin: editor,
  editorName: editor,
});
