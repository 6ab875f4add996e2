// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the references of ESC and of shells look like templates
import { TYPES } from "../../../policies/resource-types";
import { secret, type Told } from "../run-pack";
import { deployment, variable, webhook } from "../told-settings";
import { docker, environment, file, organizationSecret, tag } from "../told-stack";
import type { Kind } from "./kind";

/** Made up, and put together here so that no scanner takes this file for a leak. */
const ADDRESS = ["postgres://shop:", "@db/shop"].join("hunter2");
const GITHUB_TOKEN = `ghp_${"a1B2c3D4e5F6".repeat(3)}`;
const any = (inputs: Record<string, unknown>): Told => ({ type: "aws:index:Thing", name: "thing", inputs });
const text = (yaml: string): Told => environment({ inputs: { yaml: secret(yaml) } });
const committed = (path: string, content: string): Told => file({ inputs: { file: path, content } });
const of = (type: string, inputs: Record<string, unknown>): Told => ({ type, name: "thing", inputs });

export const VALUES: readonly Kind[] = [
  {
    name: "an input with a secret's name that is not marked secret",
    rule: "no-plaintext-secrets",
    examples: [
      any({ dbPassword: "hunter2" }),
      any({ dsn: "https://abc@sentry.example.org/2" }),
      any({ encryption_key: "hunter2" }),
      any({ connectionString: "Server=db;Pwd=hunter2" }),
      any({ slackWebhookUrl: "https://hooks.example.org/1" }),
      any({ API_KEY_V2: "hunter2" }),
      any({ secretString: "hunter2" }),
      any({ password: 12345678 }),
      any({ basicAuth: "shop:hunter2" }),
      any({ headers: { Authorization: "Bearer hunter2abc" } }),
    ],
    cause: /is not marked secret/,
  },
  {
    name: "an input whose name stands beside it",
    rule: "no-plaintext-secrets",
    examples: [
      any({ environment: [{ name: "DB_PASSWORD", value: "hunter2" }] }),
      any({ env: { API_KEY: { plaintext: "hunter2" } } }),
      any({ settings: [{ key: "session-secret", value: "hunter2" }] }),
    ],
    cause: /is not marked secret/,
  },
  {
    name: "a token of a published format, or an address with a password, under any name",
    rule: "no-plaintext-secrets",
    examples: [
      any({ note: `use ${GITHUB_TOKEN}` }),
      any({ url: "redis://:hunter2@cache" }),
      any({ url: "postgres://shop:hunter2${SUFFIX}@db/shop" }),
    ],
    cause: /holds a /,
  },
  {
    name: "a script, a file or JSON in an input that gives a literal to a secret's name",
    rule: "no-plaintext-secrets",
    examples: [
      any({ userData: "#!/bin/sh\nexport DB_PASSWORD=hunter2\n" }),
      any({ definitions: '[{"password":"hunter2"}]' }),
      any({ envs: ["DB_PASSWORD=hunter2"] }),
      any({ command: "mysql --password=hunter2" }),
      any({ args: ["sh", "-c", "TOKEN=hunter2abc ./run"] }),
      any({ address: "https://api.example.org/v1?token=hunter2abc" }),
    ],
    cause: /gives a literal to a secret's name/,
  },
  {
    name: "a value of a secret of GitHub, of whatever kind, or of Kubernetes in plain text",
    rule: "no-plaintext-secrets",
    examples: [
      organizationSecret({ inputs: { value: "hunter2" } }),
      of("github:index/actionsSecret:ActionsSecret", { secretName: "A", value: "hunter2" }),
      of("github:index/dependabotSecret:DependabotSecret", { secretName: "A", plaintextValue: "hunter2" }),
      of("github:index/codespacesUserSecret:CodespacesUserSecret", { secretName: "A", plaintextValue: "x" }),
      of("kubernetes:core/v1:Secret", { metadata: { name: "db" }, stringData: { shop: "hunter2" } }),
    ],
    cause: /is not marked secret/,
  },
  {
    name: "a literal fn::secret in the text of an ESC environment",
    rule: "esc-texts-without-plaintext",
    examples: [
      text("values: {a: {fn::secret: hunter2}}"),
      text("values: {a: {fn::toBase64: {'Fn::Secret': hunter2}}}"),
      text("values: {a: {fn::fromJSON: {fn::secret: '{}x'}}}"),
      environment({
        type: TYPES.environmentByApi,
        inputs: { yaml: "values: {a: {fn::secret: hunter2}}" },
      }),
    ],
    cause: /an fn::secret in plain text/,
  },
  {
    name: "a literal under a secret's name in the text of an ESC environment",
    rule: "esc-texts-without-plaintext",
    examples: [
      text("values: {db_password: hunter2}"),
      text("values: {dsn: 'https://abc@sentry.example.org/2'}"),
      text("values: {app: {encryption_key: hunter2}}"),
      text("values: {environmentVariables: {CONN_STRING: 'Server=db;Pwd=hunter2'}}"),
      text("values: {pin_password: 12345678}"),
      text("values: {password: {fn::join: ['', [hunter, '2']]}}"),
      text("values: {webhook: 'https://hooks.example.org/1'}"),
      text("values: {credentials: {value: hunter2}}"),
      text("values: {env: [{name: DB_PASSWORD, value: hunter2}]}"),
    ],
    cause: /a literal under a secret's name/,
  },
  {
    name: "a literal with a reference in it, under a secret's name of an ESC environment",
    rule: "esc-texts-without-plaintext",
    examples: [
      text("values: {password: 'hunter2${x}'}"),
      text("values: {token: '${x}hunter2'}"),
      text("values: {password: {fn::join: ['', [hunter2, '${x}']]}}"),
      text("values: {password: {fn::concat: ['hunter2', '${x}']}}"),
      text("values: {dsn: 'Server=db;Pwd=hunter2${x}'}"),
    ],
    cause: /a literal beside a reference/,
  },
  {
    name: "a reference to a literal of the same ESC environment, under a secret's name",
    rule: "esc-texts-without-plaintext",
    examples: [
      text("values: {x: hunter2, password: '${x}'}"),
      text("values: {a: [{b: hunter2}], token: '${a[0].b}'}"),
    ],
    cause: /a reference to a literal/,
  },
  {
    name: "a token, an address with a password or a whole file with a secret in the text of an ESC environment",
    rule: "esc-texts-without-plaintext",
    examples: [
      text(`values: {note: ${GITHUB_TOKEN}}`),
      text(`values: {DATABASE_URL: '${ADDRESS}'}`),
      text("values: {DATABASE_URL: 'postgres://shop:hunter2${x}@db/shop'}"),
      text("values:\n  files:\n    .env: |\n      DB_PASSWORD=hunter2\n"),
      text('values: {a: {fn::fromJSON: \'{"password":"hunter2"}\'}}'),
    ],
    cause: /in plain text|inside a text/,
  },
  {
    name: "a secret in a committed file, in quotes or not",
    rule: "repository-files-hold-no-secrets",
    examples: [
      committed(".env", "DB_PASSWORD=hunter2\n"),
      committed("apps/shop/.env.production", 'export DB_PASSWORD="hunter2" # the old one\r\n'),
      committed(".env", "ENCRYPTION_KEY=hunter2hunter2"),
      committed("config.yaml", "db:\n  password: hunter2\n"),
      committed("deployment.yaml", "env:\n  - name: DB_PASSWORD\n    value: hunter2\n"),
      committed("docker-compose.yml", "environment:\n  - DB_PASSWORD=hunter2\n"),
      committed("Dockerfile", "FROM scratch\nENV DB_PASSWORD hunter2\n"),
      committed(".npmrc", "//registry.npmjs.org/:_authToken=hunter2\n"),
      committed(".netrc", "machine example.org login shop password hunter2\n"),
      committed("settings.xml", "<password>hunter2</password>"),
      committed("deploy.sh", "curl -u shop:hunter2 https://example.org\n"),
      committed("terraform.tfvars", 'db_password = "hunter2"\n'),
      committed("app.properties", "db.password=correct-horse\n"),
      committed(".env", "SECRET_KEY_BASE=0a1b2c3d4e5f\nLOG_LEVEL=debug\n"),
      committed(".env", "PRIVATE_KEY=abcdef\n"),
      committed("config.ini", "[db]\npassword = correct horse battery\n"),
      committed("start.sh", "docker run -e DB_PASSWORD=hunter2 shop\n"),
      committed("login.sh", "echo hunter2 | docker login -u shop --password-stdin\n"),
      committed("README.md", "| name | value |\n|---|---|\n| `DB_PASSWORD` | `hunter2` |\n"),
      committed("app.yml", "db: {user: shop, password: hunter2}\n"),
      committed("app.json", '{"password": 12345678}'),
      committed(".env", "\uFEFFDB_PASSWORD=hunter2\n"),
      committed("shop.py", "PASSWORD = 'hunter2'\n"),
      committed("shop.ts", 'const apiKey: string = "hunter2hunter2";\n'),
    ],
    cause: /content gives a literal to something with a secret's name/,
  },
  {
    name: "a secret beside a reference or as its default, in a committed file",
    rule: "repository-files-hold-no-secrets",
    examples: [
      committed(".env", "DB_PASSWORD=hunter2${SUFFIX}\n"),
      committed(".env", "DB_PASSWORD=${DB_PASSWORD:-hunter2}\n"),
      committed("ci.yml", "password: ${{ secrets.A || 'hunter2' }}\n"),
    ],
    cause: /content gives a literal/,
  },
  {
    name: "a secret in a variable of GitHub Actions",
    rule: "public-texts-hold-no-secrets",
    examples: [
      variable("DB_PASSWORD", "hunter2"),
      variable("SENTRY_DSN", "https://abc@sentry.example.org/2"),
      variable("DATABASE_URL", ADDRESS),
      variable("GREETING", GITHUB_TOKEN),
      variable("SETTINGS", secret("hunter2")),
      { ...variable("API_KEY", "hunter2"), type: TYPES.organizationVariable },
      { ...variable("API_KEY", "hunter2"), type: TYPES.environmentVariable },
    ],
    cause: /value (?:is|shows) /,
  },
  {
    name: "a secret in a tag, an issue, a pull request, a release or a description",
    rule: "public-texts-hold-no-secrets",
    examples: [
      tag({ inputs: { name: "api-token", value: "hunter2" } }),
      of(TYPES.stackTag, { name: "db_password", value: secret("hunter2") }),
      of(TYPES.stackTags, { tags: { "deploy-key": "hunter2" } }),
      of(TYPES.issue, { title: "Log in", body: secret(`with ${GITHUB_TOKEN}`) }),
      of(TYPES.pullRequest, { body: "password: hunter2" }),
      of(TYPES.release, { body: `token ${GITHUB_TOKEN}` }),
    ],
    cause: /is shown in plain text|shows a/,
  },
  {
    name: "a variable of deployment settings in plain text",
    rule: "deployment-variables-are-secret",
    examples: [
      deployment({ DB_PASSWORD: "hunter2" }),
      deployment({ SHOP: "hunter2" }),
      deployment({ DATABASE_URL: ADDRESS }),
      deployment({ SENTRY_DSN: { plaintext: "https://abc@sentry.example.org/2" } }),
      { ...deployment({ SHOP: { plaintext: "hunter2" } }), type: TYPES.deploymentSettingsByApi },
      of(TYPES.scheduledDeployment, {
        request: { operationContext: { environmentVariables: { SHOP: "hunter2" } } },
      }),
    ],
    cause: /environmentVariables\.\w+(?:\.plaintext)? is not marked secret/,
  },
  {
    name: "a secret in a command that deployment settings run first",
    rule: "deployment-variables-are-secret",
    examples: [
      deployment({}, { preRunCommands: ["export DB_PASSWORD=hunter2"] }),
      deployment({}, { preRunCommands: [secret(`gh auth login --with-token ${GITHUB_TOKEN}`)] }),
    ],
    cause: /preRunCommands\[0\] has a /,
  },
  {
    name: "a password of a container registry in plain text",
    rule: "docker-credentials-are-secret",
    examples: [
      docker('[{"username":"shop","password":"hunter2"}]'),
      of("docker:index/image:Image", { registry: { password: "hunter2" } }),
      of("docker-build:index:Image", { registries: [{ password: "hunter2" }] }),
    ],
    cause: /password is not marked secret/,
  },
  {
    name: "a webhook by http, or with the certificate unchecked",
    rule: "addresses-are-https",
    examples: [
      webhook("http://hooks.example.org/shop"),
      webhook(secret("HTTP://hooks.example.org/shop")),
      webhook("hooks.example.org/shop"),
      { ...webhook("http://hooks.example.org"), type: TYPES.organizationWebhook },
      { ...webhook("http://hooks.example.org"), type: TYPES.stackWebhook },
      { ...webhook("http://hooks.example.org"), type: TYPES.environmentWebhook },
      of(TYPES.githubWebhook, { configuration: { url: "http://hooks.example.org" } }),
      of(TYPES.githubRepositoryWebhook, {
        configuration: { url: "https://a.example.org", insecureSsl: true },
      }),
    ],
    cause: /without TLS|certificate unchecked/,
  },
  {
    name: "a provider, an issuer or a source of code by http",
    rule: "addresses-are-https",
    examples: [
      of(TYPES.pulumiProvider, { apiUrl: "http://pulumi.example.org" }),
      of(TYPES.githubProvider, { baseUrl: "http://github.example.org/" }),
      of(TYPES.issuer, { url: "http://gitlab.example.org" }),
      of(TYPES.templateSource, { sourceURL: "http://git.example.org/templates" }),
      of(TYPES.deploymentSettings, { sourceContext: { git: { repoUrl: "http://git.example.org/shop" } } }),
    ],
    cause: /without TLS/,
  },
];
