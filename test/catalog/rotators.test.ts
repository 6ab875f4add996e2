import assert from "node:assert/strict";
import fc from "fast-check";
import { evaluateEnvironment } from "../../sandbox/esc/evaluate-environment";
import { ROTATORS } from "../../sandbox/pulumi/rotators/rotators";
import { accessOf, withRotators } from "../../src/access/team-access";
import { checkCatalog } from "../../src/catalog/checks/check-catalog";
import { type Catalog, resolveCatalog } from "../../src/catalog/entry";
import { renderComposite } from "../../src/catalog/esc-environments";
import { applicationTeam, pathOf, syncTeam } from "../../src/catalog/layout";
import { inputsIn, inputsOf, renderRotated } from "../../src/catalog/rotated-text";
import {
  type DatabaseRotator,
  managingEnvironment,
  type PasswordRotator,
  type Rotator,
  rotatedEnvironment,
  rotatorsIn,
  UNROTATED,
} from "../../src/catalog/rotators";

const NAMING = { escProject: "vault", application: "shop", appRoot: "credentials" };
const ORDERS: DatabaseRotator = {
  name: "orders",
  group: "payments",
  kind: "postgres",
  schedule: "0 3 1 * *",
  users: ["orders_a", "orders_b"],
  databases: { live: { host: "db.example.org", port: 5432, database: "orders" } },
  username: "ORDERS_USER",
  password: "ORDERS_PASSWORD",
};
const SESSIONS: PasswordRotator = {
  name: "sessions",
  group: "platform",
  kind: "password",
  schedule: "0 4 * * 0",
  value: "SESSION_KEY",
  previous: "SESSION_KEY_BEFORE",
};

const catalogOf = (...rotators: Record<string, unknown>[]): Catalog => ({
  environments: ["test", "live"],
  groups: {
    payments: { description: "", rotationDays: 30, owner: "" },
    platform: { description: "", rotationDays: 90, owner: "" },
    "rotated-taken": { description: "", rotationDays: 90, owner: "" },
  },
  secrets: [
    { name: "STRIPE_KEY", group: "payments", aliases: ["STRIPE_API_KEY"], path: "stripe.key" },
    { name: "SMTP_PASSWORD", group: "platform", renamedFrom: "MAIL_PASSWORD" },
  ],
  rotators: rotators as unknown as Rotator[],
});
const problemsOf = (...rotators: Record<string, unknown>[]) =>
  checkCatalog(resolveCatalog(catalogOf(...rotators)), "credentials").map(
    ({ subject: thing, cause, remedy }) => {
      assert.ok(remedy !== "");
      return `${thing}: ${cause}`;
    },
  );
const at = (host: string, port = 5432) => ({ live: { host, port, database: "orders" } });
const orders = (changes: Record<string, unknown>) => ({ ...ORDERS, ...changes });

const HOST = "its database of live has no host's name as its host";
const NOT_PLAIN = "has spaces around it, or ${, which ESC takes for a reference";

