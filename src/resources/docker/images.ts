import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Image } from "../../catalog/entry";
import type { Settings } from "../../catalog/settings";
import { messageOf } from "../../errors";
import { programError } from "../diagnostics";

/**
 * The images' digests, looked up at preview, so that what is deployed is what preview showed. None unless the config
 * asks for them.
 *
 * @throws pulumi.RunError naming the image, the likely cause and the remedy.
 */
export function resolveImages(
  images: readonly Image[],
  settings: Settings,
): Record<string, pulumi.Output<string>> {
  if (!settings.resolveImages) return {};
  const { dockerRegistry: address, dockerUsername: username, dockerHost: host } = settings;
  // Encrypted config, or ESC through the stack's `environment`.
  const password = new pulumi.Config().getSecret("dockerPassword");
  const account = username !== undefined && password !== undefined ? [{ address, username, password }] : [];
  const provider = new docker.Provider("registry", {
    registryAuth: account,
    ...(host === undefined ? {} : { host }),
  });
  return Object.fromEntries(
    images.map((image) => [image.name, pulumi.output(digestOf(image, registryName(address), provider))]),
  );
}

async function digestOf(image: Image, registry: string, provider: docker.Provider): Promise<string> {
  const name = `${registry}/${image.reference}`;
  const found = await docker.getRegistryImage({ name }, { provider }).catch((error: unknown) => {
    throw programError({
      code: "image-not-found",
      subject: `image ${name}`,
      cause: `its digest cannot be looked up (${messageOf(error).replaceAll(/\s+/g, " ").trim()})`,
      remedy:
        "start a Docker-compatible engine (set DOCKER_HOST or dockerHost) and check the reference in secrets/images.ts, dockerRegistry, and the account's right to read it; or set resolveImages to false",
    });
  });
  return `${name.replace(/:[^:/]*$/, "")}@${found.sha256Digest}`;
}

/** A registry's name in references: an address may carry a scheme, a reference never does. */
function registryName(address: string): string {
  return address.replace(/^https?:\/\//, "");
}
