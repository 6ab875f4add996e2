import { deepEqual, equal, ok } from "node:assert/strict";
import { resolveCatalog } from "../../src/catalog/entry";
import { knownByName } from "../../src/catalog/vendors";
import { createHttp, type Http } from "../../src/clients/http";
import { askVendors } from "../../src/operations/validation/ask-vendors";
import { SETTINGS } from "../cli/small-organization";
import { type ScriptServer, type Step, scriptServer } from "../clients/script-server";

const VALUES: Readonly<Record<string, string>> = {
  OPENAI_API_KEY: "sk-canary",
  ANTHROPIC_API_KEY: "sk-ant-canary",
  GH_TOKEN: "ghp_canary",
  SLACK_BOT_TOKEN: ["xoxb", "canary"].join("-"),
  DOCKER_HUB_ACCESS_TOKEN: "dckr_pat_canary",
  DOCKER_HUB_USERNAME: "somebody",
  GONG_ACCESS_KEY: "gong-canary",
  GONG_ACCESS_KEY_SECRET: "gong-secret-canary",
  LINEAR_API_KEY: "lin_api_canary",
  HUBSPOT_API_KEY: "pat-canary",
  NOTION_API_TOKEN: "ntn_canary",
  PINECONE_API_KEY: "pc-canary",
  // Typographic, as text processors make it.
  CODACY_API_TOKEN: "canary✓",
  NPM_TOKEN: "of-a-private-registry-canary",
};

/** Asks a server on this machine in the place of every vendor: the address is led there, the host is its path's beginning. */
async function asking(server: ScriptServer, names: readonly string[], environments = ["production"]) {
  const http = createHttp({ tries: 1, timeoutMs: 1_000, answerBytes: 100_000 });
  const vendorHttp: Http = (request) => {
    const { host, pathname, search } = new URL(request.url);
    return http({ ...request, url: `${server.url}/${host}${pathname}${search}` });
  };
  const groups = { keys: { description: "Keys", rotationDays: 90, owner: "Platform" } };
  const catalog = resolveCatalog({
    environments,
    groups,
    secrets: names.map((name) => ({
      name,
      group: "keys",
      ...(name.endsWith("NAME") ? { credential: false as const } : {}),
    })),
  });
  const input = Object.fromEntries(names.map((name) => [name, VALUES[name] ?? ""]));
  const places = environments.map((name) => ({ name, input, missing: [] }));
  const project = { dir: "/nowhere", name: "p", stack: "production", settings: SETTINGS };
  return askVendors({ catalog, project, env: {}, vendorHttp }, places, false);
}

async function withServer<Result>(
  steps: Step[],
  work: (server: ScriptServer) => Promise<Result>,
): Promise<Result> {
  const server = await scriptServer(...steps);
  try {
    return await work(server);
  } finally {
    await server.close();
  }
}

const stateOf = async (name: string, answer: { status: number; text?: string }, more: string[] = []) =>
  withServer([answer], async (server) => {
    const found = await asking(server, [name, ...more]);
    return found.find((each) => each.name === name)?.state;
  });

