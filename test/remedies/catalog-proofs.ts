import type { Application } from "../../src/catalog/applications";
import { parseCatalog } from "../../src/catalog/checks/check-catalog";
import { checkSharing } from "../../src/catalog/checks/check-sharing";
import type { Catalog } from "../../src/catalog/entry";
import { byHand, type Proof, type Told } from "./proof";

/** A catalog as people write it, and what they changed in it: what the compiler refuses can be written too. */
interface Written {
  appRoot?: string;
  environments?: unknown;
  groups?: unknown;
  changeLimit?: number;
  entries?: unknown[];
  policies?: unknown[];
  rotators?: unknown[];
  applications?: unknown;
  groupings?: unknown;
}

const GROUP = { description: "Keys", rotationDays: 90, owner: "Ops" };
const GROUPS = { keys: GROUP, tokens: GROUP };
const ENTRY = { name: "API_KEY", group: "keys" };
const POLICY = {
  name: "people",
  why: "They work on it",
  groups: ["keys"],
  environments: ["production"],
  identities: [{ type: "user", name: "ann" }],
  level: "open",
};
const APPLICATION: Application = {
  name: "backend",
  repository: "main",
  language: "python",
  path: "backend/secrets.py",
};
const ACCOUNT = {
  environment: "production",
  issuer: "https://cluster.example/id/0A1B",
  namespace: "shop",
  serviceAccount: "backend",
};
const DATABASE = { host: "db.example.org", port: 5432, database: "orders" };
const ORDERS = {
  name: "orders",
  group: "keys",
  kind: "postgres",
  schedule: "0 3 1 * *",
  users: ["orders_a", "orders_b"],
  databases: { production: DATABASE },
  username: "ORDERS_USER",
  password: "ORDERS_PASSWORD",
};
const SESSIONS = {
  name: "sessions",
  group: "keys",
  kind: "password",
  schedule: "0 4 * * 0",
  value: "SESSION_KEY",
};

const entry = (change: object): Written => ({ entries: [{ ...ENTRY, ...change }] });
const policy = (change: object): Written => ({ policies: [{ ...POLICY, ...change }] });
const orders = (change: object): Written => ({ rotators: [{ ...ORDERS, ...change }] });
const sessions = (change: object): Written => ({ rotators: [{ ...SESSIONS, ...change }] });
const application = (change: object): Written => ({ applications: [{ ...APPLICATION, ...change }] });
const grouping = (fields: unknown): Written => ({ groupings: { docker_hub: fields } });

/** As preview does. */
function judge({ appRoot = "app", entries, policies, rotators, ...more }: Written): Told[] {
  const written = {
    environments: ["staging", "production"],
    groups: GROUPS,
    secrets: entries ?? [{ ...ENTRY, sharedBecause: "A test" }],
    accessPolicies: policies ?? [],
    rotators: rotators ?? [],
    ...more,
  } as unknown as Catalog;
  const { catalog, problems } = parseCatalog(written, appRoot);
  return problems.length > 0 ? problems : checkSharing(catalog, "2026-08-01");
}

type Row = [code: string, when: string, written: Written, printed: RegExp, righted: Righted];
type Righted = (...taken: string[]) => Written;

const AT = "catalog/checks/check-";

/** A day that a remedy shows as an example, in its quotes. */
const DAY = `"(\\d{4}-\\d\\d-\\d\\d)"`;

