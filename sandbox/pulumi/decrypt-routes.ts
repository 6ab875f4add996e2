import type { Hono } from "hono";
import { z } from "zod";
import { unwrapCiphertext, wrapCiphertext } from "../esc/envelope";
import { environmentFor, type Place, pathOf } from "./access";
import { type Cloud, type CloudContext, type CloudEnv, record } from "./cloud";
import { decrypterFor, encrypterFor } from "./environment-cipher";
import { yamlAnswer } from "./environment-routes";
import { revealText } from "./environment-text";
import { readJson } from "./request-body";
import { revisionOf } from "./revisions";
import { param, routesOf } from "./route-table";
import { badRequest } from "./service-error";

const Plaintexts = z.object({ plaintexts: z.array(z.string()) });
const Ciphertexts = z.object({ ciphertexts: z.array(z.string()) });

/** Routes that turn static secrets into plaintext and back. Mount at `/api/esc/environments`. */
export function decryptRoutes(cloud: Cloud): Hono<CloudEnv> {
  return routesOf(cloud, [
    ["GET", "/:org/:project/:env/decrypt", decryptLatest],
    ["GET", "/:org/:project/:env/versions/:version/decrypt", decryptVersion],
    ["POST", "/:org/:project/:env/encrypt-secrets", encryptSecrets],
    ["POST", "/:org/:project/:env/decrypt-secrets", decryptSecrets],
  ]);
}

function decryptLatest(cloud: Cloud, c: CloudContext): Response {
  return decryptDefinition(cloud, c, undefined);
}

function decryptVersion(cloud: Cloud, c: CloudContext): Response {
  return decryptDefinition(cloud, c, param(c, "version"));
}

async function encryptSecrets(cloud: Cloud, c: CloudContext): Promise<Response> {
  const { environment } = environmentFor(
    cloud,
    c.var.principal,
    placeOf(c),
    "write",
    "environment-encrypt-secrets",
  );
  const { plaintexts } = await readJson(c, Plaintexts);
  const encrypt = encrypterFor(cloud.security, environment.id);
  return c.json({ ciphertexts: plaintexts.map((text) => wrapCiphertext(encrypt(text))) });
}

async function decryptSecrets(cloud: Cloud, c: CloudContext): Promise<Response> {
  const place = placeOf(c);
  const { environment } = environmentFor(cloud, c.var.principal, place, "open", "environment-decrypted");
  const { ciphertexts } = await readJson(c, Ciphertexts);
  const decrypt = decrypterFor(cloud.security, environment.id);
  let plaintexts: string[];
  try {
    plaintexts = ciphertexts.map((text) => decrypt(unwrapCiphertext(text)));
  } catch {
    throw badRequest(`a ciphertext was not made by environment '${pathOf(place)}'`);
  }
  record(cloud, c.var.principal, "environment-decrypted", pathOf(place), "success", {
    secrets: plaintexts.length,
  });
  return c.json({ plaintexts });
}

function decryptDefinition(cloud: Cloud, c: CloudContext, version: string | undefined): Response {
  const place = placeOf(c);
  const { environment } = environmentFor(cloud, c.var.principal, place, "open", "environment-decrypted");
  const revision = revisionOf(environment, version);
  const text = revealText(cloud, environment, revision.text);
  record(cloud, c.var.principal, "environment-decrypted", pathOf(place), "success", {
    revision: revision.number,
  });
  return yamlAnswer(c, environment, revision, text);
}

const placeOf = (c: CloudContext): Place => c.req.param() as unknown as Place;
