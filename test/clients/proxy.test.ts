import { deepEqual, doesNotMatch, equal, match, throws } from "node:assert/strict";
import { inspect } from "node:util";
import fc from "fast-check";
import { proxyFor, type Variables } from "../../src/clients/proxy";
import type { RemedyError } from "../../src/errors";

const proxied = (url: string, env: Variables) => proxyFor(new URL(url), env);

describe("the proxy for a request", () => {
  it("is the one of its scheme, in upper or lower case, and upper case wins", () => {
    const env = { HTTPS_PROXY: "http://upper:1", https_proxy: "http://lower:2", http_proxy: "plain:3" };
    const found = proxied("https://api.github.com", env);
    deepEqual([found?.url.href, found?.variable], ["http://upper:1/", "HTTPS_PROXY"]);
    equal(proxied("https://api.github.com", { ...env, HTTPS_PROXY: " " })?.variable, "https_proxy");
    equal(proxied("http://hook.example", env)?.url.href, "http://plain:3/");
    equal(proxied("https://api.github.com", {}), undefined);
  });

  it("is none for this machine", () => {
    for (const host of ["localhost", "127.0.0.1", "127.9.9.9", "[::1]"])
      equal(proxied(`https://${host}:8443`, { HTTPS_PROXY: "http://proxy:1" }), undefined, host);
  });

  it("gives a user name and password as they are, whatever they have", () => {
    const text = fc.string({ unit: "binary", minLength: 1 }).filter((each) => !each.includes(":"));
    fc.assert(
      fc.property(text, fc.string({ unit: "binary" }), (user, password) => {
        const address = `http://${encodeURIComponent(user)}:${encodeURIComponent(password)}@proxy:3128`;
        const found = proxied("https://a.example", { HTTPS_PROXY: address });
        const login = Buffer.from(`${user}:${password}`).toString("base64");
        equal(found?.authorization?.unwrap(), `Basic ${login}`);
        doesNotMatch(inspect(found, { depth: 9 }), /Basic/);
        equal(found?.url.href, "http://proxy:3128/");
      }),
    );
  });

  it("is refused when it is none, by its variable's name and without its text", () => {
    for (const text of [
      "socks5://ada:canary@proxy:1080",
      "http://ada:canary/x@proxy:1",
      "http://ada:canary#x@proxy:1",
      "http://ada:canary?x@proxy:1",
      "http://ada:%canary@proxy:1",
      "http://ada:ca nary@proxy:1",
      "http://",
      "http://proxy:99999",
    ])
      throws(
        () => proxied("https://a.example", { https_proxy: text }),
        ({ problem, stack }: RemedyError) => {
          deepEqual([problem.code, problem.subject], ["address-invalid", "https_proxy"], text);
          match(problem.remedy, /^set it to http:\/\/HOST:PORT/);
          doesNotMatch(`${JSON.stringify(problem)}${stack}`, /canary/);
          return true;
        },
      );
  });

  // The Python loader has the same table: test/loaders/python/test_network.py.
  const cases: readonly (readonly [url: string, list: string, isDirect: boolean])[] = [
    ["https://api.pulumi.com", "", false],
    ["https://api.pulumi.com", ",, ,", false],
    ["https://api.pulumi.com", "api.pulumi.com", true],
    ["https://api.pulumi.com", "pulumi.com", true],
    ["https://api.pulumi.com", ".pulumi.com", true],
    ["https://pulumi.com", ".pulumi.com", true],
    ["https://api.pulumi.com", "*.pulumi.com", true],
    ["https://api.pulumi.com", "other.com, PULUMI.com", true],
    ["https://api.pulumi.com", "other.com pulumi.com", true],
    ["https://api.pulumi.com", "pulumi.com.", true],
    ["https://api.pulumi.com.", "pulumi.com", true],
    ["https://api.notpulumi.com", "pulumi.com", false],
    ["https://api.pulumi.com", "i.com", false],
    ["https://api.pulumi.com", "pulumi.com:8443", false],
    ["https://api.pulumi.com", "pulumi.com:443", true],
    ["https://api.pulumi.com:8443", "pulumi.com:8443", true],
    ["https://api.pulumi.com", "*", true],
    ["https://api.pulumi.com", "a.example,*", true],
    ["https://10.1.2.3", "10.0.0.0/8", true],
    ["https://11.1.2.3", "10.0.0.0/8", false],
    ["https://10.1.2.3", "10.1.2.3", true],
    ["https://10.1.2.3", "10.1.2.3:443", true],
    ["https://10.1.2.3", "1.2.3", false],
    ["https://10.1.2.3", "10.0.0.0/99", false],
    ["https://api.pulumi.com", "10.0.0.0/8", false],
    ["https://[2001:db8::7]", "2001:db8::7", true],
    ["https://[2001:db8::7]", "2001:0db8:0:0::7", true],
    ["https://[2001:db8::7]", "[2001:db8::7]", true],
    ["https://[2001:db8::7]", "[2001:db8::7]:443", true],
    ["https://[2001:db8::7]", "[2001:db8::7]:8443", false],
    ["https://[2001:db8::7]", "2001:db8::/32", true],
    ["https://[2001:db9::7]", "2001:db8::/32", false],
    ["https://[2001:db8::7]", "10.0.0.0/8", false],
  ];
  for (const [url, list, isDirect] of cases)
    it(`is ${isDirect ? "none" : "asked"} for ${url} with NO_PROXY=${list}`, () => {
      for (const name of ["NO_PROXY", "no_proxy"])
        equal(proxied(url, { HTTPS_PROXY: "proxy:1", [name]: list }) === undefined, isDirect);
    });
});
