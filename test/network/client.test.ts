import { deepEqual, doesNotMatch, equal, match, ok, rejects } from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { createHttp, type HttpOptions, NoAnswerError } from "../../src/clients/http";
import type { RemedyError } from "../../src/errors";
import { type ScriptServer, scriptServer, silence } from "../clients/script-server";
import { PASSWORD, PrivateNetwork, USER } from "./private-network";

const URL = "https://service.test/path?token=canary";

describe("the HTTP client in a company's network", function () {
  this.timeout(30_000);
  let service: ScriptServer;
  let network: PrivateNetwork;
  before(async () => {
    service = await scriptServer({ status: 200, text: "from the service" });
    network = await PrivateNetwork.start({ "service.test": service.url });
  });
  after(async () => {
    await network.close();
    await service.close();
  });
  beforeEach(() => {
    network.seen.length = 0;
    service.seen.length = 0;
    network.refusal = undefined;
  });

  const ask = (env: Record<string, string>, more: HttpOptions = {}, url = URL) =>
    createHttp({ waitMs: 1, tries: 2, env, ...more })({
      method: "GET",
      url,
      headers: { authorization: "token canary" },
    });
  const trusting = (env: Record<string, string>) => ({ SSL_CERT_FILE: network.authority, ...env });
  /** The problem that a request meets; nothing of it shows a password or a token. */
  const problem = async (env: Record<string, string>, more?: HttpOptions, url?: string) => {
    let found: RemedyError | undefined;
    await rejects(ask(env, more, url), (error: RemedyError) => {
      found = error;
      doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /canary|p%40ss|p@ss|YWRhO/);
      return true;
    });
    ok(found !== undefined);
    return { ...found.problem, isOutage: found instanceof NoAnswerError };
  };

  it("asks by the proxy, with its user name and password, and keeps the tunnel", async () => {
    for (const name of ["HTTPS_PROXY", "https_proxy"]) {
      network.seen.length = 0;
      const http = createHttp({ env: trusting({ [name]: network.proxy }) });
      for (let count = 0; count < 3; count += 1)
        equal((await http({ method: "GET", url: URL })).text, "from the service");
      const login = Buffer.from(`${USER}:${PASSWORD}`).toString("base64");
      ok(network.seen.length <= 1);
      for (const { line, authorization, headers } of network.seen) {
        deepEqual([line, authorization], ["CONNECT service.test:443", `Basic ${login}`]);
        ok(!headers.includes("authorization"));
      }
    }
  });

  it("sends the proxy's password to no service", async () => {
    await ask(trusting({ HTTPS_PROXY: network.proxy }));
    deepEqual(
      service.seen.map(({ headers }) => [headers.authorization, headers["proxy-authorization"]]),
      [["token canary", undefined]],
    );
  });

  it("asks a service over http by HTTP_PROXY, and takes its 407 for no answer of the service", async () => {
    const url = "http://plain.test/path";
    const answer = await createHttp({ env: { HTTP_PROXY: network.proxy } })({ method: "GET", url });
    deepEqual([answer.text, network.seen[0]?.line], ["by the proxy", "GET http://plain.test/path"]);
    const told = await problem({ http_proxy: `http://${network.proxyHost}` }, {}, url);
    deepEqual([told.code, told.subject], ["proxy-login-refused", "http_proxy"]);
  });

  it("asks this machine directly, whatever is set", async () => {
    const env = { HTTP_PROXY: "http://nowhere.test:1", HTTPS_PROXY: "http://nowhere.test:1" };
    equal((await ask(env, {}, service.url)).status, 200);
    const url = `https://localhost:${network.portOf("service.test")}/`;
    equal((await ask(trusting(env), {}, url)).status, 200);
  });

  it("goes past the proxy where NO_PROXY says so", async () => {
    const told = await problem({ HTTPS_PROXY: network.proxy, NO_PROXY: ".test" });
    deepEqual([told.code, network.seen], ["no-answer", []]);
    match(told.cause, /ENOTFOUND|EAI_AGAIN/);
    equal(told.remedy, "check the address and the network (behind a proxy, set HTTPS_PROXY), then run again");
  });

  it("names the variable whose login the proxy refuses, at once and without it", async () => {
    const env = { https_proxy: `http://ada:wrong-canary@${network.proxyHost}` };
    deepEqual(await problem(env), {
      code: "proxy-login-refused",
      subject: "https_proxy",
      cause: `the proxy ${network.proxyHost} refuses the user name or the password in it (407)`,
      remedy: `set https_proxy to http://USER:PASSWORD@${network.proxyHost}, with special characters percent-encoded (@ is %40)`,
      isOutage: false,
    });
    equal(network.seen.length, 1);
    match((await problem({ HTTPS_PROXY: `http://${network.proxyHost}` })).cause, /asks for a user name/);
  });

  it("takes no refusal of the proxy for the service's", async () => {
    for (const [status, code, isOutage] of [
      [403, "proxy-refused", false],
      [404, "proxy-refused", false],
      [502, "no-answer", true],
      [503, "no-answer", true],
    ] as const) {
      network.refusal = status;
      const told = await problem({ HTTPS_PROXY: network.proxy });
      deepEqual([told.code, told.isOutage], [code, isOutage]);
      match(`${told.cause} ${told.remedy}`, new RegExp(`HTTPS_PROXY .*\\(${status}\\).* NO_PROXY`));
    }
  });

  it("names the variable of a proxy that is not there, or never answers", async () => {
    const told = await problem({ HTTPS_PROXY: "http://127.0.0.1:1" });
    equal(told.cause, "no answer from the proxy 127.0.0.1:1 of HTTPS_PROXY (ECONNREFUSED)");
    network.refusal = null;
    const late = await problem({ HTTPS_PROXY: network.proxy }, { timeoutMs: 100 });
    equal(late.code, "no-answer");
    match(late.cause, /in time/);
  });

  it("leaves no connection behind where the proxy never answers", async () => {
    const silent = await scriptServer(silence);
    try {
      network.refusal = null;
      await problem({ HTTPS_PROXY: network.proxy }, { timeoutMs: 100 });
      const open = process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;
      await new Promise((done) => setTimeout(done, 50));
      ok(process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length <= open);
    } finally {
      await silent.close();
    }
  });

  it("names NODE_EXTRA_CA_CERTS where an authority is not trusted, and says that another was given", async () => {
    const told = await problem({ HTTPS_PROXY: network.proxy });
    equal(told.code, "certificate-untrusted");
    ok(!told.isOutage);
    match(told.cause, /^the certificate of service\.test is not trusted \((UNABLE_TO|SELF_SIGNED)/);
    match(told.remedy, /in NODE_EXTRA_CA_CERTS before the start$/);
    const file = `${network.authority}.none`;
    match(
      (await problem({ HTTPS_PROXY: network.proxy, SSL_CERT_FILE: file })).remedy,
      /SSL_CERT_FILE is set, but/,
    );
    writeFileSync(file, "no certificate");
    match(
      (await problem({ HTTPS_PROXY: network.proxy, SSL_CERT_FILE: file })).remedy,
      /SSL_CERT_FILE is set, but/,
    );
  });

  it("is given the environment wherever the program makes one", () => {
    const src = join(__dirname, "..", "..", "src");
    const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((each) =>
      each.endsWith(".ts"),
    );
    const made = files.flatMap(
      (each) => readFileSync(join(src, each), "utf8").match(/(?<!function )createHttp\([^)]*\)/g) ?? [],
    );
    ok(made.length >= 5);
    deepEqual(
      made.filter((each) => !/\benv\b/.test(each)),
      [],
    );
  });

  it("trusts no certificate of another name", async () => {
    const url = `https://127.0.0.1:${network.portOf("service.test")}/`;
    const told = await problem(trusting({}), {}, url);
    equal(told.remedy, "use the host name that the certificate is for");
  });
});
