import { doesNotMatch, equal, match, throws } from "node:assert/strict";
import { unfitAddress } from "../../src/addresses";
import { gitHubAddress } from "../../src/clients/github-call";
import { pulumiAddress } from "../../src/clients/pulumi-login";

const CLOUD = "https://api.pulumi.com";
const A = "https://a.example";
const B = "https://b.example";

/** Addresses to which no token goes, and why. */
const UNFIT: readonly (readonly [text: string, cause: RegExp])[] = [
  ["http://api.pulumi.com", /must be https/],
  ["HTTP://api.pulumi.com", /must be https/],
  ["http://127.0.0.1.evil.example", /must be https/],
  ["http://localhost.evil.example", /must be https/],
  ["http://127.0.0.1@canary.example", /user name/],
  ["https://user:canary@a.example", /user name/],
  ["https://canary@a.example", /user name/],
  ["https://a.example?canary=1", /query/],
  ["https://a.example/?", /query/],
  ["https://a.example/#canary", /query/],
];

describe("an address that a token is sent to", () => {
  it("is https, or this machine's own, in every way to write that", () => {
    for (const host of ["127.0.0.1", "127.1.2.3:80", "127.1", "0x7f000001", "localhost:8080", "[::1]:1"])
      equal(unfitAddress(`http://${host}/`), undefined, host);
    for (const host of ["api.pulumi.com", "10.0.0.1", "0.0.0.0", "[::]", "[fe80::1]", "128.0.0.1"])
      match(unfitAddress(`http://${host}`) ?? "", /must be https/, host);
    for (const text of ["", "api.pulumi.com", "file:///state", "ftp://a.example", "https://a\n.example"])
      equal(unfitAddress(text), "must be an http(s) address", text);
  });

  it("is refused with the name that people know it by, and never quoted", () => {
    for (const [text, cause] of UNFIT) {
      for (const [name, address] of [
        ["config pulumiApiUrl", () => pulumiAddress(text, {})],
        ["PULUMI_BACKEND_URL", () => pulumiAddress(undefined, { PULUMI_BACKEND_URL: text })],
        ["config githubApiUrl", () => gitHubAddress(text, {})],
        ["GITHUB_BASE_URL", () => gitHubAddress(undefined, { GITHUB_BASE_URL: text })],
      ] as const)
        throws(address, (error: Error) => {
          match(error.message, new RegExp(`^${name}: `));
          match(error.message, cause, text);
          doesNotMatch(error.message, /canary/);
          return true;
        });
    }
  });
});

describe("the address of Pulumi Cloud", () => {
  it("is the config's, then an http backend's, then the public one; without a slash at the end", () => {
    equal(pulumiAddress(`${A}/`, { PULUMI_BACKEND_URL: B }), A);
    equal(pulumiAddress(undefined, { PULUMI_BACKEND_URL: `${B}/` }), B);
    equal(pulumiAddress(undefined, { PULUMI_BACKEND_URL: "file:///state" }), CLOUD);
    equal(pulumiAddress(undefined, {}), CLOUD);
  });
});

describe("the address of GitHub", () => {
  it("is the config's, then the environment's, then the public one, and may have a path", () => {
    equal(gitHubAddress(`${A}/api/v3`, { GITHUB_BASE_URL: B }), `${A}/api/v3`);
    equal(gitHubAddress(undefined, { GITHUB_BASE_URL: `${B}/` }), `${B}/`);
    equal(gitHubAddress(undefined, { GITHUB_BASE_URL: "" }), "https://api.github.com");
  });
});
