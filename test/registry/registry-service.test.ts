import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { AuditLog } from "../../sandbox/core/audit";
import { type Running, serveService } from "../../sandbox/core/serve";
import { createRegistryService } from "../../sandbox/registry/registry-service";
import { dockerProvider } from "../../toolchain/plugins/docker/docker-provider";
import { parseImageReference } from "../../toolchain/plugins/docker/image-reference";
import { type Plugin, startPlugin } from "../plugins/plugin-client";
import { installedPlugin, startRealPlugin } from "../plugins/real-plugin";

const credentials = { username: "ci", password: "s3cret" };
const lookup = "docker:index/getRegistryImage:getRegistryImage";
const authorization = `Basic ${Buffer.from("ci:s3cret").toString("base64")}`;

describe("the sandbox's registry", () => {
  let registry: Running;
  let audit: AuditLog;

  beforeEach(async () => {
    audit = new AuditLog(undefined);
    const context = { folder: undefined, audit };
    registry = await serveService(
      createRegistryService(context, { credentials, images: ["sophia/app:1.0"] }),
      context,
    );
  });
  afterEach(() => registry.close());

  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${registry.url}${path}`, { ...init, headers: { authorization, ...init.headers } });
  const digestOf = (bytes: string) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

  it("sends outsiders away, with the way to sign in", async () => {
    for (const header of ["", `Basic ${Buffer.from("ci:wrong").toString("base64")}`]) {
      const answer = await ask("/v2/", { headers: { authorization: header } });
      assert.equal(answer.status, 401);
      assert.equal(answer.headers.get("www-authenticate"), 'Basic realm="sandbox"');
    }
    assert.equal((await ask("/v2/")).status, 200);
  });

  it("holds a whole image from the start: manifest, configuration and layer under their true digests", async () => {
    const answer = await ask("/v2/sophia/app/manifests/1.0");
    const text = await answer.text();
    assert.equal(answer.headers.get("docker-content-digest"), digestOf(text));
    const { config, layers } = JSON.parse(text);
    for (const part of [config, ...layers]) {
      const bytes = Buffer.from(await (await ask(`/v2/sophia/app/blobs/${part.digest}`)).arrayBuffer());
      assert.equal(`sha256:${createHash("sha256").update(bytes).digest("hex")}`, part.digest);
      assert.equal(bytes.length, part.size);
    }
    const head = await ask("/v2/sophia/app/manifests/1.0", { method: "HEAD" });
    assert.equal(head.headers.get("docker-content-digest"), digestOf(text));
    assert.equal((await head.text()).length, 0);
    assert.deepEqual(await (await ask("/v2/sophia/app/tags/list")).json(), {
      name: "sophia/app",
      tags: ["1.0"],
    });
  });

  it("takes a push, and refuses one whose digest or parts do not fit", async () => {
    const layer = "a layer";
    const started = await ask("/v2/new/app/blobs/uploads/", { method: "POST" });
    const upload = started.headers.get("location") ?? "";
    assert.equal(started.status, 202);
    assert.equal((await ask(`${upload}?digest=sha256:0`, { method: "PUT", body: layer })).status, 400);
    assert.equal(
      (await ask(`${upload}?digest=${digestOf(layer)}`, { method: "PUT", body: layer })).status,
      201,
    );
    const manifest = JSON.stringify({ schemaVersion: 2, layers: [{ digest: digestOf(layer) }] });
    const pushed = await ask("/v2/new/app/manifests/latest", { method: "PUT", body: manifest });
    assert.deepEqual([pushed.status, pushed.headers.get("docker-content-digest")], [201, digestOf(manifest)]);
    const broken = JSON.stringify({ schemaVersion: 2, layers: [{ digest: digestOf("elsewhere") }] });
    assert.equal((await ask("/v2/new/app/manifests/bad", { method: "PUT", body: broken })).status, 400);
    assert.deepEqual(
      audit.list().map((record) => [record.action, record.target]),
      [["image.push", "new/app:latest"]],
    );
    await registry.reset();
    assert.equal((await ask("/v2/new/app/manifests/latest")).status, 404);
  });

  it("says that it has no such image, tag or blob", async () => {
    for (const path of [
      "no/app/manifests/1.0",
      "sophia/app/manifests/2.0",
      "sophia/app/blobs/sha256:0",
      "no/app/tags/list",
    ]) {
      const answer = await ask(`/v2/${path}`);
      assert.equal(answer.status, 404);
      assert.ok(((await answer.json()) as { errors: unknown[] }).errors.length === 1);
    }
  });

  describe("asked by the docker provider", () => {
    let plugins: Plugin[];
    let engine: Server;

    beforeEach(async () => {
      // All the real plugin wants of a container engine for a lookup: that it answers.
      engine = createServer((_request, response) => response.writeHead(200, { "api-version": "1.43" }).end());
      await new Promise<void>((done) => engine.listen(0, "127.0.0.1", done));
      const path = installedPlugin("docker", "5.2.0");
      plugins = [await startPlugin(dockerProvider)];
      if (path !== undefined) plugins.push(await startRealPlugin("docker", path));
      console.log(`        asked with the stand-in${path === undefined ? "" : ` and ${path}`}`);
    });
    afterEach(() => {
      for (const plugin of plugins) plugin.close();
      engine.close();
      engine.closeAllConnections();
    });

    const configure = (plugin: Plugin, password: string) =>
      plugin.configure({
        host: `tcp://127.0.0.1:${(engine.address() as AddressInfo).port}`,
        registryAuth: JSON.stringify([{ address: registry.url, username: "ci", password }]),
      });
    const name = () => `${registry.url.replace("http://", "")}/sophia/app:1.0`;

    it("gives an image's digest", async () => {
      const expected = digestOf(await (await ask("/v2/sophia/app/manifests/1.0")).text());
      for (const plugin of plugins) {
        await configure(plugin, "s3cret");
        const { __meta: _, ...found } = await plugin.invoke(lookup, {
          name: name(),
          insecureSkipVerify: true,
        });
        assert.deepEqual(found, {
          id: expected,
          name: name(),
          insecureSkipVerify: true,
          sha256Digest: expected,
        });
      }
    });

    it("fails on a wrong password and on a missing tag", async () => {
      for (const plugin of plugins) {
        await configure(plugin, "wrong");
        await assert.rejects(
          plugin.invoke(lookup, { name: name() }),
          /image version sophia\/app:1\.0.*bad credentials/,
        );
        await configure(plugin, "s3cret");
        await assert.rejects(plugin.invoke(lookup, { name: name().replace("1.0", "2.0") }), /404 Not Found/);
      }
    });
  });

  it("understands the ways to name an image", () => {
    const named = (name: string) => Object.values(parseImageReference(name)).join(" ");
    assert.equal(named("alpine"), "registry-1.docker.io library/alpine latest");
    assert.equal(named("acme/app:2"), "registry-1.docker.io acme/app 2");
    assert.equal(named("localhost/app"), "localhost app latest");
    assert.equal(named("127.0.0.1:5000/a/b:1@sha256:ff"), "127.0.0.1:5000 a/b sha256:ff");
  });
});
