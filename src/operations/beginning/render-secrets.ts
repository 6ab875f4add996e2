import type { Entry } from "../../catalog/entry";
import { fileOfStack } from "../../catalog/stack-file";
import type { Proposal, ProposedEntry } from "./propose-catalog";

/** biome.json's line width: what is written is as `make format` would leave it. */
const WIDTH = 110;

/** The files of a proposal, by path below the project's root; the catalog last, so that it is there when all is. */
export function renderProposal(proposal: Proposal, project: string): Map<string, string> {
  const { environments } = proposal.answers;
  return new Map([
    ["secrets/environments.ts", environmentsFile(environments)],
    ["secrets/groups.ts", groupsFile(proposal)],
    ["secrets/access-policies.ts", ACCESS_POLICIES],
    ["secrets/applications.ts", APPLICATIONS],
    ["secrets/images.ts", IMAGES],
    ...proposal.stacks.map(({ name, config }): [string, string] => [
      fileOfStack(name),
      stackFile(config, project),
    ]),
    ["secrets/catalog.ts", catalogFile(proposal)],
  ]);
}

function environmentsFile(environments: readonly string[]): string {
  return `/**
 * Deployment environments, first to last. Each belongs to one stack: \`environments\` in Pulumi.<stack>.yaml says which.
 */
${listed("export const ENVIRONMENTS = ", environments, " as const;")}
`;
}

function groupsFile({ groups }: Proposal): string {
  const each = Object.entries(groups).map(([name, { description, rotationDays, owner }]) =>
    [
      `  ${keyOf(name)}: {`,
      `    description: ${quoted(description)},`,
      `    rotationDays: ${rotationDays},`,
      `    owner: ${quoted(owner)},`,
      "  },",
    ].join("\n"),
  );
  return `import type { Group } from "../src/catalog/entry";

/**
 * Groups of secrets: each has an owner, a rotation interval, and one values environment in ESC per deployment
 * environment. Owners and days are a beginning: write here what your organization has decided.
 */
export const GROUPS = {
${each.join("\n")}
} as const satisfies Record<string, Group>;
`;
}

const ACCESS_POLICIES = `import type { AccessPolicy } from "../src/catalog/access-policy";
import type { ENVIRONMENTS } from "./environments";
import type { GROUPS } from "./groups";

/**
 * Who may do what with values in ESC, besides the pipeline itself and the organization's administrators. People are
 * named by their login in Pulumi Cloud. \`./sophia-secrets access\` shows the result.
 *
 * To give somebody access, an entry here, then \`pulumi up\`:
 *
 *     {
 *       name: "developers",
 *       why: "Developers run the application on their own machines",
 *       groups: "all",
 *       environments: ["development"],
 *       identities: [{ type: "user", name: "LOGIN" }],
 *       level: "open",
 *     },
 */
export const ACCESS_POLICIES = [] as const satisfies readonly AccessPolicy<
  keyof typeof GROUPS,
  (typeof ENVIRONMENTS)[number]
>[];
`;

const APPLICATIONS = `import type { Application, Groupings } from "../src/catalog/applications";

/**
 * Applications that load secrets. \`pulumi up\` commits the loader to each repository and keeps it current. To add one, an
 * entry here; src/catalog/applications.ts says what it may say:
 *
 *     { name: "backend", repository: "REPOSITORY", language: "python", path: "secrets_loader.py" },
 */
export const APPLICATIONS = [] as const satisfies readonly Application[];

/** Secrets that applications ask for together, as functions of the loader. A text is an app key of the catalog. */
export const GROUPINGS = {} as const satisfies Groupings;
`;

const IMAGES = `import type { Image } from "../src/catalog/entry";

/** Container images that the platform runs. The stacks resolve each to its digest. To add one: a line here. */
export const IMAGES: readonly Image[] = [];
`;

