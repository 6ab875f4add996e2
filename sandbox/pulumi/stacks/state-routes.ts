import type { Context, Hono } from "hono";
import { z } from "zod";
import { badRequest, notFound } from "../service-error";
import { checkpointFrom, encryptedForAnother, renamedCheckpoint, withServiceUrl } from "./checkpoint";
import { requestBody, requestText } from "./request-text";
import { findStack, latestCheckpoint, openStack, record, STACK, type StackParts } from "./stack-parts";
import { fullName, NAME } from "./stack-state";
import { conflict, requireIdle } from "./update-lease";
import { commitCheckpoint, newUpdate } from "./update-record";

const renameBody = z.object({ newName: z.string().regex(NAME), newProject: z.string().regex(NAME) });

/** The state itself: taken out, put in, and moved to another name. */
export function stateRoutes(app: Hono, parts: StackParts): void {
  app.get(`${STACK}/export`, (c) => {
    const { principal, stack } = openStack(parts, c, "stack.export");
    record(parts, principal.login, "stack.export", fullName(stack), { version: stack.version });
    return answer(c, latestCheckpoint(parts, stack).text);
  });

  app.get(`${STACK}/export/:version`, (c) => {
    const { principal, stack } = openStack(parts, c, "stack.export");
    const version = Number(c.req.param("version"));
    if (!Number.isInteger(version) || version < 1) throw badRequest("invalid 'version' parameter");
    const text = parts.checkpoints.read(stack.id, version);
    if (text === undefined) throw notFound(`Stack Version ${version}`);
    record(parts, principal.login, "stack.export", fullName(stack), { version });
    return answer(c, text);
  });

  app.post(`${STACK}/import`, async (c) => {
    const checkpoint = checkpointFrom(await requestText(c));
    const { principal, stack } = openStack(parts, c, "stack.import");
    requireIdle(stack);
    if (encryptedForAnother(checkpoint.text, stack))
      throw badRequest("cannot import deployment with encrypted secrets from a different stack");
    record(parts, principal.login, "stack.import", fullName(stack), { resources: checkpoint.resources });
    const update = newUpdate("import", principal.login);
    commitCheckpoint(parts, stack, update, checkpoint);
    return c.json({ updateId: update.id });
  });

  app.post(`${STACK}/rename`, async (c) => {
    const { newName, newProject } = await requestBody(c, renameBody);
    const { principal, stack } = openStack(parts, c, "stack.rename");
    requireIdle(stack);
    const from = { org: stack.org, project: stack.project, stack: stack.stack };
    const to = { org: stack.org, project: newProject, stack: newName };
    if (fullName(from) === fullName(to)) throw badRequest("No rename to apply.");
    if (findStack(parts, to.org, to.project, to.stack))
      throw conflict(`Stack '${fullName(to)}' already exists`);
    const renamed = checkpointFrom(renamedCheckpoint(latestCheckpoint(parts, stack).text, from, to));
    record(parts, principal.login, "stack.rename", fullName(from), { to: fullName(to) });
    Object.assign(stack, to);
    if (stack.tags["pulumi:project"] !== undefined) stack.tags["pulumi:project"] = newProject;
    const update = newUpdate("rename", principal.login);
    commitCheckpoint(parts, stack, update, renamed);
    return c.json({ updateId: update.id });
  });
}

/** The checkpoint as text, so that not a digit of it changes, under the address it was asked for at. */
function answer(c: Context, checkpoint: string): Response {
  const text = withServiceUrl(checkpoint, new URL(c.req.url).origin);
  return c.body(text, 200, { "content-type": "application/json" });
}
