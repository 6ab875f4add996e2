import { randomUUID } from "node:crypto";
import type { Hono } from "hono";
import { z } from "zod";
import { badRequest, notFound } from "../service-error";
import { checkpointFrom } from "./checkpoint";
import { rawMember } from "./raw-json";
import { parseBody, requestText } from "./request-text";
import { enter, findStack, latestCheckpoint, openStack, record, STACK, type StackParts } from "./stack-parts";
import { fullName, historyOf, NAME, type StackRecord } from "./stack-state";
import { checkTags } from "./stack-tags";
import { conflict, runningUpdate } from "./update-lease";
import { commitCheckpoint, newUpdate } from "./update-record";

const createBody = z.object({
  stackName: z.string(),
  tags: z.record(z.string(), z.string()).nullish(),
  teams: z.array(z.string()).nullish(),
  state: z.looseObject({}).nullish(),
  config: z.record(z.string(), z.string()).nullish(),
});

/** Making, finding, listing and deleting stacks. */
export function lifecycleRoutes(app: Hono, parts: StackParts): void {
  lookupRoutes(app, parts);
  changeRoutes(app, parts);
}

function lookupRoutes(app: Hono, parts: StackParts): void {
  app.get("/api/user/stacks", (c) => {
    const principal = parts.security.authenticate(c.req.header("authorization"));
    const organizations = parts.security.organizationsOf(principal);
    const own = parts.store.state.stacks.filter(
      (stack) =>
        organizations.includes(stack.org) &&
        parts.security.stackLevelOf(principal, stack, stack.creator) !== "none",
    );
    return c.json({ stacks: own.filter((stack) => fits(stack, c.req.query())).map(summary) });
  });

  app.get("/api/stacks/:org/:project", (c) => {
    enter(parts, c, "project.read");
    const { org, project } = c.req.param();
    const exists = parts.store.state.stacks.some((s) => s.org === org && s.project === project);
    if (!exists) throw notFound(`Project '${org}/${project}'`);
    return c.body(null, 200);
  });

  app.get(STACK, (c) => c.json(detail(openStack(parts, c, "stack.read").stack)));
}

function changeRoutes(app: Hono, parts: StackParts): void {
  app.post("/api/stacks/:org/:project", async (c) => {
    const text = await requestText(c);
    const body = parseBody(text, createBody);
    // Members may create stacks unless their organization forbids it, and tokens as well (docs, access tokens).
    const principal = enter(parts, c, "stack.create");
    const { login } = principal;
    const { org, project } = c.req.param();
    const stack = newStack(org, project, body);
    stack.creator = parts.security.creatorOf(principal);
    if (findStack(parts, org, project, stack.stack) !== undefined)
      throw conflict(`Stack '${fullName(stack)}' already exists`);
    const state = body.state ? checkpointFrom(rawMember(text, ["state"]) ?? "") : undefined;
    record(parts, login, "stack.create", fullName(stack));
    parts.store.state.stacks.push(stack);
    if (state === undefined) parts.store.save();
    else commitCheckpoint(parts, stack, newUpdate("import", login), state);
    return c.json({});
  });

  app.delete(STACK, (c) => {
    const { principal, stack } = openStack(parts, c, "stack.delete");
    // Of a deletion only 400 is described; other changes are refused with 409 meanwhile.
    if (runningUpdate(stack) !== undefined) throw badRequest("Another update is currently in progress.");
    const { resources } = latestCheckpoint(parts, stack);
    // The CLI compares this sentence literally, to then name --force.
    if (resources > 0 && c.req.query("force") !== "true") throw badRequest("Stack still contains resources.");
    record(parts, principal.login, "stack.delete", fullName(stack), { resources });
    parts.store.state.stacks = parts.store.state.stacks.filter((other) => other !== stack);
    parts.store.save();
    parts.checkpoints.remove(stack.id);
    return c.body(null, 204);
  });
}

/** @throws 400 for names and tags the service does not take, and for teams: the sandbox gives them stacks afterwards. */
function newStack(org: string, project: string, body: z.infer<typeof createBody>): StackRecord {
  if (!NAME.test(body.stackName) || !NAME.test(project))
    throw badRequest("names have 1 to 100 letters, digits, hyphens, underscores and periods");
  if (body.teams && body.teams.length > 0)
    throw badRequest("the sandbox gives teams their permission on a stack once it is made (PATCH teams)");
  return {
    id: randomUUID(),
    org,
    project,
    stack: body.stackName,
    tags: checkTags(body.tags ?? {}),
    ...(body.config ? { config: body.config } : {}),
    version: 0,
    activeUpdate: "",
    updates: [],
  };
}

function fits(stack: StackRecord, filter: Record<string, string>): boolean {
  const { organization = stack.org, project = stack.project, tagName, tagValue } = filter;
  if (stack.org !== organization || stack.project !== project) return false;
  if (tagName === undefined) return true;
  const tag = stack.tags[tagName];
  return tag !== undefined && (tagValue === undefined || tag === tagValue);
}

function summary(stack: StackRecord): object {
  const last = historyOf(stack)[0];
  return {
    id: stack.id,
    orgName: stack.org,
    projectName: stack.project,
    stackName: stack.stack,
    ...(last === undefined ? {} : { lastUpdate: last.startTime, resourceCount: last.resourceCount ?? 0 }),
  };
}

function detail(stack: StackRecord): object {
  const running = runningUpdate(stack);
  return {
    id: stack.id,
    orgName: stack.org,
    projectName: stack.project,
    stackName: stack.stack,
    ...(running === undefined
      ? {}
      : { currentOperation: { kind: running.kind, author: running.actor, started: running.startTime } }),
    activeUpdate: stack.activeUpdate,
    tags: stack.tags,
    ...(stack.config === undefined ? {} : { config: stack.config }),
    version: stack.version,
  };
}
