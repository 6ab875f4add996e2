import { equal, match } from "node:assert/strict";
import { RULES } from "../../policies/list";
import { checksOf } from "./check-rule";
import { runPack, secret, UNKNOWN } from "./run-pack";
import { docker, environment, file, organizationSecret, PLACEHOLDER, stack, workflow } from "./told-stack";

/** Made up, and put together here so that no scanner takes this file for a leak. */
const GITHUB_TOKEN = `ghp_${"a1B2c3D4e5F6".repeat(3)}`;
const RANDOM = ["q7Xz2LmP9s", "Vb4TgR8wKd"].join("");

/** What marks a value on the wire as something else than an object. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
/** Ciphertext as ESC gives it, of nothing. */
const ENVELOPE = Buffer.from("escx\0\0\0\u0001and some bytes").toString("base64");

describe("no-plaintext-secrets", () => {
  const { passes, refuses } = checksOf("no-plaintext-secrets");
  const any = (inputs: Record<string, unknown>) => ({ type: "aws:index:Thing", name: "thing", inputs });

  it("lets pass what is marked secret, wherever the mark stands", async () => {
    await passes([
      any({
        password: secret("x"),
        accounts: secret([{ token: "x" }]),
        nested: [{ apiKey: secret(GITHUB_TOKEN) }],
      }),
      organizationSecret(),
      organizationSecret({ inputs: { value: PLACEHOLDER } }),
    ]);
  });

  it("refuses a property with a secret's name, at any depth", async () => {
    const inputs = { dbPassword: "x", accounts: [{ api_key: "x" }], tokens: { "client-secret": ["x"] } };
    await refuses(
      [any(inputs)],
      [/accounts\[0\]\.api_key is not/, /dbPassword is not/, /tokens\.client-secret\[0\] is/],
    );
  });

  it("refuses a published token format under any name", async () => {
    const inputs = { note: `use ${GITHUB_TOKEN}`, url: "postgres://shop:hunter2@db.internal/shop" };
    await refuses([any(inputs)], [/note holds a GitHub token/, /url holds a password in an address/]);
  });

  it("refuses a value of a GitHub secret that is not a placeholder", async () => {
    await refuses([organizationSecret({ inputs: { value: "hunter2" } })], [/value is not marked secret/]);
  });

  it("takes neither a name of a secret nor an empty text for one", async () => {
    await passes([
      any({ secretName: "A", tokenType: "team", password: "", keyId: "1", enabled: true, n: null }),
    ]);
  });

  it("passes over what a preview does not know, and over missing inputs", async () => {
    await passes([any({ password: UNKNOWN, nested: { token: UNKNOWN } }), any({})]);
  });

  it("says once per stack that it cannot work when the config stopped the policy it learns from", async () => {
    const alone = RULES.filter(({ name }) => name === "no-plaintext-secrets");
    // Resources of no other run of this process: their marks are not known.
    const unseen = { type: "aws:index:Thing", name: "unseen", inputs: { password: "x" } };
    const reported = await runPack(alone, [{ ...stack(), name: "unseen" }, unseen]);
    equal(reported.length, 1);
    match(reported[0]?.message ?? "", /secret-marks did not run; give it the enforcementLevel remediate/);
  });
});

