import { deepEqual, doesNotMatch } from "node:assert/strict";
import { AuditLog } from "../../sandbox/core/audit";
import { type Running, serveService } from "../../sandbox/core/serve";
import { createRegistryService } from "../../sandbox/registry/registry-service";
import { resolveCatalog } from "../../src/catalog/entry";
import { createHttp } from "../../src/clients/http";
import type { PulumiCloud } from "../../src/clients/pulumi-cloud";
import { checkLogins } from "../../src/operations/verification/check-logins";
import { escDocument } from "../loaders/typescript/esc-document";
import { commandContext } from "./command-context";

describe("the registry logins that verify tries", () => {
  let registry: Running;
  before(async () => {
    const credentials = { username: "ci", password: "canary-token" };
    const context = { folder: undefined, audit: new AuditLog(undefined) };
    registry = await serveService(createRegistryService(context, { credentials, images: [] }), context);
  });
  after(() => registry.close());

  const checks = async (token: string, groups: "grouped" | "none" = "grouped") => {
    const host = registry.url.replace("http://", "");
    const own = { username: "registry_user", access_token: "registry_token", registry: { constant: host } };
    const catalog = resolveCatalog({
      environments: ["staging"],
      groups: { keys: { description: "Keys", rotationDays: 90, owner: "Platform" } },
      secrets: [
        { name: "REGISTRY_USER", group: "keys" },
        { name: "REGISTRY_TOKEN", group: "keys" },
      ],
      groupings: groups === "none" ? {} : { own },
    });
    const document = escDocument({ app: { registry_user: "ci", registry_token: token } });
    const cloud = () => ({ open: async () => document }) as unknown as PulumiCloud;
    const found = await checkLogins(commandContext({}, { catalog, cloud, http: createHttp() }), "staging");
    doesNotMatch(JSON.stringify(found), /canary|revoked-token/);
    return found.map(({ code, state, remedy }) => [code, state, remedy]);
  };

  it("are right where the registry takes them", async () => {
    deepEqual(await checks("canary-token"), [["registry-login-works", "ok", undefined]]);
  });

  it("are wrong where the registry refuses them, with the command for a new one", async () => {
    const remedy = "make a new one at the registry, then: ./sophia-secrets set REGISTRY_TOKEN --replace";
    deepEqual(await checks("revoked-token"), [["registry-login-refused", "wrong", remedy]]);
  });

  it("are none where no grouping names a registry", async () => {
    deepEqual(await checks("canary-token", "none"), []);
  });
});
