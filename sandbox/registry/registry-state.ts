import { type Blob, blobOf, manifestType, tinyImage } from "./tiny-image";

/** What one repository holds. Bytes are base64, as the state is kept as JSON. */
export interface RepositoryState {
  /** By digest. */
  manifests: Record<string, { type: string; bytes: string }>;
  /** Tag to digest. */
  tags: Record<string, string>;
}

export interface RegistryState {
  repositories: Record<string, RepositoryState>;
  /** By digest, shared by all repositories. */
  blobs: Record<string, string>;
}

/** @param images names with an optional tag: `team/app:1.0`. */
export function seededState(images: readonly string[]): RegistryState {
  const state: RegistryState = { repositories: {}, blobs: {} };
  for (const image of images) {
    const [name = "", tag = "latest"] = image.split(":");
    const { manifest, blobs } = tinyImage(image);
    for (const blob of blobs) putBlob(state, blob.bytes);
    putManifest(state, name, tag, manifestType, manifest.bytes);
  }
  return state;
}

export function putBlob(state: RegistryState, bytes: Buffer): Blob {
  const blob = blobOf(bytes);
  state.blobs[blob.digest] = bytes.toString("base64");
  return blob;
}

/** @param reference a tag, or the digest itself. */
export function putManifest(
  state: RegistryState,
  name: string,
  reference: string,
  type: string,
  bytes: Buffer,
): string {
  const { digest } = blobOf(bytes);
  state.repositories[name] ??= { manifests: {}, tags: {} };
  state.repositories[name].manifests[digest] = { type, bytes: bytes.toString("base64") };
  if (!isDigest(reference)) state.repositories[name].tags[reference] = digest;
  return digest;
}

export function findManifest(
  state: RegistryState,
  name: string,
  reference: string,
): { digest: string; type: string; bytes: Buffer } | undefined {
  const repository = state.repositories[name];
  const digest = isDigest(reference) ? reference : repository?.tags[reference];
  const manifest = digest === undefined ? undefined : repository?.manifests[digest];
  if (digest === undefined || manifest === undefined) return undefined;
  return { digest, type: manifest.type, bytes: Buffer.from(manifest.bytes, "base64") };
}

/** Digests a manifest points to that are not there: pushing it would make an image nobody can pull. */
export function missingParts(state: RegistryState, manifest: Buffer): string[] {
  const { config, layers = [] } = JSON.parse(manifest.toString()) as {
    config?: { digest: string };
    layers?: { digest: string }[];
  };
  const parts = config === undefined ? layers : [config, ...layers];
  return parts.map((part) => part.digest).filter((digest) => state.blobs[digest] === undefined);
}

export function isDigest(reference: string): boolean {
  return reference.startsWith("sha256:");
}
