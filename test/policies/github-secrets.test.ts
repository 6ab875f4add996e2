import { TYPES } from "../../policies/resource-types";
import { checksOf } from "./check-rule";
import { secret, type Told, UNKNOWN } from "./run-pack";
import {
  catalog,
  ENTRY,
  organizationSecret,
  PLACEHOLDER,
  secretRepositories,
  slotComponent,
} from "./told-stack";

const DAY = 86_400_000;
const day = (days: number) => new Date(Date.now() + days * DAY).toISOString().slice(0, 10);

describe("organization-secrets-not-for-all", () => {
  const { passes, refuses, cannotKnow } = checksOf("organization-secrets-not-for-all");
  const visibility = (value: unknown, name = "A_KEY") =>
    organizationSecret({ name, inputs: { visibility: value } });

  it("lets pass selected and private", async () => passes([visibility("selected"), visibility("private")]));

  it("refuses all, of Actions and of Dependabot", async () => {
    const type = "github:index/dependabotOrganizationSecret:DependabotOrganizationSecret";
    const other = organizationSecret({ type, inputs: { visibility: "all" } });
    await refuses([visibility("all"), other], [/every repository/, /every repository/]);
  });

  it("refuses a missing visibility, and says when a preview does not know it", async () => {
    await refuses([visibility(undefined)], [/visibility is not declared/]);
    await cannotKnow([visibility(UNKNOWN)], "visibility");
  });

  it("lets pass what the config names", async () => {
    await refuses([visibility("all"), visibility("all", "PUBLIC")], [/every/], { allowed: ["PUBLIC"] });
  });
});

describe("slot-guards", () => {
  const { passes, refuses, cannotKnow } = checksOf("slot-guards");
  const around = (...slots: Told[]) => [catalog(), slotComponent(), ...slots];
  const environmentSecret = organizationSecret({
    type: TYPES.environmentSecret,
    ignoreChanges: ["value", "remoteUpdatedAt"],
  });

  it("lets pass a slot with its guards, of the organization and of an environment", async () => {
    await passes(around(organizationSecret(), secretRepositories(), environmentSecret));
  });

  it("refuses a slot, and its list of repositories, without protection", async () => {
    await refuses(around(organizationSecret({ protect: false }), secretRepositories({ protect: false })), [
      /is not protected/,
      /is not protected/,
    ]);
  });

  it("lets go of the protection where a tombstone announces the end", async () => {
    const leaving = { ...ENTRY, tombstone: day(30) };
    await passes([catalog(leaving), slotComponent(), organizationSecret({ protect: false })]);
  });

  it("refuses a secret that no component with hooks declares", async () => {
    const alone = organizationSecret({ parent: `${TYPES.stack}::stack` });
    await refuses(around(alone), [/outside the components/]);
    await passes([...around(alone), { type: TYPES.stack, name: "stack" }], { components: [TYPES.stack] });
  });

  it("refuses ignored changes that leave an update possible", async () => {
    await refuses(around(organizationSecret({ ignoreChanges: ["value"] })), [
      /a change of remoteUpdatedAt, visibility, selectedRepositoryIds would/,
    ]);
  });

  it("refuses a value of its own unless the catalog says that config has it", async () => {
    const valued = organizationSecret({ inputs: { value: secret("hunter2") } });
    await refuses(around(valued), [/carries a value/]);
    await passes([catalog({ ...ENTRY, value: "config" }), slotComponent(), valued]);
  });

  it("looks at every property that can hold the value", async () => {
    for (const property of ["plaintextValue", "valueEncrypted", "encryptedValue"]) {
      const own = (value: unknown, ignoreChanges?: string[]) =>
        organizationSecret({
          inputs: { value: undefined, [property]: secret(value) },
          ...(ignoreChanges === undefined ? {} : { ignoreChanges }),
        });
      await refuses(around(own("hunter2")), [/carries a value/]);
      await refuses(around(own(PLACEHOLDER)), [new RegExp(`a change of ${property} would`)]);
      const ignored = [property, "remoteUpdatedAt", "visibility", "selectedRepositoryIds"];
      await passes(around(own(PLACEHOLDER, ignored)));
    }
    await passes(around(organizationSecret({ inputs: { plaintextValue: "", encryptedValue: "" } })));
  });

  it("refuses a slot without a value's placeholder that ignores nothing", async () => {
    await refuses(around(organizationSecret({ inputs: { value: undefined }, ignoreChanges: [] })), [
      /a change of remoteUpdatedAt would/,
    ]);
  });

  it("checks the rest where a preview does not know the value, and says when it does not know the name", async () => {
    await passes(around(organizationSecret({ inputs: { value: UNKNOWN } })));
    await cannotKnow(around(organizationSecret({ inputs: { secretName: UNKNOWN } })), "secretName");
  });

  it("knows the placeholder by the config", async () => {
    const own = organizationSecret({ inputs: { value: secret("TODO") } });
    await passes(around(own), { placeholder: "TODO" });
    await refuses(
      around(organizationSecret({ inputs: { value: secret(PLACEHOLDER) } })),
      [/carries a value/],
      {
        placeholder: "TODO",
      },
    );
  });
});

