import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** What the sandbox takes from the project it serves, so that its seed repeats none of it. */
export interface ProjectNames {
  githubOrganization: string;
  pulumiOrganization: string;
  carriers: readonly string[];
  /** Names of the stacks, the one that owns the organization's objects last. */
  stacks: readonly string[];
  /** The composite environment of each deployment environment, `project/name`, by its name. */
  composites: Readonly<Record<string, string>>;
  /** Images that the program resolves. */
  images: readonly string[];
  /** Logins that access policies name, sorted. */
  people: readonly string[];
}

interface StackConfig {
  githubOrganization: string;
  pulumiOrganization: string;
  organizationStack: string;
  carriers: string[];
  escProject?: string;
  application: string;
  environments: string[];
}

/**
 * Reads them where an organization declares them: the stacks' config and `secrets/`, as Pulumi itself loads it.
 *
 * @param dir root of the project.
 * @throws Error when a stack's config or secrets/ cannot be read.
 */
export function projectNames(dir: string): ProjectNames {
  const files = readdirSync(dir).filter((file) => /^Pulumi\..+\.yaml$/.test(file));
  const stacks = files.map((file) => configOf(readFileSync(join(dir, file), "utf8")));
  const [first] = stacks;
  if (first === undefined) throw new Error(`${dir} has no Pulumi.<stack>.yaml`);
  const { githubOrganization, pulumiOrganization, organizationStack } = first;
  const others = files
    .map((file) => file.slice("Pulumi.".length, -".yaml".length))
    .filter((stack) => stack !== organizationStack);
  const composites = stacks.flatMap(({ escProject = "default", application, environments }) =>
    environments.map((name) => [name, `${escProject}/${application}-${name}`] as const),
  );
  return {
    githubOrganization,
    pulumiOrganization,
    stacks: [...others, organizationStack],
    carriers: [...new Set(stacks.flatMap(({ carriers }) => carriers))],
    composites: Object.fromEntries(composites),
    ...declaredIn(dir),
  };
}

/** Keys without the project's name before them. */
function configOf(text: string): StackConfig {
  const { config = {} } = parse(text) as { config?: Record<string, unknown> };
  const entries = Object.entries(config).map(([key, value]) => [key.slice(key.indexOf(":") + 1), value]);
  return Object.fromEntries(entries) as StackConfig;
}

function declaredIn(dir: string): Pick<ProjectNames, "images" | "people"> {
  const load = (file: string) => require(join(dir, "secrets", file)) as Record<string, unknown>;
  const { catalog } = load("catalog.ts") as {
    catalog: { accessPolicies?: readonly { identities: readonly { type: string; name: string }[] }[] };
  };
  const { IMAGES } = load("images.ts") as { IMAGES: readonly { reference: string }[] };
  const identities = (catalog.accessPolicies ?? []).flatMap((policy) => policy.identities);
  const people = identities.filter(({ type }) => type === "user").map(({ name }) => name);
  return { images: IMAGES.map(({ reference }) => reference), people: [...new Set(people)].sort() };
}
