import { TYPES } from "../../../policies/resource-types";
import { secret, type Told } from "../run-pack";
import {
  catalog,
  ENTRY,
  environment,
  organizationSecret,
  permission,
  secretRepositories,
  slotComponent,
  stack,
  stage,
  tag,
  team,
} from "../told-stack";
import type { Kind } from "./kind";

const DAY = 86_400_000;
const day = (days: number) => new Date(Date.now() + days * DAY).toISOString().slice(0, 10);
const alone = (changes: Parameters<typeof organizationSecret>[0]) => organizationSecret(changes);
const named = (name: string): Told => environment({ inputs: { name } });

export const PIPELINE: readonly Kind[] = [
  {
    name: "a GitHub secret whose value an update or a deletion would replace",
    rule: "slot-guards",
    beside: [catalog(), slotComponent()],
    examples: [
      alone({ protect: false }),
      alone({ ignoreChanges: ["value"] }),
      alone({ parent: `${TYPES.stack}::stack` }),
      alone({ inputs: { value: secret("hunter2") } }),
      secretRepositories({ protect: false }),
    ],
    cause: /is not protected|would become an update|outside the components|carries a value/,
  },
  {
    name: "a secret without an entry, an owner, a group or a rotation",
    rule: "secrets-have-owner-and-rotation",
    beside: [catalog(ENTRY, { ...ENTRY, name: "B_KEY", owner: "", group: "", rotationDays: 400 })],
    examples: [organizationSecret({ inputs: { secretName: "OTHER" } })],
    cause: /has no owner|is in no group|rotated less often|without an entry/,
  },
  {
    name: "an entry whose secret goes before its tombstone's day",
    rule: "slots-outlive-their-tombstone",
    beside: [catalog(ENTRY, { ...ENTRY, name: "B_KEY", tombstone: day(2) })],
    examples: [organizationSecret()],
    cause: /B_KEY is in the catalog/,
  },
  {
    name: "an entry that stays after its tombstone's day",
    rule: "due-tombstones-are-removed",
    examples: [catalog({ ...ENTRY, tombstone: day(-1) })],
    cause: /A_KEY is due/,
  },
  {
    name: "more secrets for one repository than its workflow sees",
    rule: "carriers-within-the-ceiling",
    beside: Array.from({ length: 100 }, (_, index) =>
      secretRepositories({ inputs: { secretName: `KEY_${index}`, selectedRepositoryIds: [1] } }),
    ),
    examples: [secretRepositories({ inputs: { secretName: "KEY_100", selectedRepositoryIds: [1] } })],
    cause: /may read 101/,
  },
  {
    name: "a right on values without a reason",
    rule: "permissions-have-a-reason",
    beside: [team({ inputs: { description: "" } })],
    examples: [
      permission(),
      permission({ inputs: { permission: "open" } }),
      permission({ inputs: { team: "x" } }),
    ],
    cause: /reason|neither declared/,
  },
  {
    name: "a name that GitHub or Pulumi Cloud does not take as it stands",
    rule: "github-secret-names",
    examples: ["GITHUB_TOKEN", "a_key", "1_KEY"].map((secretName) =>
      organizationSecret({ inputs: { secretName } }),
    ),
    cause: /is not a name that GitHub stores/,
  },
  {
    name: "an ESC environment whose name does not say what it is for",
    rule: "esc-environment-names",
    beside: [stack(), stage()],
    examples: [named("shop-staging-keys"), named("Shop-production"), named("production")],
    cause: /does not say its environment|not of parts in lower case/,
  },
  {
    name: "a team's name that Pulumi Cloud refuses",
    rule: "team-names-fit",
    examples: [team({ inputs: { name: "a".repeat(41) } })],
    cause: /41 characters/,
  },
  {
    name: "an ESC environment that says no owner",
    rule: "environments-are-tagged",
    beside: [stack(), tag({ inputs: { envName: "other" } })],
    examples: [environment()],
    cause: /lacks the tags owner/,
  },
];