/** What each file of checks says, by the file. */
const ROWS: Readonly<Record<string, readonly Row[]>> = {
  [`${AT}catalog.ts`]: [
    [
      "name-reserved",
      "a group is called sync",
      { groups: { sync: GROUP }, entries: [{ ...ENTRY, group: "sync" }] },
      /^rename it$/,
      () => ({ groups: { people: GROUP }, entries: [{ ...ENTRY, group: "people" }] }),
    ],
    [
      "name-invalid",
      "a group has a capital",
      { groups: { Keys: GROUP }, entries: [{ ...ENTRY, group: "Keys" }] },
      /^rename it so$/,
      () => ({}),
    ],
    [
      "job-id-shared",
      "two environments differ by a dot",
      { environments: ["eu.west", "eu_west"] },
      /^rename one of them$/,
      () => ({ environments: ["eu.west", "us.west"] }),
    ],
    [
      "number-invalid",
      "changeLimit is 0",
      { changeLimit: 0 },
      /^give a whole number, (1) or more, or leave it out$/,
      (least) => ({ changeLimit: Number(least) }),
    ],
    [
      "number-invalid",
      "rotationDays is half a day",
      entry({ rotationDays: 0.5 }),
      /^give rotationDays as a whole number of days, (1) or more$/,
      (least) => entry({ rotationDays: Number(least) }),
    ],
    [
      "group-unknown",
      "an entry names a group that is not there",
      entry({ group: "key" }),
      /^use one of (keys), tokens$/,
      (group) => entry({ group }),
    ],
    [
      "format-unknown",
      "an entry names a format that is not there",
      entry({ format: "openai" }),
      /^use one of .*?(openai-key)/,
      (format) => entry({ format }),
    ],
    [
      "environment-unknown",
      "an entry names an environment that is not there",
      entry({ environments: ["prod"] }),
      /^use one of staging, (production)$/,
      (name) => entry({ environments: [name] }),
    ],
    [
      "environments-missing",
      "an entry is in no environment",
      entry({ environments: [] }),
      /^leave environments out, or name one$/,
      () => entry({}),
    ],
    [
      "repositories-ignored",
      "an entry for all names repositories",
      entry({ visibility: "all", repositories: ["web"] }),
      /^leave visibility out, or repositories$/,
      () => entry({ repositories: ["web"] }),
    ],
    [
      "repositories-ignored",
      "an entry for all names repositories, and keeps its visibility",
      entry({ visibility: "all", repositories: ["web"] }),
      /^leave visibility out, or repositories$/,
      () => entry({ visibility: "all" }),
    ],
    [
      "repositories-ignored",
      "an entry per environment names readers",
      entry({ perEnvironment: true, repositories: ["web"] }),
      /^leave visibility and repositories out: .*$/,
      () => entry({ perEnvironment: true }),
    ],
    [
      "value-origin-unknown",
      "an entry takes its value from nowhere",
      entry({ value: "vault" }),
      /^write value: "(config)", or leave it out$/,
      (value) => entry({ value }),
    ],
    [
      "default-beside-config",
      "an entry has a default and a config value",
      entry({ value: "config", default: "a", credential: false }),
      /^leave the default out: .*$/,
      () => entry({ value: "config", credential: false }),
    ],
    [
      "default-of-credential",
      "a credential has a default",
      entry({ default: "eu" }),
      /^leave the default out and set the value in GitHub; .*$/,
      () => entry({}),
    ],
    [
      "default-of-credential",
      "what is public is taken for a credential",
      entry({ default: "eu" }),
      /^.*; for what is public: credential: (false)$/,
      () => entry({ default: "eu", credential: false }),
    ],
    [
      "default-invalid",
      "a default does not fit its format",
      entry({ default: "no", format: "openai-key", credential: false }),
      /^fix the default or leave it out$/,
      () => entry({ credential: false, format: "openai-key" }),
    ],
    [
      "page-invalid",
      "a page is not an https",
      entry({ page: "http://vendor.example/a b" }),
      /^write the vendor's own page, beginning with (https:\/\/), other signs than ASCII's as (%20)$/,
      (begin, blank) => entry({ page: `${begin}vendor.example/a${blank}b` }),
    ],
  ],
  [`${AT}days.ts`]: [
    [
      "expiry-invalid",
      "an expiry is not a day",
      entry({ expires: "soon" }),
      new RegExp(`^write the vendor's day as expires: ${DAY}$`),
      (expires) => entry({ expires }),
    ],
    [
      "tombstone-invalid",
      "leftoverUntil is not a day",
      entry({ perEnvironment: true, leftoverUntil: "soon" }),
      new RegExp(`^write the day as leftoverUntil: ${DAY}$`),
      (leftoverUntil) => entry({ perEnvironment: true, leftoverUntil }),
    ],
    [
      "tombstone-invalid",
      "a tombstone is not a day",
      entry({ tombstone: "2026-13-01" }),
      new RegExp(`^write the day as tombstone: ${DAY}$`),
      (tombstone) => entry({ tombstone }),
    ],
    [
      "tombstone-of-required",
      "what is about to go is required",
      entry({ tombstone: "2026-12-31", required: true }),
      /^leave required out$/,
      () => entry({ tombstone: "2026-12-31" }),
    ],
  ],
  [`${AT}names.ts`]: [
    [
      "name-reserved",
      "a name begins with GITHUB_",
      entry({ name: "GITHUB_PAT" }),
      /^call it (GH_PAT) and keep the application's name as appKey$/,
      (name) => entry({ name, appKey: "github_pat" }),
    ],
    [
      "name-invalid",
      "a name is in lower case",
      entry({ name: "api-key" }),
      /^use A-Z, 0-9 and _, not beginning with a digit$/,
      () => entry({ name: "API_KEY" }),
    ],
    [
      "name-obeyed",
      "a name is one that processes obey",
      entry({ name: "LD_PRELOAD" }),
      /^give it a name of its own and keep the application's name as appKey$/,
      () => entry({ name: "APP_PRELOAD", appKey: "ld_preload" }),
    ],
    [
      "name-shared",
      "an alias is another entry's name",
      { entries: [ENTRY, { ...ENTRY, name: "OTHER_KEY", aliases: ["API_KEY"] }] },
      /^keep it in one place: one entry, or one entry's aliases$/,
      () => ({ entries: [ENTRY, { ...ENTRY, name: "OTHER_KEY" }] }),
    ],
  ],
  [`${AT}keys.ts`]: [
    [
      "name-reserved",
      "the root key is one of ESC's",
      { appRoot: "files" },
      /^choose another name, such as the platform's$/,
      () => ({ appRoot: "platform" }),
    ],
    [
      "name-invalid",
      "an app key has a capital",
      entry({ appKey: "apiKey" }),
      /^give it another appKey$/,
      () => entry({ appKey: "api_key" }),
    ],
    [
      "name-reserved",
      "an app key is a word of the loader",
      entry({ appKey: "get" }),
      /^give it another appKey$/,
      () => entry({ appKey: "got" }),
    ],
    [
      "path-invalid",
      "a path has a slash",
      entry({ path: "docker/token" }),
      /^write names joined by dots, without the root key: ([a-z._]+)$/,
      (path) => entry({ path }),
    ],
    [
      "alias-repeated",
      "an alias is the app key itself",
      entry({ appKeyAliases: ["api_key"] }),
      /^leave it out of appKeyAliases$/,
      () => entry({ appKeyAliases: [] }),
    ],
    [
      "key-shared",
      "two entries have one app key",
      {
        entries: [
          { ...ENTRY, path: "a" },
          { ...ENTRY, name: "B", appKey: "api_key", path: "b" },
        ],
      },
      /^give one of them another (appKey)$/,
      (key) => ({
        entries: [
          { ...ENTRY, path: "a" },
          { ...ENTRY, name: "B", [key]: "b", path: "b" },
        ],
      }),
    ],
    [
      "key-shared",
      "two entries have one pulumiConfig",
      {
        entries: [
          { ...ENTRY, pulumiConfig: "a:b" },
          { ...ENTRY, name: "B", pulumiConfig: "a:b" },
        ],
      },
      /^give one of them another (pulumiConfig)$/,
      (key) => ({
        entries: [
          { ...ENTRY, pulumiConfig: "a:b" },
          { ...ENTRY, name: "B", [key]: "a:c" },
        ],
      }),
    ],
    [
      "path-shared",
      "a path lies inside someone else's value",
      {
        entries: [
          { ...ENTRY, path: "a" },
          { ...ENTRY, name: "B", path: "a.b" },
        ],
      },
      /^give one of them another path$/,
      () => ({
        entries: [
          { ...ENTRY, path: "a" },
          { ...ENTRY, name: "B", path: "c.b" },
        ],
      }),
    ],
  ],
  [`${AT}sharing.ts`]: [
    [
      "reason-missing",
      "a group shares and does not say why",
      { groups: { ...GROUPS, keys: { ...GROUP, sharedBecause: " " } }, entries: [ENTRY] },
      /^write one sentence in sharedBecause, or leave it out$/,
      () => ({ entries: [ENTRY] }),
    ],
    [
      "shared-per-environment",
      "an entry has a value per environment and shares it",
      entry({ perEnvironment: true, sharedBecause: "A test" }),
      /^leave one of the two out$/,
      () => entry({ perEnvironment: true }),
    ],
    [
      "audience-widened",
      "a policy for one environment opens a value of two",
      { entries: [ENTRY], policies: [POLICY] },
      /^give each a value per environment \((perEnvironment): (true)\), or .*$/,
      (key = "") => ({ entries: [{ ...ENTRY, [key]: true }], policies: [POLICY] }),
    ],
    [
      "audience-widened",
      "a policy for one environment opens a value that may be shared",
      { entries: [ENTRY], policies: [POLICY] },
      /^.*, or say in the entry or its group why the value may be shared \((sharedBecause): "\.\.\."\); .*$/,
      (key = "") => ({ entries: [{ ...ENTRY, [key]: "One vendor account" }], policies: [POLICY] }),
    ],
  ],
  [`${AT}esc-names.ts`]: [
    [
      "esc-environment-shared",
      "a group is called as the ledger is",
      { groups: { ...GROUPS, ledger: GROUP } },
      /^rename one of them$/,
      () => ({ groups: { ...GROUPS, books: GROUP } }),
    ],
  ],
  [`${AT}access.ts`]: [
    [
      "name-repeated",
      "two policies have one name",
      { policies: [POLICY, POLICY] },
      /^give one of them another name, or make one policy of both$/,
      () => ({ policies: [POLICY, { ...POLICY, name: "others" }] }),
    ],
    [
      "name-repeated",
      "a policy names a group twice",
      policy({ groups: ["keys", "keys"] }),
      /^name it once$/,
      () => policy({}),
    ],
    [
      "name-invalid",
      "a policy has a blank in its name",
      policy({ name: "on call" }),
      /^rename it so$/,
      () => policy({ name: "on-call" }),
    ],
    [
      "reason-missing",
      "a policy does not say why",
      policy({ why: "" }),
      /^write one sentence in why$/,
      () => policy({}),
    ],
    [
      "group-unknown",
      "a policy names a group that is not there",
      policy({ groups: ["key"] }),
      /^use one of (keys), tokens$/,
      (group) => policy({ groups: [group] }),
    ],
    [
      "environment-unknown",
      "a policy names an environment that is not there",
      policy({ environments: ["prod"] }),
      /^use one of staging, (production)$/,
      (name) => policy({ environments: [name] }),
    ],
    [
      "policy-empty",
      "a policy is for nobody",
      policy({ identities: [] }),
      /^name who it is for, or remove the policy$/,
      () => policy({}),
    ],
    [
      "policy-empty",
      "a policy has no group",
      policy({ groups: [] }),
      /^name one, or write "(all)", or remove the policy$/,
      (groups) => policy({ groups }),
    ],
    [
      "policy-empty",
      "a policy has no environment",
      policy({ environments: [] }),
      /^name one, or remove the policy$/,
      () => ({}),
    ],
    [
      "identity-invalid",
      "an identity has a blank in its name",
      policy({ identities: [{ type: "user", name: "Ann Lee" }] }),
      /^write \{ type: "(user)", name: LOGIN \} or \{ type: "team", name: TEAM \}, as Pulumi Cloud spells them$/,
      (type) => policy({ identities: [{ type, name: "annlee" }] }),
    ],
    [
      "level-unknown",
      "a level is none",
      policy({ level: "owner" }),
      /^use one of read, (open), write, admin$/,
      (level) => policy({ level }),
    ],
    [
      "duration-invalid",
      "a duration is in days",
      policy({ maxOpenDuration: "1d" }),
      /^write hours, minutes and seconds: (8h), 1h30m$/,
      (maxOpenDuration) => policy({ maxOpenDuration }),
    ],
    [
      "duration-invalid",
      "a duration is longer than a year",
      policy({ maxOpenDuration: "9000h" }),
      /^write a shorter one, or leave it out$/,
      () => policy({}),
    ],
    [
      "duration-without-open",
      "a duration limits what opens nothing",
      policy({ level: "read", maxOpenDuration: "1h" }),
      /^leave maxOpenDuration out$/,
      () => policy({ level: "read" }),
    ],
  ],
  [`${AT}rotators.ts`]: [
    [
      "group-unknown",
      "a rotator names a group that is not there",
      sessions({ group: "key" }),
      /^use one of (keys), tokens$/,
      (group) => sessions({ group }),
    ],
    [
      "environment-unknown",
      "a rotator names an environment that is not there",
      sessions({ environments: ["prod"] }),
      /^use one of staging, (production)$/,
      (name) => sessions({ environments: [name] }),
    ],
    [
      "environments-missing",
      "a rotator is in no environment",
      sessions({ environments: [] }),
      /^name one, or remove the rotator$/,
      () => ({}),
    ],
    [
      "schedule-invalid",
      "a schedule is not a cron",
      sessions({ schedule: "monthly" }),
      /^write five fields of cron, in UTC: "([^"]+)" is the first of each month at three$/,
      (schedule) => sessions({ schedule }),
    ],
    [
      "schedule-invalid",
      "a schedule never comes",
      sessions({ schedule: "0 3 31 2 *" }),
      /^name a day that the month has$/,
      () => sessions({ schedule: "0 3 28 2 *" }),
    ],
    [
      "schedule-invalid",
      "a schedule comes every hour",
      sessions({ schedule: "0 * * * *" }),
      /^name one minute and one hour: "([^"]+)" is daily at three$/,
      (schedule) => sessions({ schedule }),
    ],
    [
      "number-invalid",
      "a password has four characters",
      sessions({ length: 4 }),
      /^give one that is, or leave it out$/,
      () => sessions({}),
    ],
    [
      "name-invalid",
      "a rotator has a capital in its name",
      sessions({ name: "Sessions" }),
      /^rename it so$/,
      () => sessions({}),
    ],
    [
      "name-repeated",
      "two rotators have one name",
      { rotators: [SESSIONS, { ...SESSIONS, value: "OTHER" }] },
      /^give one of them another name$/,
      () => ({ rotators: [SESSIONS, { ...SESSIONS, name: "other", value: "OTHER" }] }),
    ],
    [
      "name-invalid",
      "a rotated value is in lower case",
      sessions({ value: "session-key" }),
      /^rename it so$/,
      () => sessions({ value: "SESSION_KEY" }),
    ],
    [
      "name-obeyed",
      "a rotated value is one that processes obey",
      sessions({ value: "LD_PRELOAD" }),
      /^give it a name of its own$/,
      () => sessions({}),
    ],
    [
      "name-shared",
      "a rotated value is an entry's",
      sessions({ value: "API_KEY" }),
      /^give it another name, or remove the entry: a value has one source$/,
      () => sessions({}),
    ],
    [
      "name-reserved",
      "the root key is the rotators'",
      { appRoot: "rotators", rotators: [SESSIONS] },
      /^choose another name, such as the platform's$/,
      () => ({ appRoot: "platform", rotators: [SESSIONS] }),
    ],
  ],
  [`${AT}rotated-databases.ts`]: [
    [
      "database-invalid",
      "a database has a password",
      orders({ databases: { production: { ...DATABASE, password: "x" } } }),
      /^remove it: only ESC gets the managing user, and it creates the passwords$/,
      () => orders({}),
    ],
    [
      "database-invalid",
      "a database has no port",
      orders({ databases: { production: { host: "db", database: "orders" } } }),
      /^give host, port \((1) to 65535\) and database$/,
      (port) => orders({ databases: { production: { ...DATABASE, port: Number(port) } } }),
    ],
    [
      "database-invalid",
      "a host is an address",
      orders({ databases: { production: { ...DATABASE, host: "postgres://db" } } }),
      /^write it without a scheme, user or port$/,
      () => orders({ databases: { production: { ...DATABASE, host: "db" } } }),
    ],
    [
      "database-invalid",
      "a database's name ends with a blank",
      orders({ databases: { production: { ...DATABASE, database: "orders " } } }),
      /^name it as it is$/,
      () => orders({}),
    ],
    [
      "database-users-invalid",
      "both users are one",
      orders({ users: ["a", "a"] }),
      /^name two users with the same rights: .*$/,
      () => orders({ users: ["a", "b"] }),
    ],
    [
      "database-users-invalid",
      "a user begins with a blank",
      orders({ users: [" a", "b"] }),
      /^name it as the database does$/,
      () => orders({ users: ["a", "b"] }),
    ],
    [
      "database-users-shared",
      "two rotators change one user",
      { rotators: [ORDERS, { ...ORDERS, name: "bills", username: "B_USER", password: "B_PASSWORD" }] },
      /^give each users of its own: .*$/,
      () => ({
        rotators: [
          ORDERS,
          { ...ORDERS, name: "bills", users: ["b_a", "b_b"], username: "B_USER", password: "B_PASSWORD" },
        ],
      }),
    ],
  ],
  [`${AT}applications.ts`]: [
    [
      "shape-invalid",
      "an application has a foreign key",
      application({ owner: "us" }),
      /^src\/catalog\/applications\.ts says what an application takes$/,
      () => application({}),
    ],
    [
      "application-name",
      "an application has a capital in its name",
      application({ name: "Backend" }),
      /^rename it: lower case letters, digits and hyphens$/,
      () => application({}),
    ],
    [
      "application-name",
      "two applications have one name",
      { applications: [APPLICATION, { ...APPLICATION, path: "b.py" }] },
      /^rename one of them$/,
      () => ({ applications: [APPLICATION, { ...APPLICATION, name: "b", path: "b.py" }] }),
    ],
    [
      "application-repository",
      "a repository has its owner before it",
      application({ repository: "acme/main" }),
      /^write the repository's name alone, without its owner$/,
      () => application({ repository: "main" }),
    ],
    [
      "application-language",
      "a language has no loader",
      application({ language: "ruby" }),
      /^write (python) or typescript$/,
      (language) => application({ language }),
    ],
    [
      "application-path",
      "a path is of another language",
      application({ path: "secrets.ts" }),
      /^write one such as (src\/secrets\.py)$/,
      (path) => application({ path }),
    ],
    [
      "application-path",
      "two applications have one file",
      { applications: [APPLICATION, { ...APPLICATION, name: "b" }] },
      /^name another file$/,
      () => ({ applications: [APPLICATION, { ...APPLICATION, name: "b", path: "b.py" }] }),
    ],
    [
      "application-workflow",
      "a workflow lies elsewhere",
      application({ githubActions: { workflow: "ci/deploy.yml" } }),
      /^write one such as (\.github\/workflows\/deploy\.yml)$/,
      (workflow) => application({ githubActions: { workflow } }),
    ],
    [
      "application-pydantic",
      "TypeScript asks for pydantic",
      application({ language: "typescript", path: "a.ts", pydantic: true }),
      /^leave pydantic out$/,
      () => application({ language: "typescript", path: "a.ts" }),
    ],
    [
      "application-environment",
      "an application names an environment that is not there",
      application({ environments: ["prod"] }),
      /^use one of staging, (production)$|^use one of (production), staging$/,
      (a, b) => application({ environments: [a ?? b] }),
    ],
    [
      "application-group",
      "an application names a group that is not there",
      application({ groups: ["key"] }),
      /^use one of (keys), tokens$/,
      (group) => application({ groups: [group] }),
    ],
    [
      "application-empty",
      "an application has no group",
      application({ groups: [] }),
      /^name some, or leave groups and environments out: that means all$/,
      () => application({}),
    ],
  ],
  [`${AT}service-accounts.ts`]: [
    [
      "application-service-account",
      "a pod runs where its application does not",
      application({ environments: ["staging"], kubernetes: [ACCOUNT] }),
      /^use staging, or add (production) to its environments$/,
      (environment) => application({ environments: ["staging", environment], kubernetes: [ACCOUNT] }),
    ],
    [
      "application-service-account",
      "every pod of a namespace is trusted",
      application({ kubernetes: [{ ...ACCOUNT, serviceAccount: "default" }] }),
      /^kubectl create serviceaccount (backend) -n shop, and use that$/,
      (serviceAccount) => application({ kubernetes: [{ ...ACCOUNT, serviceAccount }] }),
    ],
    [
      "application-service-account",
      "a service account has a dot",
      application({ kubernetes: [{ ...ACCOUNT, serviceAccount: "back.end" }] }),
      /^use one without a '\.', which rules of trust take for any character$/,
      () => application({ kubernetes: [{ ...ACCOUNT, serviceAccount: "back-end" }] }),
    ],
    [
      "service-account-shared",
      "one service account stands for two deployment environments",
      application({ kubernetes: [ACCOUNT, { ...ACCOUNT, environment: "staging" }] }),
      /^give each its own: kubectl create serviceaccount (backend-staging) -n shop$/,
      (serviceAccount) =>
        application({ kubernetes: [ACCOUNT, { ...ACCOUNT, environment: "staging", serviceAccount }] }),
    ],
  ],
  [`${AT}groupings.ts`]: [
    [
      "shape-invalid",
      "a grouping's field is a number",
      grouping({ username: 1 }),
      /^give each field an app key, \{ (constant): TEXT \} or fields of its own$/,
      (key = "") => grouping({ username: { [key]: "us" } }),
    ],
    [
      "shape-invalid",
      "groupings are a list",
      { groupings: [] },
      /^write \{ name: \{ field: app key \} \}, or leave them out$/,
      () => ({}),
    ],
    [
      "grouping-name",
      "a field has a capital",
      grouping({ userName: "api_key" }),
      /^use a-z, 0-9 and _, not beginning with a digit$/,
      () => grouping({ user_name: "api_key" }),
    ],
    [
      "grouping-key",
      "a field is no app key",
      grouping({ username: "apikey" }),
      /^use (api_key), or add an entry$/,
      (key) => grouping({ username: key }),
    ],
    ["grouping-empty", "a grouping has no field", grouping({}), /^give it one, or remove it$/, () => ({})],
  ],
  "catalog/checks/shapes.ts": [
    [
      "shape-invalid",
      "an entry has a foreign key",
      entry({ vaule: "config" }),
      /^src\/catalog\/entry\.ts says what an entry takes$/,
      () => entry({ value: "config" }),
    ],
    [
      "shape-invalid",
      "a policy has no groups",
      { policies: [{ ...POLICY, groups: undefined }] },
      /^src\/catalog\/access-policy\.ts says what an access policy takes$/,
      () => ({ policies: [POLICY] }),
    ],
    [
      "shape-invalid",
      "a rotator is of an unknown kind",
      sessions({ kind: "oracle" }),
      /^use one of mysql, (password), postgres; for anything else make an entry and rotate by hand$/,
      (kind) => sessions({ kind }),
    ],
    [
      "shape-invalid",
      "a rotator has a value",
      sessions({ secret: "x" }),
      /^remove (secret): ESC makes the values$/,
      () => sessions({}),
    ],
    [
      "shape-invalid",
      "a rotator has no value's name",
      { rotators: [{ ...SESSIONS, value: undefined }] },
      /^src\/catalog\/rotators\.ts says what a rotator takes$/,
      () => sessions({}),
    ],
    [
      "shape-invalid",
      "environments are not a list",
      { environments: "production" },
      /^defineCatalog says what a catalog takes$/,
      () => ({}),
    ],
  ],
};

export const CATALOG_PROOFS: readonly Proof[] = Object.entries(ROWS).flatMap(([file, rows]) =>
  byHand(
    judge,
    rows.map(([code, when, written, printed, righted]) => ({ code, file, when, written, printed, righted })),
  ),
);