describe("secrets-have-owner-and-rotation", () => {
  const { passes, refuses, cannotKnow } = checksOf("secrets-have-owner-and-rotation");

  it("lets pass a whole entry, and a stack without secrets", async () => {
    await passes([catalog(), organizationSecret()]);
    await passes([]);
  });

  it("refuses what is missing or empty, by name", async () => {
    const { group, owner, rotationDays, ...bare } = ENTRY;
    await refuses(
      [catalog(bare, { ...ENTRY, group: " ", owner: "", rotationDays: 0 })],
      [/A_KEY is in no group/, /has no owner/, /has no rotation/, /no group/, /no owner/, /no rotation/],
    );
  });

  it("refuses a rotation beyond the longest, which the config may change", async () => {
    const slow = catalog({ ...ENTRY, rotationDays: 366 });
    await refuses([slow], [/less often than every 365 days/]);
    await passes([slow], { longestRotationDays: 400 });
  });

  it("refuses secrets without a catalog, and a secret that is not in it", async () => {
    await refuses([organizationSecret()], [/no catalog/]);
    await refuses([catalog(), organizationSecret({ inputs: { secretName: "OTHER" } })], [/without an entry/]);
  });

  it("calls an entry by its place where it has no name that could be one", async () => {
    await refuses([catalog({ ...ENTRY, name: "not a name", owner: "" })], [/secrets\[0\] has no owner/]);
  });

  it("says when a preview does not know a secret's name, and checks the others", async () => {
    await cannotKnow(
      [catalog(), organizationSecret({ inputs: { secretName: UNKNOWN } }), organizationSecret()],
      "secretName",
    );
  });
});

describe("slots-outlive-their-tombstone", () => {
  const { passes, refuses, cannotKnow } = checksOf("slots-outlive-their-tombstone");
  const second = { ...ENTRY, name: "B_KEY" };

  it("lets pass a catalog whose slots are there, and a stack that owns none", async () => {
    await passes([catalog(), organizationSecret()]);
    await passes([catalog()]);
    await passes([organizationSecret()]);
  });

  it("refuses an entry whose slot is gone before its day", async () => {
    await refuses(
      [catalog(ENTRY, second), organizationSecret()],
      [/B_KEY is in the catalog, and this stack does not declare it/],
    );
    await refuses([catalog(ENTRY, { ...second, tombstone: day(2) }), organizationSecret()], [/B_KEY/]);
  });

  it("lets go a due entry, and one whose value is an environment's", async () => {
    const others = [
      { ...second, tombstone: day(-1) },
      { ...second, scope: "environment" },
    ];
    await passes([catalog(ENTRY, ...others), organizationSecret()]);
  });

  it("says when a preview does not know a secret's name", async () => {
    await cannotKnow([catalog(), organizationSecret({ inputs: { secretName: UNKNOWN } })], "secretName");
  });
});

describe("due-tombstones-are-removed", () => {
  const { passes, refuses, cannotKnow } = checksOf("due-tombstones-are-removed");

  it("lets pass entries that stay, and those whose day is to come", async () => {
    await passes([catalog(ENTRY, { ...ENTRY, tombstone: day(2) })]);
    await passes([]);
  });

  it("advises on the day and after it", async () => {
    await refuses([catalog({ ...ENTRY, tombstone: day(0) }), organizationSecret()], [/A_KEY is due/]);
    await refuses([catalog({ ...ENTRY, tombstone: day(-90) })], [/A_KEY is due/]);
  });

  it("says when a preview does not know the catalog", async () => {
    await cannotKnow([{ ...catalog(), outputs: { secrets: UNKNOWN } }], "secrets");
  });
});

describe("carriers-within-the-ceiling", () => {
  const { passes, refuses, cannotKnow } = checksOf("carriers-within-the-ceiling");
  const many = (count: number, make: (secretName: string) => Told) =>
    Array.from({ length: count }, (_, index) => make(`KEY_${index}`));
  const read = (ids: unknown) => (secretName: string) =>
    secretRepositories({ inputs: { secretName, selectedRepositoryIds: ids } });
  const open = (secretName: string) => organizationSecret({ inputs: { secretName, visibility: "private" } });

  it("lets pass a hundred for one repository, and more over several", async () => {
    await passes(many(100, read([1])));
    await passes([...many(100, read([1])), ...many(140, read([2])).slice(100)]);
    await passes([]);
  });

  it("refuses the hundred and first", async () => {
    await refuses(many(101, read([1, 2])), [/may read 101 of this stack's secrets, 1 more/]);
  });

  it("counts those that are for everyone, and each once", async () => {
    await refuses([...many(60, open), ...many(102, read([1])).slice(50)], [/may read 102/]);
    await refuses(many(101, open), [/may read 101/]);
  });

  it("takes a secret without repositories for nobody's", async () => passes(many(101, read(undefined))));

  it("takes its ceiling from the config", async () => {
    await refuses(many(3, read([1])), [/may read 3 .*, 1 more/], { ceiling: 2 });
  });

  it("says when a preview does not know the readers", async () =>
    cannotKnow([read(UNKNOWN)("A")], "selectedRepositoryIds"));
});