describe("rotators of a catalog", () => {
  it("are right as they are meant", () => {
    assert.deepEqual(
      problemsOf(
        { ...ORDERS },
        { ...SESSIONS },
        { ...ORDERS, name: "b", kind: "mysql", databases: at("::1", 3306), username: "B", password: "C" },
      ),
      [],
    );
    assert.deepEqual(checkCatalog(resolveCatalog({ ...catalogOf(), rotators: [] }), "rotators"), []);
  });

  const wrong: [string, Record<string, unknown>, string][] = [
    ["an unknown kind", orders({ kind: "aws-iam" }), "is of an unknown kind: aws-iam"],
    ["a kind that every object has", orders({ kind: "constructor" }), "is of an unknown kind: constructor"],
    ["no users", orders({ users: undefined }), "has no users"],
    ["one user", orders({ users: ["a"] }), "its users are not two different ones"],
    ["one user twice", orders({ users: ["a", "a"] }), "its users are not two different ones"],
    ["a user without a name", orders({ users: ["a", ""] }), "its users are not two different ones"],
    ["no database", orders({ databases: {} }), "is in no environment"],
    [
      "half a database",
      orders({ databases: { live: { host: "h", port: 1 } } }),
      "its database of live is not complete",
    ],
    [
      "an impossible port",
      orders({ databases: { live: { host: "h", port: 70_000, database: "d" } } }),
      "its database of live is not complete",
    ],
    [
      "a foreign environment",
      orders({ databases: { prod: { host: "h", port: 1, database: "d" } } }),
      "names an unknown environment: prod",
    ],
    ["a scheme before its host", orders({ databases: at("postgres://u:p@h") }), HOST],
    ["a port behind its host", orders({ databases: at("db.example.org:5432") }), HOST],
    ["a reference as its host", orders({ databases: at("h${") }), HOST],
    [
      "a password beside its database",
      orders({ databases: { live: { ...ORDERS.databases.live, password: "p" } } }),
      "its database of live has a password, which a database has not",
    ],
    [
      "a reference as its database",
      orders({ databases: { live: { ...ORDERS.databases.live, database: "d${" } } }),
      `its database of live has a name that ${NOT_PLAIN}`,
    ],
    ["a user with a space", orders({ users: ["orders_a ", "b"] }), `one of its users ${NOT_PLAIN}`],
    [
      "one server for two environments",
      orders({ databases: { ...at("h"), test: { host: "H", port: 5432, database: "d" } } }),
      "changes in test the passwords of orders_a and orders_b on h:5432, as does rotator orders in live",
    ],
    ["databases that are not a mapping", orders({ databases: ["live"] }), "databases is not a mapping"],
    ["no databases at all", orders({ databases: null }), "databases is not a mapping"],
    ["users in one text", orders({ users: "ab" }), "users is not a list"],
    ["a schedule that is a number", orders({ schedule: 5 }), "schedule is not text"],
    ["environments in one text", { ...SESSIONS, environments: "live" }, "environments is not a list"],
    ["a foreign group", orders({ group: "keys" }), "names an unknown group: keys"],
    ["a name that is none", orders({ name: "Orders DB" }), "its name is not lower case, digits and hyphens"],
    [
      "a name that a group has",
      orders({ name: "taken" }),
      "would share an ESC environment with group rotated-taken",
    ],
    ["cron nonsense", orders({ schedule: "monthly" }), 'its schedule "monthly" is not a cron expression'],
    [
      "six fields of cron",
      orders({ schedule: "0 0 3 1 * *" }),
      'its schedule "0 0 3 1 * *" is not a cron expression',
    ],
    [
      "a time zone behind its cron",
      orders({ schedule: "0 3 1 * * Europe/Berlin" }),
      'its schedule "0 3 1 * * Europe/Berlin" is not a cron expression',
    ],
    [
      "a word that not every cron knows",
      orders({ schedule: "0 3 L * *" }),
      'its schedule "0 3 L * *" is not a cron expression',
    ],
    [
      "a run every minute",
      orders({ schedule: "* * * * *" }),
      'its schedule "* * * * *" runs more than once a day',
    ],
    [
      "a minute that is none",
      orders({ schedule: "99 3 1 * *" }),
      'its schedule "99 3 1 * *" is not a cron expression',
    ],
    ["a day that never comes", orders({ schedule: "0 3 31 2 *" }), 'its schedule "0 3 31 2 *" never comes'],
    [
      "a run every hour",
      orders({ schedule: "0 * * * *" }),
      'its schedule "0 * * * *" runs more than once a day',
    ],
    [
      "a variable that is none",
      orders({ password: "orders-password" }),
      "its name orders-password is not upper case, digits and _",
    ],
    ["an entry's name", orders({ password: "STRIPE_KEY" }), "its STRIPE_KEY is STRIPE_KEY's already"],
    [
      "an entry's older name",
      orders({ password: "STRIPE_API_KEY" }),
      "its STRIPE_API_KEY is STRIPE_KEY's already",
    ],
    [
      "the name an entry had",
      orders({ password: "MAIL_PASSWORD" }),
      "its MAIL_PASSWORD is SMTP_PASSWORD's already",
    ],
    ["a key above an entry's path", orders({ password: "STRIPE" }), "its STRIPE is STRIPE_KEY's already"],
    [
      "a variable that a process obeys",
      orders({ password: "NODE_OPTIONS" }),
      "its NODE_OPTIONS changes, as an environment variable, how a process runs: obeyed by Node.js (nodejs.org, Command-line API)",
    ],
    ["a word of the loader's", orders({ password: "GET" }), "its GET is the loader's already"],
    [
      "its own name twice",
      orders({ username: "ORDERS_PASSWORD" }),
      "its ORDERS_PASSWORD is rotator orders's already",
    ],
    ["a length that is none", { ...SESSIONS, length: 7 }, "its length is not 8 to 100"],
    ["no environment", { ...SESSIONS, environments: [] }, "is in no environment"],
  ];
  for (const [title, rotator, cause] of wrong) {
    it(`are refused with ${title}, by name, with one problem`, () => {
      assert.deepEqual(problemsOf(rotator), [`rotator ${rotator.name}: ${cause}`]);
    });
  }

  it("make their values themselves: an entry's value, default or perEnvironment beside a rotator is refused", () => {
    for (const key of ["value", "perEnvironment", "default"])
      assert.deepEqual(problemsOf(orders({ [key]: "x" })), [
        `rotator orders: has a ${key}, which a postgres rotator has not`,
      ]);
  });

  it("do not share a user of one server, whichever of its databases they name", () => {
    const billing = { ...ORDERS, name: "billing", users: ["orders_b", "c"], username: "B", password: "C" };
    const elsewhere = { live: { ...ORDERS.databases.live, database: "billing" } };
    assert.deepEqual(problemsOf({ ...ORDERS }, { ...billing, databases: elsewhere }), [
      "rotator billing: changes in live the passwords of orders_b on db.example.org:5432, as does rotator orders in live",
    ]);
    assert.deepEqual(problemsOf({ ...ORDERS }, { ...billing, databases: at("db2.example.org") }), []);
  });

  it("are named by their place when they are none at all", () => {
    assert.deepEqual(problemsOf({ ...ORDERS }, null as never), ["rotator no. 2: is not a mapping"]);
    const data = { ...catalogOf(), rotators: { orders: ORDERS } as never };
    assert.deepEqual(
      checkCatalog(resolveCatalog(data), "credentials").map(
        ({ subject: thing, cause }) => `${thing} ${cause}`,
      ),
      ["rotators are not a list"],
    );
  });

  it("do not share names, and leave theirs to no root key", () => {
    assert.deepEqual(problemsOf({ ...ORDERS }, { ...ORDERS, username: "A", password: "B" }), [
      "rotator orders: is listed twice",
    ]);
    const [problem] = checkCatalog(resolveCatalog(catalogOf({ ...ORDERS })), "rotators");
    assert.equal(problem?.subject, "config appRoot");
  });

  it("survive whatever stands in a catalog that comes as data", () => {
    const anything = fc.dictionary(
      fc.constantFrom(
        "name",
        "group",
        "kind",
        "schedule",
        "users",
        "databases",
        "username",
        "password",
        "value",
        "length",
      ),
      fc.oneof(
        fc.constantFrom("postgres", "password", "payments", "0 3 1 * *"),
        fc.string(),
        fc.array(fc.string()),
        fc.integer(),
      ),
    );
    fc.assert(
      fc.property(anything, (rotator) => {
        for (const { subject: thing, cause, remedy } of checkCatalog(
          resolveCatalog(catalogOf(rotator)),
          "credentials",
        ))
          assert.ok(thing !== "" && cause !== "" && remedy !== "");
      }),
    );
  });
});

