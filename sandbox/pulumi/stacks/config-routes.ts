import type { Hono } from "hono";
import { z } from "zod";
import { notFound } from "../service-error";
import { requestBody } from "./request-text";
import { openStack, record, STACK, type StackParts } from "./stack-parts";
import { fullName } from "./stack-state";

const configBody = z.record(z.string(), z.string());

/** Where a stack's configuration is kept when that is an ESC environment (`stack init --remote-config`). */
export function configRoutes(app: Hono, parts: StackParts): void {
  app.get(`${STACK}/config`, (c) => {
    const { stack } = openStack(parts, c, "stack.read");
    if (stack.config === undefined) throw notFound("Stack Config");
    return c.json(stack.config);
  });

  app.put(`${STACK}/config`, async (c) => {
    const config = await requestBody(c, configBody);
    const { principal, stack } = openStack(parts, c, "stack.config");
    record(parts, principal.login, "stack.config", fullName(stack), {
      environment: config.environment ?? "",
    });
    stack.config = config;
    parts.store.save();
    return c.json(config);
  });

  app.delete(`${STACK}/config`, (c) => {
    const { principal, stack } = openStack(parts, c, "stack.config");
    record(parts, principal.login, "stack.config", fullName(stack), { environment: "" });
    delete stack.config;
    parts.store.save();
    return c.body(null, 204);
  });
}
