import type { Hono } from "hono";
import { z } from "zod";
import { badRequest } from "../service-error";
import { requestBody } from "./request-text";
import { openStack, record, STACK, type StackParts } from "./stack-parts";
import { fullName } from "./stack-state";

const tagsSchema = z.record(z.string(), z.string());

/** @throws 400 for a name or a value the service does not take (limits: the CLI's util/validation/stack.go). */
export function checkTags(tags: Record<string, string>): Record<string, string> {
  for (const [name, value] of Object.entries(tags)) {
    if (!/^[a-zA-Z0-9-_.:]{1,40}$/.test(name))
      throw badRequest(`invalid stack tag name '${name.slice(0, 60)}'`);
    if (value.length > 256) throw badRequest(`stack tag '${name}' is longer than 256 characters`);
  }
  return tags;
}

/** `pulumi stack tag`: the CLI sends the whole new set. */
export function tagRoutes(app: Hono, parts: StackParts): void {
  app.patch(`${STACK}/tags`, async (c) => {
    const tags = checkTags(await requestBody(c, tagsSchema));
    const { principal, stack } = openStack(parts, c, "stack.tag");
    const project = tags["pulumi:project"];
    // The tag has the name as Pulumi.yaml spells it, the path with every foreign character turned into a hyphen.
    if (project !== undefined && project.replace(/[^a-zA-Z0-9-_.]/g, "-") !== stack.project)
      throw badRequest("Cannot change project's name");
    record(parts, principal.login, "stack.tag", fullName(stack), { tags: Object.keys(tags).length });
    stack.tags = tags;
    parts.store.save();
    return c.body(null, 204);
  });
}