describe("a rotated environment", () => {
  const evaluate = (text: string, mode: "check" | "open") =>
    evaluateEnvironment({
      name: "vault/x",
      text,
      mode,
      load: (name) => {
        assert.equal(name, pathOf(managingEnvironment(NAMING, "live", ORDERS)));
        return { text: "values: {managingUser: {username: rotation, password: {fn::secret: m}}}" };
      },
      decrypt: (text) => text,
      rotators: { ...ROTATORS },
    });

  it("opens from the start, with placeholders that no loader takes for passwords", async () => {
    for (const mode of ["check", "open"] as const)
      assert.deepEqual((await evaluate(renderRotated(NAMING, "live", ORDERS), mode)).diagnostics, []);
    const { environment } = await evaluate(renderRotated(NAMING, "live", ORDERS), "open");
    const { credentials, environmentVariables } = environment.properties as Record<
      string,
      { value: Record<string, { value: string; secret?: true }> }
    >;
    assert.equal(credentials?.value.orders_password?.value, UNROTATED);
    assert.equal(credentials?.value.orders_password?.secret, true);
    assert.equal(environmentVariables?.value.ORDERS_USER?.value, "orders_b");
    assert.deepEqual((await evaluate(renderRotated(NAMING, "live", SESSIONS), "open")).diagnostics, []);
  });

  it("holds no password of the managing user, and tells what it was made from", () => {
    const text = renderRotated(NAMING, "live", ORDERS);
    assert.match(
      text,
      /managingUser: \$\{environments\["vault"\]\["shop-live-managing-orders"\]\.managingUser\}/,
    );
    assert.deepEqual(inputsIn(text, "orders"), inputsOf(NAMING, "live", ORDERS));
    assert.equal(inputsIn("{", "orders"), undefined);
    assert.equal(inputsIn("values: {}", "orders"), undefined);
  });

  it("is imported by the composites that have its group, last, and never at a tag", () => {
    const rotated = [rotatedEnvironment(NAMING, "live", ORDERS)];
    assert.equal(
      renderComposite(NAMING, "live", ["payments"], "stable", rotated),
      "imports:\n  - vault/shop-live-payments@stable\n  - vault/shop-live-rotated-orders\n",
    );
    assert.deepEqual(rotatorsIn([SESSIONS, ORDERS], "live", ["payments"]), [ORDERS]);
    assert.deepEqual(rotatorsIn([ORDERS, SESSIONS], "test"), [SESSIONS]);
  });
});

