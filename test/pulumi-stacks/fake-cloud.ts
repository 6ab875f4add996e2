import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { AuditLog, type AuditRecord } from "../../sandbox/core/audit";
import { type Running, serveService } from "../../sandbox/core/serve";
import type { Principal, PulumiSecurity } from "../../sandbox/pulumi/principal";
import { stackRoutes } from "../../sandbox/pulumi/stacks/stack-routes";
import { watched } from "../contracts/contract";
import { pulumiContract } from "../contracts/pulumi-contract";

/** Tokens the fake knows: two members of acme, an outsider, and a team of acme. */
export const TOKENS = { ann: "pul-ann", bob: "pul-bob", eve: "pul-eve", team: "pul-team" };

const PRINCIPALS: Record<string, { principal: Principal; organizations: string[] }> = {
  [TOKENS.ann]: { principal: { kind: "personal", login: "ann", admin: true }, organizations: ["acme"] },
  [TOKENS.bob]: { principal: { kind: "personal", login: "bob", admin: false }, organizations: ["acme"] },
  [TOKENS.eve]: { principal: { kind: "personal", login: "eve", admin: true }, organizations: ["other"] },
  [TOKENS.team]: {
    principal: { kind: "team", login: "sync", organization: "acme", team: "sync", admin: false },
    organizations: ["acme"],
  },
};

/** A Pulumi Cloud with stacks and nothing else but who asks. */
export interface FakeCloud extends Running {
  audit(): AuditRecord[];
  /** From now on no audit record can be written. */
  breakAudit(): void;
  /** One request in JSON; `as` is a whole Authorization header, or absent for none. */
  call(method: string, path: string, body?: unknown, as?: string): Promise<{ status: number; body: unknown }>;
}

/** @param folder where stacks are kept; the same folder started again goes on where it was. */
export async function fakeCloud(folder?: string, leaseSeconds?: number): Promise<FakeCloud> {
  const audit = new AuditLog(undefined);
  const context = fakeSecurity();
  const stacks = stackRoutes({
    security: context,
    folder,
    audit,
    ...(leaseSeconds === undefined ? {} : { leaseSeconds }),
  });
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.get("/api/user", (c) => {
    const principal = context.authenticate(c.req.header("authorization"));
    const person = (login: string) => ({ githubLogin: login, name: login, avatarUrl: "" });
    const organizations = context
      .organizationsOf(principal)
      .map((name) => ({ ...person(name), role: "member" }));
    const unknown = {
      email: "",
      hasMFA: false,
      identities: [],
      isManagedByMultiOrg: false,
      isOrgManaged: false,
    };
    return c.json({ id: principal.login, ...person(principal.login), ...unknown, organizations });
  });
  app.get("/api/user/organizations/default", (c) => c.json({ GitHubLogin: "acme", Messages: [] }));
  app.route("/", stacks.app);
  const service = { name: "pulumi" as const, app, reset: stacks.reset };
  const watch = watched(pulumiContract());
  const running = await serveService(service, { folder, audit, observe: watch.observe });
  return {
    ...running,
    close: async () => {
      await running.close();
      watch.check();
    },
    audit: () => audit.list(),
    breakAudit: () => {
      audit.append = () => {
        throw Object.assign(new Error("disk full"), { code: "ENOSPC" });
      };
    },
    call: async (method, path, body, as = `token ${TOKENS.ann}`) => {
      const headers: Record<string, string> = as === "" ? {} : { authorization: as };
      const text = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
      const response = await fetch(running.url + path, { method, headers, ...text });
      const answer = await response.text();
      return { status: response.status, body: answer === "" ? undefined : JSON.parse(answer) };
    },
  };
}

/** One key for all fakes, so that what one wrote the next can read. */
const KEY = createHash("sha256").update("the tests' own key").digest();

function fakeSecurity(): PulumiSecurity {
  return {
    authenticate: (header) => {
      const found = PRINCIPALS[/^(?:token|bearer) +(\S+)$/i.exec(header ?? "")?.[1] ?? ""];
      if (found !== undefined) return found.principal;
      const res = Response.json({ code: 401, message: "Unauthorized" }, { status: 401 });
      throw new HTTPException(401, { res });
    },
    organizationsOf: (principal) =>
      Object.values(PRINCIPALS).find((one) => one.principal === principal)?.organizations ?? [],
    stackLevelOf: (principal, _stack, creator) =>
      principal.kind === "team" ? "none" : creator === `user:${principal.login}` ? "admin" : "write",
    creatorOf: (principal) => `user:${principal.login}`,
    encrypt: (plaintext) => {
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", KEY, nonce);
      const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString("base64");
    },
    decrypt: (ciphertext) => {
      const bytes = Buffer.from(ciphertext, "base64");
      const decipher = createDecipheriv("aes-256-gcm", KEY, bytes.subarray(0, 12), { authTagLength: 16 });
      decipher.setAuthTag(bytes.subarray(12, 28));
      return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]);
    },
  };
}
