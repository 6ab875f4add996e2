import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

export const manifestType = "application/vnd.oci.image.manifest.v1+json";

/** Anything stored under its own digest. */
export interface Blob {
  digest: string;
  bytes: Buffer;
}

/** The smallest image there is: a configuration and one layer that is an empty tar archive. */
export interface TinyImage {
  manifest: Blob;
  blobs: Blob[];
}

/** An empty tar archive: two blocks of zeros. */
const emptyTar = Buffer.alloc(1024);

/** @param name goes into the image's labels, so that each name has a digest of its own. Same name, same digest. */
export function tinyImage(name: string): TinyImage {
  const layer = blobOf(gzipSync(emptyTar));
  const config = jsonBlob({
    architecture: "amd64",
    os: "linux",
    config: { Labels: { "org.opencontainers.image.title": name } },
    rootfs: { type: "layers", diff_ids: [blobOf(emptyTar).digest] },
    history: [{ created_by: "sandbox", created: "1970-01-01T00:00:00Z" }],
  });
  const manifest = jsonBlob({
    schemaVersion: 2,
    mediaType: manifestType,
    config: described("application/vnd.oci.image.config.v1+json", config),
    layers: [described("application/vnd.oci.image.layer.v1.tar+gzip", layer)],
  });
  return { manifest, blobs: [config, layer] };
}

export function blobOf(bytes: Buffer): Blob {
  return { digest: `sha256:${createHash("sha256").update(bytes).digest("hex")}`, bytes };
}

function jsonBlob(value: unknown): Blob {
  return blobOf(Buffer.from(JSON.stringify(value)));
}

function described(mediaType: string, blob: Blob) {
  return { mediaType, digest: blob.digest, size: blob.bytes.length };
}
