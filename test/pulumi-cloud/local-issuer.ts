import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import jwt from "jsonwebtoken";

/** An issuer of identities on this machine, as a Kubernetes cluster is one. */
export interface LocalIssuer {
  url: string;
  /** An identity with these claims, signed by the issuer, or by a key that is not its own. */
  sign(claims: object, key?: KeyObject): string;
  close(): void;
}

/** A key that no issuer has. */
export const FOREIGN_KEY = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;

/**
 * Starts one: its description and its keys, as clusters have them, and `/sign`, which signs the claims of the query's
 * `claims`, for tests in Python.
 */
export async function startIssuer(): Promise<LocalIssuer> {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwks = { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "k1", alg: "RS256", use: "sig" }] };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://issuer");
    const answers: Record<string, () => string> = {
      "/.well-known/openid-configuration": () =>
        JSON.stringify({ issuer: url, jwks_uri: `${url}/openid/v1/jwks` }),
      "/openid/v1/jwks": () => JSON.stringify(jwks),
      "/sign": () => sign(JSON.parse(searchParams.get("claims") ?? "{}")),
    };
    const answer = answers[pathname];
    response.statusCode = answer === undefined ? 404 : 200;
    response.end(answer?.() ?? "");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sign = (claims: object, key = privateKey) =>
    jwt.sign({ iss: url, ...claims }, key, {
      algorithm: "RS256",
      keyid: "k1",
      ...("exp" in claims ? {} : { expiresIn: 600 }),
    });
  return { url, sign, close: () => void server.close() };
}
