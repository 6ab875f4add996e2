// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the references of ESC, shells and Actions look like templates
import { deepEqual } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { POLICIES } from "../../policies/list";
import { TYPES } from "../../policies/resource-types";
import { script, started, steps } from "./kinds/workflows";
import { runPack, secret, type Told } from "./run-pack";
import { allow, deployment, role, roleOfTeam, variable, webhook } from "./told-settings";
import { CLAIMS, environment, file, issuer, settings, stack, stage, tag, WORKFLOW } from "./told-stack";

const any = (inputs: Record<string, unknown>): Told => ({ type: "aws:index:Thing", name: "thing", inputs });
const of = (type: string, inputs: Record<string, unknown>): Told => ({ type, name: "thing", inputs });
const committed = (path: string, content: string): Told => file({ inputs: { file: path, content } });
const around = (...told: Told[]) => [stack(), stage(), settings(), tag(), ...told];
const text = (yaml: string) => around(environment({ inputs: { yaml: secret(yaml) } }));
const { aud, repository, repository_id } = CLAIMS;
const ROOT = join(__dirname, "..", "..");
const SHA = /checkout@([0-9a-f]{40})/.exec(WORKFLOW)?.[1] ?? "";

/** What people do every day and the whole pack lets pass. */
const CASES: Readonly<Record<string, readonly Told[][]>> = {
  "inputs about secrets that are none": [
    [any({ secretName: "db", tokenType: "jwt", passwordPolicy: { minimumLength: 12 }, publicKey: "abc" })],
    [
      any({
        passwordSecret: "arn:aws:secretsmanager:eu-central-1:1:secret:db",
        apiKeyFile: "/run/secrets/key",
      }),
    ],
    [
      any({
        environment: [
          { name: "REGION", value: "eu" },
          { name: "DB_PASSWORD_FILE", value: "/run/secrets/db" },
        ],
      }),
    ],
    [any({ partitionKey: "id", cacheKey: "v1", encryptionKey: "arn:aws:kms:eu:1:key/1", token: "${TOKEN}" })],
    [
      any({
        description: "the password is rotated by ESC every 30 days",
        url: "https://api.example.org:443/a@b",
      }),
    ],
    [any({ sshKey: "ssh-ed25519 AAAAC3Nza ann@example.org", password: null, requireToken: true })],
  ],
  "texts of ESC environments that refer": [
    text("values: {password: '${db.password}', DATABASE_URL: 'postgres://${user}:${db.password}@db/shop'}"),
    text("values: {token: 'Bearer ${x}', dsn: 'Server=db;User=shop;Password=${x};Encrypt=true'}"),
    text("values: {password: {fn::join: ['', ['${a}', '-', '${b}']]}, api_key: {fn::toBase64: '${x}'}}"),
    text(
      "values: {url: {fn::join: ['', ['postgres://shop:', '${pw}', '@db/shop']]}, environmentVariables: {REGION: eu}}",
    ),
    text(
      "values: {login: {fn::open::aws-login: {oidc: {roleArn: 'arn:aws:iam::1:role/a', sessionName: s}}}}",
    ),
    text(
      "values: {retries: 3, token_url: 'https://id.example.org/token', secretName: db, passwordLength: 32}",
    ),
  ],
  "committed files that hold none": [
    [committed(".env.example", "DB_PASSWORD=changeme\nAPI_KEY=your_key_here\nTOKEN=\nSECRET=<secret>\n")],
    [committed(".env", "DB_PASSWORD=${DB_PASSWORD}\nTOKEN=$TOKEN\nLOG_LEVEL=debug\n")],
    [
      committed(
        "docker-compose.yml",
        "environment:\n  - POSTGRES_PASSWORD\n  - DB_PASSWORD=${DB_PASSWORD:?unset}\n",
      ),
    ],
    [committed("values.yaml", "secret: shop-tls\npassword: {{ .Values.password }}\ntoken: !vault x\n")],
    [
      committed(
        "deployment.yaml",
        "env:\n- name: DB_PASSWORD\n  valueFrom: {secretKeyRef: {name: db, key: password}}\n",
      ),
    ],
    [committed("main.tf", 'password = var.db_password\ntoken = data.vault.x["token"]\n')],
    [
      committed(
        "shop.ts",
        'const token = await read("x"); type A = { password: string }; f({ apiKey: env.KEY });\n',
      ),
    ],
    [committed("README.md", "Password: ask the platform team. Set `DB_PASSWORD` in GitHub.\n")],
    [committed("openapi.yaml", "password:\n  type: string\n  description: The password\n")],
    [committed("package.json", '{"dependencies":{"js-tokens":"^9.0.1","pg-connection-string":"^2.14.1"}}')],
    [committed(".npmrc", "//registry.npmjs.org/:_authToken=${NPM_TOKEN}\n")],
    [
      committed(
        "deploy.sh",
        'TOKEN=$(gh auth token)\ncurl -H "Authorization: Bearer $TOKEN" https://example.org\n',
      ),
    ],
  ],
  "variables, tags and issues": [
    [
      variable("AWS_REGION", "eu-central-1"),
      variable("DEPLOY", "on"),
      variable("APP_CLIENT_ID", "Iv1.8a61f9b3a7aba766"),
    ],
    [variable("TOKEN_URL", "https://id.example.org/token"), variable("DB_PASSWORD_ROTATION_DAYS", "30")],
    [of(TYPES.issue, { title: "Rotate the API key", body: "The token expires on Friday." })],
  ],
  "deployment settings with plain settings and marked secrets": [
    [deployment({ AWS_REGION: "eu-central-1", NODE_ENV: "production", LOG_LEVEL: "debug", RETRIES: "3" })],
    [deployment({ DB_PASSWORD: secret("hunter2"), SHOP: secret("x"), PULUMI_SKIP_UPDATE_CHECK: "true" })],
    [deployment({}, { preRunCommands: ["npm ci", "pulumi env run shop/dev -- ./check.sh"] })],
    [of(TYPES.deploymentSettings, { organization: "acme" })],
  ],
  "addresses by https, of a stack and of this machine": [
    [webhook("https://hooks.example.org/shop"), webhook("shop/production", { format: "pulumi_deployments" })],
    [of(TYPES.githubWebhook, { configuration: { url: "https://hooks.example.org", insecureSsl: false } })],
    [of(TYPES.pulumiProvider, { apiUrl: "http://127.0.0.1:4100" }), of(TYPES.githubProvider, {})],
  ],
  "rights that are the least": [
    [of(TYPES.member, { username: "ann", role: "member" }), of(TYPES.githubMember, { username: "ann" })],
    [of(TYPES.teamRepository, { permission: "push" }), of(TYPES.collaborator, { permission: "pull" })],
    [
      role(
        allow("team:read", "environment:read", "environment:list", "stack:write", "environment_tag:delete"),
      ),
    ],
    [role(allow("audit_logs:read")), roleOfTeam()],
    [
      role({
        __type: "PermissionDescriptorCondition",
        condition: {
          __type: "PermissionExpressionEqual",
          left: { __type: "PermissionExpressionEnvironment" },
          right: { __type: "PermissionLiteralExpressionEnvironment", identity: "e-1" },
        },
        subNode: allow("environment:open", "environment:write"),
      }),
    ],
    [of(TYPES.deployKey, { title: "read", key: "ssh-ed25519 AAAA", readOnly: true })],
  ],
  "trust that pins a branch": [
    [issuer({ aud, repository, repository_id, ref: "refs/heads/main" })],
    [issuer({ aud, repository, ref: "refs/tags/v1", environment: "production" })],
    [issuer({ aud, repository, job_workflow_ref: "acme/ci/.github/workflows/up.yml@refs/heads/main" })],
    [
      issuer({
        aud,
        repository,
        repository_id,
        event_name: "pull_request",
        base_ref: "main",
        environment: "preview",
      }),
    ],
    [
      {
        ...issuer(),
        inputs: {
          ...issuer({ aud, sub: "project_path:acme/shop:ref:main" }).inputs,
          url: "https://gitlab.com",
        },
      },
    ],
  ],
  "an environment that composes others, and those of no production": [
    [
      stack(),
      tag(),
      stage(),
      environment({
        protect: false,
        ignoreChanges: [],
        inputs: {
          yaml: "imports: [default/shop-keys]\nvalues: {environmentVariables: {A_KEY: '${shop.aKey}'}}\n",
        },
      }),
    ],
    [
      stack(),
      stage("staging"),
      tag({ inputs: { envName: "shop-staging-keys" } }),
      environment({
        protect: false,
        parent: `${TYPES.stage}::staging`,
        inputs: { name: "shop-staging-keys" },
      }),
    ],
  ],
  "expressions of what GitHub makes, and text that goes by env": [
    [steps(script("echo ${{ github.sha }} ${{ github.event.pull_request.number }} ${{ github.ref_name }}"))],
    [steps(script("echo ${{ github.event.repository.name }} ${{ github.event.pull_request.head.sha }}"))],
    [steps(script("echo ${{ contains(github.event.head_commit.message, 'skip') && '--skip' || '' }}"))],
    [steps(script("echo ${{ github.event.label.name == 'deploy' }} ${{ matrix.node }} ${{ vars.REGION }}"))],
    [steps("{env: {TITLE: '${{ github.event.issue.title }}'}, run: 'printf %s \"$TITLE\" > title'}")],
    [steps("{env: {TITLE: '${{ github.head_ref }}'}, run: \"bash -c 'echo \\\"$TITLE\\\"'\"}")],
    [steps("{id: v, run: 'echo v=1 >> $GITHUB_OUTPUT'}", script("echo ${{ steps.v.outputs.v }}"))],
    [steps(`{uses: acme/comment@${SHA}, with: {title: "\${{ github.event.issue.title }}"}}`)],
    [
      started(
        "on:\n  workflow_dispatch:\n    inputs:\n      target: { type: choice, options: [a, b] }\n      dry: { type: boolean }\n",
        script("deploy ${{ inputs.target }} ${{ inputs.dry && '--dry-run' || '' }}"),
      ),
    ],
    [
      started(
        "on: {push: {branches: [main]}, pull_request: {}, schedule: [{cron: 0 3 * * *}]}\n",
        "run: npm test",
      ),
    ],
  ],
};

describe("the policy pack lets pass", () => {
  for (const [name, cases] of Object.entries(CASES)) {
    it(name, async () => {
      for (const told of cases) deepEqual(await runPack(POLICIES, told), []);
    });
  }

  it("this project's own workflows but for what they must write", async () => {
    const folder = join(ROOT, ".github", "workflows");
    const files = readdirSync(folder).map((each) =>
      committed(`.github/workflows/${each}`, readFileSync(join(folder, each), "utf8")),
    );
    const writable = { writable: ["attestations", "id-token", "issues", "pages", "pull-requests"] };
    deepEqual(await runPack(POLICIES, files, { "workflow-permissions-are-least": writable }), []);
  });
});