describe("a vendor that is asked for a value", () => {
  it("gets one read, with the value where the vendor takes it, and each value once", () =>
    withServer([{ status: 200, text: '{"ok":true,"data":{}}' }], async (server) => {
      const answers = await asking(server, Object.keys(VALUES), ["staging", "production"]);
      const seen = server.seen.map(({ method, url }) => `${method} ${url.slice(1)}`).sort();
      deepEqual(seen, [
        "GET api.anthropic.com/v1/models?limit=1",
        "GET api.github.com/user",
        "GET api.gong.io/v2/users",
        "GET api.hubapi.com/account-info/2026-03/api-usage/daily/private-apps",
        "GET api.notion.com/v1/users/me",
        "GET api.openai.com/v1/models",
        "GET api.pinecone.io/indexes",
        "POST api.linear.app/graphql",
        "POST hub.docker.com/v2/auth/token",
        "POST slack.com/api/auth.test",
      ]);
      const headersOf = (host: string) => server.seen.find(({ url }) => url.startsWith(`/${host}`));
      equal(headersOf("api.openai.com")?.headers.authorization, "Bearer sk-canary");
      equal(headersOf("api.anthropic.com")?.headers["x-api-key"], "sk-ant-canary");
      equal(
        headersOf("api.gong.io")?.headers.authorization,
        `Basic ${Buffer.from("gong-canary:gong-secret-canary").toString("base64")}`,
      );
      deepEqual(JSON.parse(headersOf("hub.docker.com")?.body ?? ""), {
        identifier: "somebody",
        secret: "dckr_pat_canary",
      });
      ok(!JSON.stringify(answers).includes("canary"));
      equal(answers.length, 2 * (Object.keys(VALUES).length - 1));
      deepEqual(
        [
          ...new Set(
            answers.filter(({ state }) => state !== "accepted").map(({ name, state }) => `${name} ${state}`),
          ),
        ],
        ["CODACY_API_TOKEN untested", "GONG_ACCESS_KEY untested", "NPM_TOKEN untested"],
      );
    }));

  for (const [name, status, state] of [
    ["OPENAI_API_KEY", 401, "refused"],
    ["OPENAI_API_KEY", 403, "accepted"],
    ["OPENAI_API_KEY", 429, "unreachable"],
    ["OPENAI_API_KEY", 500, "unreachable"],
    ["OPENAI_API_KEY", 302, "unreachable"],
    ["GH_TOKEN", 403, "unreachable"],
    ["LINEAR_API_KEY", 400, "refused"],
  ] as const)
    it(`answers ${status} for ${name}: ${state}`, async () => {
      equal(await stateOf(name, { status }), state);
    });

  it("refuses also with an answer of 200", async () => {
    equal(
      await stateOf("SLACK_BOT_TOKEN", { status: 200, text: '{"ok":false,"error":"invalid_auth"}' }),
      "refused",
    );
    equal(await stateOf("LINEAR_API_KEY", { status: 200, text: '{"errors":[{}]}' }), "refused");
  });

  it("is not asked for half of a pair, and says which half is missing", async () => {
    await withServer([{ status: 200 }], async (server) => {
      const [answer] = await asking(server, ["DOCKER_HUB_ACCESS_TOKEN"]);
      equal(answer?.state, "untested");
      equal(answer?.detail, "it is tested together with DOCKER_HUB_USERNAME, which has no value here");
      deepEqual(server.seen, []);
    });
  });

  it("is not sent a value that no header holds, and a person is told", async () => {
    await withServer([{ status: 200 }], async (server) => {
      const [answer] = await asking(server, ["CODACY_API_TOKEN"]);
      deepEqual([answer?.state, answer?.detail], ["untested", "not sent: no header holds its characters"]);
      deepEqual(server.seen, []);
    });
  });

  it("that hangs, or answers without end, is unreachable, and holds up no other", async () => {
    const endless: Step = (_, response) => {
      response.writeHead(200);
      const fill = setInterval(() => response.write("x".repeat(65_536)), 1);
      response.on("close", () => clearInterval(fill));
    };
    for (const [step, detail] of [
      [endless, "the answer has more than 100000 bytes, or is the last of too many"],
      [() => {}, "no answer in time"],
    ] as const)
      await withServer([step], async (server) => {
        const [answer] = await asking(server, ["PINECONE_API_KEY"]);
        deepEqual([answer?.state, answer?.detail], ["unreachable", detail]);
      });
    const closed = await scriptServer({ status: 200 });
    await closed.close();
    const [answer] = await asking(closed, ["OPENAI_API_KEY"]);
    equal(answer?.state, "unreachable");
    ok(!JSON.stringify(answer).includes("canary"));
  });

  it("is known by https and its own host alone", () => {
    for (const name of Object.keys(VALUES)) {
      const { read } = knownByName(name);
      if (read === undefined) continue;
      const { url } = read.ask("a", "b");
      ok(url.startsWith("https://") && !new URL(url).search.includes("a="), url);
    }
  });
});
