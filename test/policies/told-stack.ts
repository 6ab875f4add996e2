import { TYPES } from "../../policies/resource-types";
import { secret, type Told } from "./run-pack";

/** How the program's texts begin where a person has set no value. */
export const PLACEHOLDER = "__SET_ME_IN_GITHUB__ (placeholder)";
const SHA = "08c6903cd8c0fde910a37f88322edcfb5dd907a8";

/** Resources of a stack that breaks no rule, each with what a test changes in it. */
type Changes = Partial<Omit<Told, "inputs">> & { inputs?: Record<string, unknown> };

function told(base: Told, changes: Changes = {}): Told {
  const inputs = { ...base.inputs, ...changes.inputs };
  return { ...base, ...changes, inputs: withoutUndefined(inputs) };
}

/** Inputs as the engine sends them: what is undefined is not sent. */
export function withoutUndefined(inputs: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined));
}

export const stack = (): Told => ({ type: TYPES.stack, name: "stack" });

export const slotComponent = (name = "A_KEY"): Told => ({ type: TYPES.slot, name });

export const organizationSecret = (changes?: Changes): Told =>
  told(
    {
      type: TYPES.organizationSecret,
      name: "A_KEY",
      inputs: { secretName: "A_KEY", visibility: "selected", value: secret(PLACEHOLDER) },
      protect: true,
      ignoreChanges: ["value", "remoteUpdatedAt", "visibility", "selectedRepositoryIds"],
      parent: `${TYPES.slot}::A_KEY`,
    },
    changes,
  );

export const secretRepositories = (changes?: Changes): Told =>
  told(
    {
      type: TYPES.organizationSecretRepositories,
      name: "A_KEY",
      inputs: { secretName: "A_KEY", selectedRepositoryIds: [4711] },
      protect: true,
      parent: `${TYPES.slot}::A_KEY`,
    },
    changes,
  );

/** What the program's component for the catalog gives out. */
export const ENTRY = {
  name: "A_KEY",
  group: "keys",
  owner: "Ops",
  rotationDays: 90,
  scope: "organization",
  value: "person",
  environments: ["staging", "production"],
  credential: true,
} as const;

/** A policy of the catalog that opens every environment of `ENTRY`. */
export const POLICY = {
  name: "admins",
  why: "Administrators open everything, in an emergency too",
  level: "open",
  groups: "all",
  environments: ["staging", "production"],
  identities: ["user ann"],
  teams: [],
} as const;

export const catalog = (...secrets: readonly object[]): Told => ({
  type: TYPES.catalog,
  name: "shop",
  inputs: {},
  outputs: { secrets: secrets.length === 0 ? [ENTRY] : secrets, policies: [POLICY] },
});

export const stage = (name = "production"): Told => ({ type: TYPES.stage, name });

export const environment = (changes?: Changes): Told => {
  const base = told(
    {
      type: TYPES.environment,
      name: "production-keys",
      inputs: {
        organization: "acme",
        project: "default",
        name: "shop-production-keys",
        yaml: secret("values: {}"),
      },
      protect: true,
      ignoreChanges: ["yaml"],
      parent: `${TYPES.stage}::production`,
    },
    changes,
  );
  return { outputs: { ...base.inputs, environmentId: "id" }, ...base };
};

export const settings = (changes?: Changes): Told =>
  told(
    {
      type: TYPES.environmentSettings,
      name: "production-keys",
      inputs: {
        orgName: "acme",
        projectName: "default",
        envName: "shop-production-keys",
        deletionProtected: true,
      },
      outputs: { deletionProtected: true },
    },
    changes,
  );

export const tag = (changes?: Changes): Told =>
  told(
    {
      type: TYPES.environmentTag,
      name: "production-keys-owner",
      inputs: {
        orgName: "acme",
        projectName: "default",
        envName: "shop-production-keys",
        name: "owner",
        value: "Ops",
      },
      outputs: {},
    },
    changes,
  );

export const team = (changes?: Changes): Told =>
  told(
    {
      type: TYPES.team,
      name: "shop-production-sync",
      inputs: {
        organizationName: "acme",
        teamType: "pulumi",
        name: "shop-production-sync",
        description: "Writes the values: the sync job",
      },
    },
    changes,
  );

export const permission = (changes?: Changes): Told =>
  told(
    {
      type: TYPES.environmentPermission,
      name: "sync-keys",
      inputs: {
        organization: "acme",
        team: "shop-production-sync",
        project: "default",
        environment: "shop-production-keys",
        permission: "write",
      },
    },
    changes,
  );

export const CLAIMS = {
  aud: "urn:pulumi:org:acme",
  repository: "acme/infrastructure",
  repository_id: "4711",
  ref: "refs/heads/main",
  environment: "production",
} as const;

/** Of the job that may be an administrator where the config says so. */
export const ADMIN_CLAIMS = {
  ...CLAIMS,
  environment: "program-production",
  workflow_ref: "acme/infrastructure/.github/workflows/deploy.yml@refs/heads/main",
} as const;

/** An issuer with one policy for these claims. */
export const issuer = (
  rules: Record<string, unknown> = CLAIMS,
  more: Record<string, unknown> = {},
): Told => ({
  type: TYPES.issuer,
  name: "github-actions",
  inputs: {
    organization: "acme",
    name: "github-actions",
    url: "https://token.actions.githubusercontent.com",
    policies: [
      {
        decision: "allow",
        tokenType: "team",
        teamName: "shop-production-sync",
        rules: withoutUndefined(rules),
        ...more,
      },
    ],
  },
});

/** A workflow as people write it, with places for what a test puts wrong. */
export const WORKFLOW = `name: Sync
on:
  push: { branches: [main] }
permissions: {}
jobs:
  sync:
    runs-on: ubuntu-latest
    permissions: { contents: read, id-token: write }
    steps:
      - uses: actions/checkout@${SHA} # v5
        with: { persist-credentials: false }
      - run: node sync.cjs
        env:
          A_KEY: \${{ secrets.A_KEY }}
`;

export const file = (changes?: Changes): Told =>
  told(
    {
      type: TYPES.repositoryFile,
      name: "infrastructure/sync.yml",
      inputs: {
        repository: "infrastructure",
        branch: "main",
        file: ".github/workflows/sync.yml",
        content: WORKFLOW,
        commitMessage: "Sync secrets",
      },
    },
    changes,
  );

/** The workflow with one text replaced; the text must be there. */
export function workflow(from: string, to: string): Told {
  if (!WORKFLOW.includes(from)) throw new Error(`the workflow has no ${from}`);
  return file({ inputs: { content: WORKFLOW.replace(from, () => to) } });
}

export const docker = (registryAuth: unknown): Told => ({
  type: TYPES.dockerProvider,
  name: "registry",
  inputs: { registryAuth },
});