describe("esc-texts-without-plaintext", () => {
  const { passes, refuses, cannotKnow } = checksOf("esc-texts-without-plaintext");
  const text = (yaml: unknown) => environment({ inputs: { yaml } });

  it("lets pass references, ciphertext, plain settings and imports", async () => {
    const yaml = `imports: [a/b]\nvalues:
  a: { fn::secret: { ciphertext: ${ENVELOPE} } }
  password: { fn::join: ["", ["pre-", "\${a}"]] }
  token: { fn::fromBase64: "\${a}" }
  environmentVariables: { API_TOKEN: "\${a}", REGION: eu }\n`;
    await passes([text(secret(yaml)), text("values: {}")]);
  });

  it("refuses a literal fn::secret, marked secret or not, in any spelling", async () => {
    const yaml = "values: {a: {fn::secret: x}, b: [{'Fn::Secret': x}]}";
    await refuses(
      [text(secret(yaml))],
      [/at values\.a\.fn::secret an fn::secret/, /at values\.b\[0\]\.Fn::Secret an/],
    );
  });

  it("refuses a literal under a secret's name and a token under any", async () => {
    await refuses(
      [text(`values: {db_password: hunter2, note: ${GITHUB_TOKEN}}`)],
      [/values\.db_password a literal/, /values\.note a GitHub token/],
    );
  });

  it("refuses an fn::secret that holds something else than ciphertext of ESC's", async () => {
    const yaml = "values: {a: {fn::secret: {ciphertext: hunter2hunter2}}, b: {fn::secret: {c: [x]}}}";
    await refuses(
      [text(secret(yaml))],
      [
        /a\.fn::secret\.ciphertext a ciphertext that ESC did not make/,
        /b\.fn::secret\.c\[0\] an fn::secret in plain text/,
      ],
    );
  });

  it("lets pass what stands where ESC has rotated nothing yet, by the config", async () => {
    const fresh = text("values: {managingUser: {password: {fn::secret: __NOT_ROTATED_YET__ (placeholder)}}}");
    await passes([fresh]);
    await refuses([fresh], [/an fn::secret in plain text/], { placeholder: "TODO" });
  });

  it("refuses literals behind a function or in a list under a secret's name", async () => {
    const decoded = Buffer.from(GITHUB_TOKEN).toString("base64");
    const yaml = `values:
  apiKey: { fn::fromBase64: aHVudGVyMg== }
  api_key: { fn::join: ["", [hunter2]] }
  password: [hunter2, "\${a}"]
  note: { fn::fromBase64: ${decoded} }\n`;
    await refuses(
      [text(yaml)],
      [
        /apiKey\.fn::fromBase64 a literal/,
        /api_key\.fn::join\[1\]\[0\] a literal/,
        /password\[0\] a literal/,
        /note\.fn::fromBase64 a GitHub token/,
      ],
    );
  });

  it("refuses a file's text, which no pack is shown", async () => {
    const asset = { [SIGNATURE]: "c44067f5952c0a294b673a41bacd8c17", path: "production.yaml" };
    await refuses([text(asset)], [/an asset whose text cannot be read here/]);
  });

  it("says nothing of a text on the screen, whatever its YAML looks like", async () => {
    const warned: string[] = [];
    const listen = ({ message }: Error) => void warned.push(message);
    process.on("warning", listen);
    await passes([text("values: !own hunter2")]);
    await new Promise((done) => setImmediate(done));
    process.off("warning", listen);
    equal(warned.filter((each) => each.includes("hunter2")).length, 0);
  });

  it("refuses a text that cannot be read", async () => {
    await refuses([text("values: {a: [")], [/cannot be read as YAML/]);
  });

  it("lets pass an environment without a text, and says when a preview does not know it", async () => {
    await passes([text(undefined)]);
    await cannotKnow([text(UNKNOWN)], "yaml");
  });
});

describe("repository-files-hold-no-secrets", () => {
  const { passes, refuses, cannotKnow } = checksOf("repository-files-hold-no-secrets");
  const content = (text: unknown) => file({ inputs: { content: text } });

  it("lets pass a workflow, and code that speaks of tokens", async () => {
    await passes([
      file(),
      content(
        'const token = await read("a-token-of-the-job"); const secretName = "SOME_LONG_SECRET_NAME_1";',
      ),
      content("curl https://x-access-token:$TOKEN@github.com"),
      content("-----BEGIN PRIVATE KEY----- begins one"),
    ]);
  });

  it("refuses a token, a private key and an address with a password, marked secret or not", async () => {
    const key = `-----BEGIN RSA ${"PRIVATE KEY"}-----\n${"MIIEow".repeat(5)}\n`;
    const reported = [GITHUB_TOKEN, key, "redis://shop:hunter2@cache"].map((text) =>
      content(secret(`a: ${text}`)),
    );
    await refuses(reported, [/a GitHub token/, /a private key/, /a password in an address/]);
  });

  it("refuses a random literal under a secret's name, in code and in YAML", async () => {
    await refuses(
      [content(`const apiKey = "${RANDOM}";`), content(`db_password: '${RANDOM}'`)],
      [/gives a literal/, /gives a literal/],
    );
  });

  it("looks at workflows as well", async () => {
    await refuses([workflow("node sync.cjs", `TOKEN=${GITHUB_TOKEN} node sync.cjs`)], [/a GitHub token/]);
  });

  it("lets pass a file without content, and says when a preview does not know it", async () => {
    await passes([content(undefined)]);
    await cannotKnow([content(UNKNOWN)], "content");
  });
});

describe("docker-credentials-are-secret", () => {
  const { passes, refuses, cannotKnow } = checksOf("docker-credentials-are-secret");
  const account = [{ address: "docker.io", username: "shop", password: "hunter2" }];
  const image = (registry: unknown) => ({
    type: "docker:index/image:Image",
    name: "app",
    inputs: { registry },
  });

  it("lets pass secrets, public registries and empty passwords", async () => {
    await passes([
      docker(secret(JSON.stringify(account))),
      docker("[]"),
      docker(JSON.stringify([{ username: "shop", password: "" }])),
      image({ server: "docker.io", password: secret("hunter2") }),
    ]);
  });

  it("refuses a password in plain text, of the provider and of an image", async () => {
    await refuses(
      [docker(JSON.stringify(account)), image(account[0])],
      [/registryAuth\[0\]\.password is not marked/, /registry\.password is not marked/],
    );
  });

  it("lets pass a provider without accounts, and says when a preview does not know them", async () => {
    await passes([docker(null), { type: "pulumi:providers:docker", name: "registry", inputs: {} }]);
    await cannotKnow([docker(UNKNOWN)], "registryAuth");
  });
});