describe("access to what a rotator makes", () => {
  const groups = ["payments", "platform"];
  const policy = { why: "", environments: ["live"], level: "write" as const };
  const policies = [
    { ...policy, name: "payers", groups: ["payments"], identities: [{ type: "user" as const, name: "p" }] },
    {
      ...policy,
      name: "hosts",
      groups: ["platform"],
      identities: [{ type: "team" as const, name: "hosts" }],
    },
  ];
  const accessWith = (approvals: boolean) => {
    const rotators = [ORDERS, SESSIONS];
    return withRotators(accessOf(NAMING, "live", groups, policies), NAMING, "live", { rotators, approvals });
  };
  const access = accessWith(false);
  const levelOf = (team: string, rotator: Rotator, { teams } = access) =>
    teams
      .find((each) => each.team === team)
      ?.onValues.find(
        (grant) => pathOf(grant.environment) === pathOf(rotatedEnvironment(NAMING, "live", rotator)),
      )?.level;

  it("comes with access to its group's values, at the same level", () => {
    const application = applicationTeam(NAMING, "live");
    assert.deepEqual([levelOf(application, ORDERS), levelOf(application, SESSIONS)], ["open", "open"]);
    assert.deepEqual([levelOf("hosts", ORDERS), levelOf("hosts", SESSIONS)], [undefined, "write"]);
    assert.equal(levelOf("shop-live-payers-write", ORDERS), "write");
  });

  it("is no more than opening where changes need approval, for no approval guards a rotated environment", () => {
    const approved = accessWith(true);
    assert.equal(levelOf("hosts", SESSIONS, approved), "open");
    assert.equal(levelOf("shop-live-payers-write", ORDERS, approved), "open");
    assert.equal(levelOf(applicationTeam(NAMING, "live"), ORDERS, approved), "open");
  });

  it("is nobody's who is not to have it: not the sync's, and the managing user is granted to no team", () => {
    assert.equal(levelOf(syncTeam(NAMING, "live"), ORDERS), undefined);
    const managing = pathOf(managingEnvironment(NAMING, "live", ORDERS));
    const all = access.teams.flatMap(({ onValues, onComposites }) => [...onValues, ...onComposites]);
    assert.ok(all.length > 0 && all.every((grant) => pathOf(grant.environment) !== managing));
  });
});
