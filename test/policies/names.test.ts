import { checksOf } from "./check-rule";
import { UNKNOWN } from "./run-pack";
import { environment, organizationSecret, stack, stage, tag, team } from "./told-stack";

describe("github-secret-names", () => {
  const { passes, refuses, cannotKnow } = checksOf("github-secret-names");
  const named = (secretName: unknown) => organizationSecret({ inputs: { secretName } });

  it("lets pass names that GitHub stores as they stand", async () => passes([named("A_KEY"), named("_1")]));

  it("refuses others, and a missing one", async () => {
    for (const name of ["GITHUB_TOKEN", "a_key", "1_KEY", "A-KEY", "", undefined])
      await refuses([named(name)], [/is not a name that GitHub stores/]);
  });

  it("says when a preview does not know it", async () => cannotKnow([named(UNKNOWN)], "secretName"));
});

describe("esc-environment-names", () => {
  const { passes, refuses, cannotKnow } = checksOf("esc-environment-names");
  const named = (name: unknown, stageName = "production") =>
    environment({ inputs: { name }, parent: `sophia-secrets:esc:Stage::${stageName}` });
  const around = (...environments: ReturnType<typeof named>[]) => [
    stage(),
    stage("staging"),
    ...environments,
  ];

  it("lets pass composites, groups and the ledger of one application", async () => {
    await passes(
      around(named("shop-production"), named("shop-production-api-keys"), named("shop-staging", "staging")),
    );
    await passes([environment({ parent: "", inputs: { name: "some-thing" } })]);
  });

  it("refuses a name without its environment, in other letters, of one part, and none", async () => {
    await refuses(around(named("shop-staging-keys")), [/does not say its environment/]);
    for (const name of ["Shop-production", "production", "shop--production", undefined])
      await refuses(around(named(name)), [/is not of parts in lower case/]);
  });

  it("refuses two applications in one stack", async () => {
    await refuses(around(named("shop-production"), named("store-staging", "staging")), [
      /different applications/,
    ]);
  });

  it("says when a preview does not know a name", async () => cannotKnow([named(UNKNOWN)], "name"));
});

describe("team-names-fit", () => {
  const { passes, refuses, cannotKnow } = checksOf("team-names-fit");
  const named = (name: unknown, teamType = "pulumi") => team({ inputs: { name, teamType } });

  it("lets pass 40 characters, and a team of GitHub without a name of its own", async () => {
    await passes([named("a".repeat(40)), named(undefined, "github")]);
  });

  it("refuses 41 characters and none", async () => {
    await refuses(
      [named("a".repeat(41)), named(undefined), named("")],
      [/41 characters/, /no name/, /no name/],
    );
  });

  it("says when a preview does not know it", async () => cannotKnow([named(UNKNOWN)], "name"));
});

describe("environments-are-tagged", () => {
  const { passes, refuses, cannotKnow } = checksOf("environments-are-tagged");

  it("lets pass an environment with its tags", async () => passes([stack(), tag(), environment()]));

  it("advises on one without, with an empty one, and with someone else's", async () => {
    await refuses([stack(), environment()], [/lacks the tags owner/]);
    await refuses([stack(), tag({ inputs: { value: "" } }), environment()], [/lacks/]);
    await refuses([stack(), tag({ inputs: { envName: "other" } }), environment()], [/lacks/]);
  });

  it("takes the tags from the config", async () => {
    await refuses([stack(), tag(), environment()], [/lacks the tags cost, team/], {
      tags: ["cost", "owner", "team"],
    });
    await passes([stack(), environment()], { tags: [] });
  });

  it("says when a preview does not know which environment it is", async () => {
    await cannotKnow([stack(), tag(), environment({ outputs: { name: UNKNOWN } })], "name");
  });
});