function stackFile(config: Readonly<Record<string, unknown>>, project: string): string {
  const lines = Object.entries(config).flatMap(([key, value]) =>
    Array.isArray(value)
      ? [`  ${project}:${key}:`, ...value.map((each) => `    - ${yamlText(each)}`)]
      : [`  ${project}:${key}: ${yamlText(value)}`],
  );
  return `config:\n${lines.join("\n")}\n`;
}

/** Names that YAML would take for a number, a boolean or null are quoted. */
function yamlText(value: unknown): string {
  const text = String(value);
  return /^[A-Za-z][A-Za-z0-9._-]*$/.test(text) && !/^(true|false|yes|no|on|off|null|y|n)$/i.test(text)
    ? text
    : quoted(text);
}

function catalogFile({ entries, groups, answers }: Proposal): string {
  const sections = Object.keys(groups).map((group) => {
    const heading = `    // --- ${group} `;
    const own = entries.filter((entry) => entry.group === group);
    return [heading.padEnd(WIDTH, "-"), ...own.map((entry) => entryText(entry))].join("\n");
  });
  const pages = entries.some(({ pageKey }) => pageKey !== undefined);
  return `import { defineCatalog } from "../src/catalog/entry";
${pages ? 'import { PAGES } from "../src/catalog/vendors";\n' : ""}import { ACCESS_POLICIES } from "./access-policies";
import { APPLICATIONS, GROUPINGS } from "./applications";
import { ENVIRONMENTS } from "./environments";
import { GROUPS } from "./groups";

/**
 * The catalog: every secret of ${answers.githubOrganization}, and the groups, deployment environments and access policies beside this
 * file. \`./sophia-secrets init\` wrote the first version from the names that there were, and writes nothing over it.
 *
 * To add a secret: one line here, then \`pulumi up\`. The organization secret, the sync, ESC, access and the loaders'
 * types follow from it. \`src/catalog/entry.ts\` says what an entry takes; only name and group are needed.
 */
export const catalog = defineCatalog({
  environments: ENVIRONMENTS,
  groups: GROUPS,
  accessPolicies: ACCESS_POLICIES,
  applications: APPLICATIONS,
  groupings: GROUPINGS,
  secrets: [
${sections.join("\n\n")}
  ],
});
`;
}

/** The keys of an entry in the order in which people read them. */
const KEYS: readonly (keyof Entry)[] = [
  "name",
  "group",
  "appKey",
  "format",
  "page",
  "credential",
  "bootstrap",
  "perEnvironment",
  "environments",
  "visibility",
  "repositories",
];

/** An entry as a line of the catalog, or several where one is too long. */
export function entryText(entry: ProposedEntry): string {
  const fields = KEYS.flatMap((key) => {
    const value = entry[key];
    if (value === undefined) return [];
    return [{ key, value, text: `${key}: ${key === "page" ? `PAGES.${entry.pageKey}` : valueText(value)}` }];
  });
  const line = `    { ${fields.map(({ text }) => text).join(", ")} },`;
  if (line.length <= WIDTH) return line;
  const lines = fields.map(({ key, value, text }) =>
    Array.isArray(value) ? listed(`      ${key}: `, value, ",", 6) : `      ${text},`,
  );
  return ["    {", ...lines, "    },"].join("\n");
}

function valueText(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(quoted).join(", ")}]` : quoted(value);
}

/** A list in one line, or with a line for each where that is too long. */
function listed(before: string, values: readonly unknown[], after: string, indent = 0): string {
  const line = `${before}${valueText(values)}${after}`;
  if (line.length <= WIDTH) return line;
  const each = values.map((value) => `${" ".repeat(indent + 2)}${quoted(value)},`);
  return [`${before}[`, ...each, `${" ".repeat(indent)}]${after}`].join("\n");
}

function quoted(value: unknown): string {
  return JSON.stringify(value);
}

function keyOf(name: string): string {
  return /^[a-z_]\w*$/.test(name) ? name : quoted(name);
}
