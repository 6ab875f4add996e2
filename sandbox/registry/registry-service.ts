import { randomUUID, timingSafeEqual } from "node:crypto";
import { join } from "node:path";
import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import type { Service, ServiceContext } from "../core/serve";
import { Store } from "../core/store";
import {
  findManifest,
  isDigest,
  missingParts,
  putBlob,
  putManifest,
  type RegistryState,
  seededState,
} from "./registry-state";
import { blobOf } from "./tiny-image";

/** Who may use the registry, and what it holds at first. */
export interface RegistryOptions {
  /** Left out, everybody may read and push. */
  credentials?: { username: string; password: string };
  /** Images built on the spot, each its own digest: `team/app:1.0`. */
  images: readonly string[];
}

type Exchange = Context<{ Bindings: HttpBindings }>;

/**
 * A container registry: reading and pushing of the OCI distribution specification 1.1 (no mounts, no chunks, no
 * deletion), with basic authentication as docker-registry's htpasswd has it.
 */
export function createRegistryService(context: ServiceContext, options: RegistryOptions): Service {
  const file = context.folder === undefined ? undefined : join(context.folder, "registry.json");
  const store = new Store<RegistryState>(file, () => seededState(options.images));
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use("/v2/*", async (c, next) => {
    c.header("docker-distribution-api-version", "registry/2.0");
    if (mayEnter(options.credentials, c.req.header("authorization"))) return next();
    c.header("www-authenticate", 'Basic realm="sandbox"');
    return refuse(c, 401, "UNAUTHORIZED", "authentication required");
  });
  app.get("/v2/", (c) => c.json({}));
  manifestRoutes(app, store, context, options);
  blobRoutes(app, store);
  return { name: "registry", app, reset: () => store.reset() };
}

function manifestRoutes(
  app: Hono<{ Bindings: HttpBindings }>,
  store: Store<RegistryState>,
  context: ServiceContext,
  options: RegistryOptions,
): void {
  app.get("/v2/:name{.+}/tags/list", (c) => {
    const repository = store.state.repositories[c.req.param("name")];
    if (repository === undefined)
      return refuse(c, 404, "NAME_UNKNOWN", "repository name not known to registry");
    return c.json({ name: c.req.param("name"), tags: Object.keys(repository.tags).sort() });
  });
  // Hono answers HEAD from the GET route, without the body.
  app.get("/v2/:name{.+}/manifests/:reference", (c) => {
    const found = findManifest(store.state, c.req.param("name"), c.req.param("reference"));
    if (found === undefined) return refuse(c, 404, "MANIFEST_UNKNOWN", "manifest unknown");
    return sendBytes(c, found.bytes, found.type, found.digest);
  });
  app.put("/v2/:name{.+}/manifests/:reference", async (c) => {
    const { name, reference } = c.req.param();
    const bytes = Buffer.from(await c.req.arrayBuffer());
    if (isDigest(reference) && reference !== blobOf(bytes).digest) {
      return refuse(c, 400, "DIGEST_INVALID", "provided digest did not match uploaded content");
    }
    const missing = missingParts(store.state, bytes);
    if (missing.length > 0)
      return refuse(c, 400, "MANIFEST_BLOB_UNKNOWN", `blob unknown: ${missing.join(", ")}`);
    const type = c.req.header("content-type") ?? "application/vnd.oci.image.manifest.v1+json";
    const digest = putManifest(store.state, name, reference, type, bytes);
    store.save();
    const actor = options.credentials?.username ?? "anonymous";
    const target = `${name}:${reference}`;
    context.audit.append({ service: "registry", actor, action: "image.push", target, outcome: "success" });
    return created(c, `/v2/${name}/manifests/${digest}`, digest);
  });
}

function blobRoutes(app: Hono<{ Bindings: HttpBindings }>, store: Store<RegistryState>): void {
  app.get("/v2/:name{.+}/blobs/:digest", (c) => {
    const digest = c.req.param("digest");
    const bytes = store.state.blobs[digest];
    if (bytes === undefined) return refuse(c, 404, "BLOB_UNKNOWN", "blob unknown to registry");
    return sendBytes(c, Buffer.from(bytes, "base64"), "application/octet-stream", digest);
  });
  app.post("/v2/:name{.+}/blobs/uploads/", (c) => {
    c.header("location", `/v2/${c.req.param("name")}/blobs/uploads/${randomUUID()}`);
    c.header("range", "0-0");
    return c.body(null, 202);
  });
  app.put("/v2/:name{.+}/blobs/uploads/:upload", async (c) => {
    const bytes = Buffer.from(await c.req.arrayBuffer());
    if (c.req.query("digest") !== blobOf(bytes).digest) {
      return refuse(c, 400, "DIGEST_INVALID", "provided digest did not match uploaded content");
    }
    const { digest } = putBlob(store.state, bytes);
    store.save();
    return created(c, `/v2/${c.req.param("name")}/blobs/${digest}`, digest);
  });
}

function mayEnter(credentials: RegistryOptions["credentials"], header: string | undefined): boolean {
  if (credentials === undefined) return true;
  const expected = Buffer.from(
    `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`,
  );
  const given = Buffer.from(header ?? "");
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function sendBytes(c: Exchange, bytes: Buffer, type: string, digest: string): Response {
  const headers = {
    "content-type": type,
    "docker-content-digest": digest,
    "content-length": String(bytes.length),
  };
  return c.body(new Uint8Array(bytes), 200, headers);
}

function created(c: Exchange, location: string, digest: string): Response {
  return c.body(null, 201, { location, "docker-content-digest": digest });
}

function refuse(c: Exchange, status: 400 | 401 | 404, code: string, message: string): Response {
  return c.json({ errors: [{ code, message, detail: null }] }, status);
}
