import type { Hono } from "hono";
import { z } from "zod";
import { badRequest } from "../service-error";
import { requestBody } from "./request-text";
import { openStack, record, STACK, type StackParts } from "./stack-parts";
import { fullName, type StackRecord } from "./stack-state";

/** Bytes travel as base64; Go sends none at all as null. */
const bytes = z
  .base64()
  .nullish()
  .transform((text) => text ?? "");
const plaintextBody = z.object({ plaintext: bytes });
const plaintextsBody = z.object({ plaintexts: z.array(bytes) });
const ciphertextBody = z.object({ ciphertext: z.base64() });
const ciphertextsBody = z.object({ ciphertexts: z.array(z.base64()) });
const logBody = z.object({ secretName: z.string().nullish(), commandName: z.string().nullish() });

/**
 * The stack's secrets manager. A ciphertext holds the stack's id beside the value, so that another stack, or one of
 * the same name made later, cannot open it; in the hosted service each stack has a key of its own.
 */
export function secretRoutes(app: Hono, parts: StackParts): void {
  encryptRoutes(app, parts);
  decryptRoutes(app, parts);
}

function encryptRoutes(app: Hono, parts: StackParts): void {
  app.post(`${STACK}/encrypt`, async (c) => {
    const { plaintext } = await requestBody(c, plaintextBody);
    const { stack } = openStack(parts, c, "stack.encrypt");
    return c.json({ ciphertext: seal(parts, stack, plaintext) });
  });

  app.post(`${STACK}/batch-encrypt`, async (c) => {
    const { plaintexts } = await requestBody(c, plaintextsBody);
    const { stack } = openStack(parts, c, "stack.encrypt");
    return c.json({ ciphertexts: plaintexts.map((one) => seal(parts, stack, one)) });
  });
}

function decryptRoutes(app: Hono, parts: StackParts): void {
  app.post(`${STACK}/decrypt`, async (c) => {
    const { ciphertext } = await requestBody(c, ciphertextBody);
    const { principal, stack } = openStack(parts, c, "stack.decrypt");
    const plaintext = unseal(parts, stack, ciphertext);
    record(parts, principal.login, "stack.decrypt", fullName(stack), { values: 1 });
    return c.json({ plaintext });
  });

  app.post(`${STACK}/batch-decrypt`, async (c) => {
    const { ciphertexts } = await requestBody(c, ciphertextsBody);
    const { principal, stack } = openStack(parts, c, "stack.decrypt");
    const plaintexts = Object.fromEntries(ciphertexts.map((one) => [one, unseal(parts, stack, one)]));
    // Every command asks, also for a state without secrets: nothing was read then.
    if (ciphertexts.length > 0)
      record(parts, principal.login, "stack.decrypt", fullName(stack), { values: ciphertexts.length });
    return c.json({ plaintexts });
  });

  // The CLI tells of commands that show secrets, also where a passphrase or a cloud's key decrypts them.
  for (const path of ["log-decryption", "log-batch-decryption"]) {
    app.post(`${STACK}/decrypt/${path}`, async (c) => {
      const { secretName, commandName } = await requestBody(c, logBody);
      const { principal, stack } = openStack(parts, c, "stack.decrypt");
      const details = { shownBy: commandName ?? `secret ${secretName ?? "unnamed"}` };
      record(parts, principal.login, "stack.decrypt", fullName(stack), details);
      return c.body(null, 204);
    });
  }
}

function seal(parts: StackParts, stack: StackRecord, plaintext: string): string {
  return parts.security.encrypt(Buffer.concat([Buffer.from(stack.id), Buffer.from(plaintext, "base64")]));
}

/** @throws 400 for whatever was not encrypted here for this stack. */
function unseal(parts: StackParts, stack: StackRecord, ciphertext: string): string {
  const id = Buffer.from(stack.id);
  let whole: Buffer;
  try {
    whole = Buffer.from(parts.security.decrypt(ciphertext));
  } catch {
    throw badRequest("Message authentication failed");
  }
  if (!whole.subarray(0, id.length).equals(id)) throw badRequest("Message authentication failed");
  return whole.subarray(id.length).toString("base64");
}
