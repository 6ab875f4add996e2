import { deepEqual, doesNotMatch, equal, rejects } from "node:assert/strict";
import { AuditLog } from "../../sandbox/core/audit";
import { type Running, serveService } from "../../sandbox/core/serve";
import { createRegistryService } from "../../sandbox/registry/registry-service";
import { createHttp } from "../../src/clients/http";
import { type RegistryLogin, tryLogin } from "../../src/clients/registry";
import type { RemedyError } from "../../src/errors";
import { Secret } from "../../src/secret";
import { type ScriptServer, scriptServer } from "./script-server";

const http = createHttp({ tries: 1 });
const hostOf = (url: string) => url.replace("http://", "");
const login = (server: string, secret = "canary-token"): RegistryLogin => ({
  server,
  username: new Secret("ci"),
  secret: new Secret(secret),
});

describe("a registry login", () => {
  describe("at the sandbox's registry, which takes it itself", () => {
    let registry: Running;
    const start = async (credentials?: { username: string; password: string }) => {
      const context = { folder: undefined, audit: new AuditLog(undefined) };
      const options = credentials === undefined ? { images: [] } : { images: [], credentials };
      registry = await serveService(createRegistryService(context, options), context);
    };
    afterEach(() => registry.close());

    it("is accepted, or refused", async () => {
      await start({ username: "ci", password: "canary-token" });
      equal(await tryLogin(http, login(hostOf(registry.url))), "accepted");
      equal(await tryLogin(http, login(hostOf(registry.url), "revoked")), "refused");
    });

    it("is asked for by nobody where everybody may read", async () => {
      await start();
      equal(await tryLogin(http, login(hostOf(registry.url))), "open");
    });
  });

  describe("at a registry that names a realm, as Docker Hub does", () => {
    const servers: ScriptServer[] = [];
    const serve = async (...steps: Parameters<typeof scriptServer>) => {
      const server = await scriptServer(...steps);
      servers.push(server);
      return server;
    };
    const challenged = (realm: string) =>
      serve({ status: 401, headers: { "www-authenticate": `Bearer realm="${realm}",service="hub"` } });
    afterEach(async () => {
      await Promise.all(servers.splice(0).map((server) => server.close()));
    });

    it("goes to the realm alone, with the service that the registry names", async () => {
      const realm = await serve({ status: 200, text: '{"token":"t"}' });
      const registry = await challenged(`${realm.url}/token`);
      equal(await tryLogin(http, login(hostOf(registry.url))), "accepted");
      deepEqual(
        registry.seen.map(({ headers }) => headers.authorization),
        [undefined],
      );
      const expected = `Basic ${Buffer.from("ci:canary-token").toString("base64")}`;
      deepEqual(
        realm.seen.map(({ url, headers }) => [url, headers.authorization]),
        [["/token?service=hub", expected]],
      );
    });

    it("is refused where the realm refuses it", async () => {
      const realm = await serve({ status: 401 });
      equal(await tryLogin(http, login(hostOf((await challenged(`${realm.url}/token`)).url))), "refused");
    });

    for (const realm of ["http://registry.example/token", "not an address", "ftp://127.0.0.1/token"])
      it(`never goes to ${realm}`, async () => {
        const registry = await challenged(realm);
        await rejects(tryLogin(http, login(hostOf(registry.url))), (error: RemedyError) => {
          equal(error.problem.code, "registry-realm-unsafe");
          doesNotMatch(String(error), /canary/);
          return true;
        });
      });

    it("is not told to what is not a registry", async () => {
      for (const step of [{ status: 302 }, { status: 401 }, { status: 404 }]) {
        const server = await serve(step);
        await rejects(tryLogin(http, login(hostOf(server.url))), (error: RemedyError) => {
          equal(error.problem.code, "registry-answer-unexpected");
          return true;
        });
        deepEqual(
          server.seen.map(({ headers }) => headers.authorization),
          [undefined],
        );
      }
    });
  });
});
