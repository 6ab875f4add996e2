import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import jwt from "jsonwebtoken";

export const ISSUER = "https://token.actions.githubusercontent.com";

/** GitHub's endpoint for a job's id token and its keys, on loopback. */
export interface IdentityEndpoint {
  /** Where its public keys are. */
  jwks: string;
  /** What GitHub sets in a job that may ask for its id token. */
  environment: Record<string, string>;
  /** Claims of the next id tokens, besides issuer and audience unless they are named. */
  claims: Record<string, string>;
  /** Id tokens handed out. */
  issued: string[];
  close(): Promise<void>;
}

/** @param first claims of every id token besides issuer and audience, until they are changed. */
export async function openIdentityEndpoint(first: Record<string, string>): Promise<IdentityEndpoint> {
  const claims = { ...first };
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const keys = { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "k1", alg: "RS256", use: "sig" }] };
  const issued: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://localhost");
    response.setHeader("content-type", "application/json");
    if (url.pathname === "/jwks") return response.end(JSON.stringify(keys));
    if (request.headers.authorization !== "bearer request-token") return response.writeHead(401).end("{}");
    const value = jwt.sign({ iss: ISSUER, aud: url.searchParams.get("audience"), ...claims }, privateKey, {
      algorithm: "RS256",
      keyid: "k1",
      expiresIn: "5m",
    });
    issued.push(value);
    return response.end(JSON.stringify({ value }));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    jwks: `${url}/jwks`,
    environment: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request-token",
    },
    claims,
    issued,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
