import { deepEqual, equal } from "node:assert/strict";
import { createHttp } from "../../src/clients/http";
import { withKnownOrganization } from "../../src/clients/known-organization";
import { NotFoundError } from "../../src/clients/pulumi-call";
import { createPulumiCloud } from "../../src/clients/pulumi-cloud";
import { EndingError } from "../../src/errors";
import { Secret } from "../../src/secret";
import { type CloudFixture, ORG, startCloud, TOKENS } from "../pulumi-cloud/cloud-fixture";

describe("an organization that the config names", () => {
  let cloud: CloudFixture;
  before(async () => {
    cloud = await startCloud();
    await cloud.environment("shop/keys", "values: {}\n");
  });
  after(() => cloud.close());

  const clientOf = (organization: string, token: string) => {
    const at = { url: cloud.url, organization, token: new Secret(token) };
    return createPulumiCloud({ ...at, http: withKnownOrganization(createHttp({ tries: 1 }), at) });
  };
  const thrown = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    );
  const asked = async () => {
    const answer = await fetch(`${cloud.url}/_sandbox/requests`, { method: "DELETE" });
    return ((await answer.json()) as string[]).filter((request) => !request.includes("/esc/"));
  };

  it("ends the command with the nearest one where the token does not see it", async () => {
    const error = await thrown(clientOf("payraedy", TOKENS.admin).read("shop/keys"));
    equal(error instanceof EndingError, true, String(error));
    deepEqual((error as EndingError).problem, {
      code: "pulumi-organization-unknown",
      subject: "config pulumiOrganization",
      cause:
        "names payraedy, which Pulumi Cloud does not show to this token; the token's organizations are payready",
      remedy: "for every stack: pulumi config set pulumiOrganization payready",
    });
  });

  it("is found by its remedy (pulumi-organization-unknown)", async () => {
    const error = (await thrown(clientOf("payraedy", TOKENS.admin).read("shop/keys"))) as EndingError;
    const name = error.problem.remedy.split(" ").at(-1) ?? "";
    equal((await clientOf(name, TOKENS.admin).read("shop/keys")).text, "values: {}\n");
  });

  it("is no question where it is shown and only an environment is missing, and is asked for once", async () => {
    const client = clientOf(ORG, TOKENS.dev);
    await asked();
    for (const path of ["shop/none", "shop/keys"])
      equal((await thrown(client.read(path))) instanceof NotFoundError, true, path);
    deepEqual(await asked(), [`GET /api/orgs/${ORG}/metadata`]);
  });

  it("is not asked for while nothing is refused", async () => {
    await asked();
    await clientOf(ORG, TOKENS.admin).read("shop/keys");
    deepEqual(await asked(), []);
  });

  it("leaves a token that is unknown to the request that tells it", async () => {
    const error = await thrown(clientOf("payraedy", "pul-unknown").read("shop/keys"));
    equal((error as { problem?: { code: string } }).problem?.code, "pulumi-token-invalid");
  });
});
