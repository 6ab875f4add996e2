import { createHash } from "node:crypto";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Properties } from "../provider/wire";
import { type ImageReference, parseImageReference } from "./image-reference";

/** A registry's credentials, as the provider's `registryAuth` gives them. */
export interface RegistryAuth {
  /** Host with or without protocol; `http://` has to be written for a registry without TLS. */
  address: string;
  username?: string;
  password?: string;
}

interface RegistryResponse {
  status: number;
  statusText: string;
  digest: string | undefined;
  body: Buffer;
}

const manifestTypes = [
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
];

/** Asked for when the first try fails: what old registries have. */
const oldManifestType = "application/vnd.docker.distribution.manifest.v1+prettyjws";

/** Looks digests up in registries, with basic authentication only: the sandbox's registry has no token server. */
export class RegistryClient {
  constructor(private readonly registries: readonly RegistryAuth[]) {}

  /**
   * @param args `name` of the image; `insecureSkipVerify` accepts any TLS certificate.
   * @throws when the registry refuses the credentials or has no such image, naming both.
   */
  async registryImage(args: Properties): Promise<Properties> {
    const image = parseImageReference(String(args.name));
    const insecure = args.insecureSkipVerify === true;
    const digest = await this.digestOf(image, insecure, manifestTypes)
      .catch(() => this.digestOf(image, insecure, [oldManifestType]))
      .catch((error: Error) => {
        throw new Error(
          `Got error when attempting to fetch image version ${image.repository}:${image.reference} from registry: ${error.message}`,
        );
      });
    return { id: digest, name: args.name, insecureSkipVerify: insecure, sha256Digest: digest };
  }

  private async digestOf(image: ImageReference, insecure: boolean, accept: string[]): Promise<string> {
    const auth = this.registries.find((one) => hostOf(one.address) === image.registry);
    const origin = auth?.address.startsWith("http://") === true ? "http:" : "https:";
    const url = new URL(`${origin}//${image.registry}/v2/${image.repository}/manifests/${image.reference}`);
    const headers = { accept: accept.join(", "), ...basic(auth) };
    const response = await send(url, "HEAD", headers, insecure);
    if (response.status === 401) throw new Error(`bad credentials: 401 ${response.statusText}`);
    if (response.status !== 200) {
      throw new Error(`got bad response from registry: ${response.status} ${response.statusText}`);
    }
    if (response.digest !== undefined) return response.digest;
    const { body } = await send(url, "GET", headers, insecure);
    return `sha256:${createHash("sha256").update(body).digest("hex")}`;
  }
}

function basic(auth: RegistryAuth | undefined): Record<string, string> {
  if (!auth?.username) return {};
  const credentials = Buffer.from(`${auth.username}:${auth.password ?? ""}`).toString("base64");
  return { authorization: `Basic ${credentials}` };
}

function hostOf(address: string): string {
  return address.replace(/^https?:\/\//, "").split("/")[0] ?? "";
}

/** node:http(s) and not fetch, which cannot be told to accept a certificate for one request. */
function send(
  url: URL,
  method: string,
  headers: Record<string, string>,
  insecure: boolean,
): Promise<RegistryResponse> {
  const open = url.protocol === "http:" ? httpRequest : httpsRequest;
  return new Promise((done, fail) => {
    const request = open(url, { method, headers, rejectUnauthorized: !insecure }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", fail);
      response.on("end", () => {
        const digest = response.headers["docker-content-digest"];
        done({
          status: response.statusCode ?? 0,
          statusText: response.statusMessage ?? "",
          digest: typeof digest === "string" ? digest : undefined,
          body: Buffer.concat(chunks),
        });
      });
    });
    request.on("error", (error) => fail(new Error(`Error during registry request: ${error.message}`)));
    request.end();
  });
}
