import { match } from "node:assert/strict";
import { RULES } from "../../policies/list";
import { TYPES } from "../../policies/resource-types";
import { checksOf } from "./check-rule";
import { runPack, secret, UNKNOWN } from "./run-pack";
import { deployment, variable, webhook } from "./told-settings";
import { tag } from "./told-stack";

describe("public-texts-hold-no-secrets", () => {
  const { passes, refuses, cannotKnow } = checksOf("public-texts-hold-no-secrets");
  const ofOrganization = { ...variable("API_KEY", "hunter2"), type: TYPES.organizationVariable };

  it("lets pass plain settings, switches, references to a place and empty texts", async () => {
    await passes([variable("AWS_REGION", "eu"), variable("API_TOKEN", "true"), variable("DB_PASSWORD", "")]);
    await passes([variable("DEPLOY_KEY_ARN", "arn:aws:kms:eu:1:key/1"), tag()]);
  });

  it("refuses a value by its variable's name, by its look and by its mark", async () => {
    await refuses(
      [
        variable("DB_PASSWORD", "hunter2"),
        variable("A", "redis://:hunter2@cache"),
        variable("A", secret("x")),
      ],
      [
        /value is shown in plain text/,
        /value shows a password in an address/,
        /value is marked secret, and the/,
      ],
    );
  });

  it("lets pass a variable without a value, and what the config names", async () => {
    await passes([variable("DB_PASSWORD", undefined), variable(undefined, "hunter2")]);
    await refuses([ofOrganization], [/is shown in plain text/]);
    await passes([ofOrganization], { allowed: ["variable"] });
  });

  it("says when a preview does not know the value", async () => {
    await cannotKnow([variable("DB_PASSWORD", UNKNOWN)], "value");
  });
});

describe("deployment-variables-are-secret", () => {
  const { passes, refuses, cannotKnow } = checksOf("deployment-variables-are-secret");

  it("lets pass marked secrets, plain settings, and what the service gives back encrypted", async () => {
    await passes([deployment({ SHOP: secret("hunter2"), NODE_ENV: "production", CI: "true" })]);
    await passes([deployment(secret({ SHOP: "hunter2" })), deployment({ SHOP: { ciphertext: "AAAA" } })]);
  });

  it("refuses a variable in plain text, whatever its name, unless the config names it", async () => {
    const shop = deployment({ SHOP: "hunter2", DB_PASSWORD: "x" });
    await refuses([shop], [/environmentVariables\.DB_PASSWORD is not/, /environmentVariables\.SHOP is not/]);
    await refuses([shop], [/DB_PASSWORD is not/], { plain: ["SHOP"] });
  });

  it("refuses a setting's name with a credential in its value, and a command with one", async () => {
    await refuses(
      [
        deployment(
          { CACHE_URL: "redis://:hunter2@cache" },
          { preRunCommands: ["npm ci", "export TOKEN=hunter2"] },
        ),
      ],
      [/CACHE_URL is not marked secret/, /preRunCommands\[1\] has a literal under a secret's name/],
    );
  });

  it("lets pass settings without a context or variables, and says when a preview does not know them", async () => {
    await passes([deployment(undefined), { ...deployment(undefined), inputs: {} }]);
    await cannotKnow([deployment(UNKNOWN)], "operationContext.environmentVariables");
  });

  it("says that it cannot work when the config stopped the policy it learns from", async () => {
    const alone = RULES.filter(({ name }) => name === "deployment-variables-are-secret");
    const unseen = { ...deployment({ SHOP: "hunter2" }), name: "unseen" };
    const [first] = await runPack(alone, [unseen]);
    match(first?.message ?? "", /secret-marks did not run/);
  });
});

describe("addresses-are-https", () => {
  const { passes, refuses, cannotKnow } = checksOf("addresses-are-https");
  const github = (configuration: unknown) => ({
    type: TYPES.githubWebhook,
    name: "hook",
    inputs: configuration === undefined ? {} : { configuration },
  });
  const provider = (apiUrl: unknown) => ({
    type: TYPES.pulumiProvider,
    name: "pulumi",
    inputs: apiUrl === undefined ? {} : { apiUrl },
  });

  it("lets pass https, a stack in the format for deployments, and this machine", async () => {
    await passes([webhook("https://hooks.example.org"), webhook("a/b", { format: "pulumi_deployments" })]);
    await passes([
      provider("http://localhost:4100"),
      provider("http://[::1]:80/"),
      webhook("http://127.0.0.1:1"),
    ]);
  });

  it("refuses http in any spelling, what is not an address, and a host that only begins like this machine", async () => {
    for (const address of ["http://a.example.org", " HTTP://A.example.org", "a.example.org", "a/b"])
      await refuses([webhook(address)], [/payloadUrl is an address without TLS/]);
    for (const host of ["localhost.example.org", "127.0.0.1.example.org", "localhost@example.org"])
      await refuses([webhook(`http://${host}`), provider(`http://${host}`)], [/payloadUrl is/, /apiUrl is/]);
  });

  it("refuses a certificate that is not checked", async () => {
    await passes([github({ url: "https://a.example.org", insecureSsl: false })]);
    await refuses([github({ url: "https://a.example.org", insecureSsl: true })], [/certificate unchecked/]);
  });

  it("refuses a webhook without an address, and lets pass a provider without one", async () => {
    await refuses(
      [webhook(undefined), github(undefined)],
      [/payloadUrl is not declared/, /configuration\.url is not/],
    );
    await passes([provider(undefined)]);
  });

  it("says when a preview does not know an address", async () => {
    await cannotKnow([webhook(UNKNOWN)], "payloadUrl");
    await cannotKnow([github({ url: UNKNOWN })], "configuration.url");
    await cannotKnow([provider(UNKNOWN)], "apiUrl");
  });
});
