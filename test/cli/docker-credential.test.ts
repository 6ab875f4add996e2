import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { resolveCatalog } from "../../src/catalog/entry";
import type { PulumiCloud } from "../../src/clients/pulumi-cloud";
import { escDocument } from "../loaders/typescript/esc-document";
import { commandContext, runCommand } from "./command-context";

const CATALOG = resolveCatalog({
  environments: ["staging"],
  groups: { keys: { description: "Keys", rotationDays: 90, owner: "Platform" } },
  secrets: [
    { name: "DOCKER_HUB_USERNAME", group: "keys", default: "scoobyjava15" },
    { name: "DOCKER_HUB_ACCESS_TOKEN", group: "keys" },
  ],
  groupings: {
    docker_hub: {
      username: "docker_hub_username",
      access_token: "docker_hub_access_token",
      registry: { constant: "docker.io" },
    },
  },
});
const HUB = "https://index.docker.io/v1/";

/** Docker's own call: the action as the one argument, the server on stdin. */
function call(action: string, stdin = "", token = "planted-token", width?: number) {
  const app = { docker_hub_username: "scoobyjava15", docker_hub_access_token: token };
  const cloud = () => ({ open: async () => escDocument({ app }) }) as unknown as PulumiCloud;
  const context = commandContext({}, { catalog: CATALOG, cloud, env: { APP_ENVIRONMENT: "staging" } });
  return runCommand(["docker-credential", action], context, { stdin, width });
}

// The protocol: github.com/docker/docker-credential-helpers, credentials/credentials.go.
describe("the helper that gives Docker its login", () => {
  it("gives the login of the server on stdin, as Docker writes it", async () => {
    for (const asked of [HUB, `${HUB}\n`, "index.docker.io/v1", "docker.io"]) {
      const { stdout, stderr, code } = await call("get", asked);
      deepEqual([code, stderr], [0, ""]);
      deepEqual(JSON.parse(stdout), {
        ServerURL: asked.trim(),
        Username: "scoobyjava15",
        Secret: "planted-token",
      });
    }
  });

  it("says in Docker's own words that it has no other, and does not guess from a part of the name", async () => {
    for (const asked of ["ghcr.io", "https://index.docker.io.example.com/v1/", ""]) {
      const { stdout, code } = await call("get", asked);
      deepEqual([stdout, code], ["credentials not found in native keychain\n", 1]);
    }
  });

  it("lists servers and user names without a token", async () => {
    const { stdout, code } = await call("list");
    deepEqual([JSON.parse(stdout), code], [{ [HUB]: "scoobyjava15" }, 0]);
  });

  it("stores and erases nothing", async () => {
    for (const action of ["store", "erase", "constructor"]) {
      const { stdout, stderr, code } = await call(
        action,
        JSON.stringify({ ServerURL: HUB, Secret: "canary-other" }),
      );
      deepEqual([stdout, code], ["", 2]);
      match(stderr, /reads logins alone/);
      doesNotMatch(stderr, /canary/);
    }
  });

  it("gives nothing to a terminal, where people would see it", async () => {
    const { stdout, stderr, code } = await call("get", HUB, "canary-token", 80);
    deepEqual([stdout, code], ["", 2]);
    match(stderr, /it would show the login/);
  });

  it("fails without a value, and shows none", async () => {
    const { stdout, stderr, code } = await call("get", HUB, "");
    equal(code, 2);
    match(stderr, /docker_hub_access_token \(DOCKER_HUB_ACCESS_TOKEN\) is empty/);
    equal(stdout, "");
  });
});
