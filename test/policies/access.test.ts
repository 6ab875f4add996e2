import { checksOf } from "./check-rule";
import { UNKNOWN } from "./run-pack";
import { CLAIMS, environment, issuer, permission, settings, stack, stage, team } from "./told-stack";

describe("no-admin-permission", () => {
  const { passes, refuses, cannotKnow } = checksOf("no-admin-permission");
  const level = (value: unknown) => permission({ inputs: { permission: value } });

  it("lets pass read, open and write, and identities of a team", async () => {
    await passes([level("read"), level("open"), level("write"), issuer()]);
  });

  it("refuses admin for a team and for an identity, and a missing level", async () => {
    await refuses(
      [level("admin"), issuer(CLAIMS, { authorizedPermissions: ["admin"] }), level(undefined)],
      [/gives a team admin/, /policies\[0\] gives the identity admin/, /is not declared/],
    );
  });

  it("lets pass an issuer without policies and a policy that denies", async () => {
    const deny = { decision: "deny", authorizedPermissions: ["admin"] };
    await passes([{ ...issuer(), inputs: {} }, issuer(CLAIMS, deny)]);
  });

  it("says when a preview does not know the level", async () => cannotKnow([level(UNKNOWN)], "permission"));
});

describe("permissions-have-a-reason", () => {
  const { passes, refuses, cannotKnow } = checksOf("permissions-have-a-reason");
  const reason = (description: unknown) => team({ inputs: { description } });

  it("lets pass a team with a reason, and reading without one", async () => {
    await passes([team(), permission()]);
    await passes([permission({ inputs: { permission: "read" } })]);
  });

  it("refuses a team whose description is missing, blank or too short, and one declared elsewhere", async () => {
    for (const description of [undefined, "          ", "why not"])
      await refuses([reason(description), permission()], [/gives no reason/]);
    await refuses([permission()], [/not declared in this stack/]);
  });

  it("takes levels and length from the config", async () => {
    await refuses([reason("short"), permission({ inputs: { permission: "read" } })], [/no reason/], {
      permissions: ["read"],
    });
    await passes([reason("short"), permission()], { shortestReason: 3 });
  });

  it("says when a preview does not know the team, and checks the others", async () => {
    await cannotKnow([team(), permission({ inputs: { team: UNKNOWN } })], "team");
  });
});

describe("oidc-rules-are-exact", () => {
  const { passes, refuses, cannotKnow } = checksOf("oidc-rules-are-exact");
  const without = (...claims: string[]) =>
    issuer(Object.fromEntries(Object.entries(CLAIMS).filter(([claim]) => !claims.includes(claim))));
  const claim = (changes: Record<string, string>) => issuer({ ...CLAIMS, ...changes });

  it("lets pass an exact policy, one that denies, and an issuer without policies", async () => {
    await passes([issuer(), without("ref"), without("environment"), without("repository_id")]);
    await passes([issuer({ sub: "*" }, { decision: "deny" }), { ...issuer(), inputs: {} }]);
  });

  it("refuses a policy by sub alone", async () => {
    await refuses(
      [issuer({ aud: CLAIMS.aud, sub: "repo:acme/infrastructure:ref:refs/heads/main" })],
      [/policies\[0\] does not pin the claim repository/, /pins no branch/],
    );
  });

  it("refuses a missing audience, repository and branch", async () => {
    await refuses([without("aud")], [/claim aud/]);
    await refuses([without("repository")], [/claim repository/]);
    await refuses([without("ref", "environment")], [/pins no branch \(none of ref, environment, base_ref\)/]);
    await refuses(
      [{ ...issuer(), inputs: { ...issuer().inputs, policies: [{ decision: "allow" }] } }],
      [/aud/, /repository/, /no branch/],
    );
  });

  it("refuses wildcards in what must be exact", async () => {
    await refuses([claim({ repository: "acme/*" })], [/wildcard in the claim repository/]);
    await refuses([claim({ ref: "refs/heads/release-?" })], [/wildcard in the claim ref/]);
    await refuses([claim({ aud: "urn:pulumi:org:*" })], [/wildcard in the claim aud/]);
  });

  it("refuses a dot that matches a neighbour, unless an id or another place pins it", async () => {
    await passes([claim({ repository: "acme/site.io" }), claim({ ref: "refs/heads/v1.0" })]);
    await refuses([issuer({ ...CLAIMS, repository: "acme/site.io", repository_id: "47*" })], [/for its dot/]);
    await refuses(
      [issuer({ aud: CLAIMS.aud, repository: "acme/site", ref: "refs/heads/v1.0" })],
      [/trusts a ref that has another character/],
    );
  });

  it("wants audience and subject of an issuer that is not GitHub's", async () => {
    const other = (rules: Record<string, string>) => ({
      ...issuer(),
      inputs: { ...issuer(rules).inputs, url: "https://gitlab.com" },
    });
    await passes([other({ aud: CLAIMS.aud, sub: "project:1" })]);
    await refuses([other({ aud: CLAIMS.aud, sub: "project:*" })], [/wildcard in the claim sub/]);
  });

  it("knows a GitHub of one's own by its address", async () => {
    const own = {
      ...issuer(),
      inputs: { ...issuer().inputs, url: "https://github.acme.dev/_services/token" },
    };
    await passes([own]);
  });

  it("says when a preview does not know a claim, after what it knows", async () => {
    await cannotKnow([claim({ repository: UNKNOWN })], "policies.0.rules.repository");
  });
});

describe("production-environments-protected", () => {
  const { passes, refuses, cannotKnow } = checksOf("production-environments-protected");
  const around = (...resources: Parameters<typeof passes>[0]) => [
    stack(),
    stage(),
    stage("staging"),
    ...resources,
  ];

  it("lets pass an environment with both protections", async () => passes(around(settings(), environment())));

  it("refuses one without either", async () => {
    await refuses(around(environment({ protect: false })), [/is not protected/, /would let anyone/]);
    const off = settings({ inputs: { deletionProtected: false } });
    await refuses(around(off, environment()), [/would let anyone/]);
    await refuses(around(settings({ inputs: { deletionProtected: undefined } }), environment()), [
      /would let/,
    ]);
  });

  it("forgets what an earlier run declared", async () => {
    await passes(around(settings(), environment()));
    await refuses(around(environment()), [/would let anyone/]);
  });

  it("lets pass what is not there yet, what imports, and other environments", async () => {
    const coming = environment();
    await passes(around({ ...coming, outputs: { ...coming.inputs, environmentId: UNKNOWN } }));
    await passes(around(environment({ protect: false, inputs: { yaml: "imports:\n  - a\n" } })));
    await passes(around(environment({ protect: false, parent: "sophia-secrets:esc:Stage::staging" })));
  });

  it("knows production by its name where no component says it, and by the config", async () => {
    const alone = environment({ protect: false, parent: "" });
    await refuses(around(settings(), alone), [/is not protected/]);
    await passes(around(alone), { environments: ["live"] });
  });

  it("says when a preview does not know an environment's text", async () => {
    await cannotKnow(around(settings(), environment({ outputs: { name: "a", yaml: UNKNOWN } })), "yaml");
  });
});
