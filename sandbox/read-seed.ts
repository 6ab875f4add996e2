import { readFileSync } from "node:fs";
import { parse } from "yaml";
import * as z from "zod";
import type { ProjectNames } from "./project-names";

const member = z.strictObject({ login: z.string().min(1), role: z.enum(["admin", "member"]) });

const SEED = z.strictObject({
  github: z.strictObject({
    organizations: z.array(
      z.strictObject({
        login: z.string().min(1),
        plan: z.enum(["free", "team", "enterprise"]).exactOptional(),
        members: z.array(member),
        repositories: z.array(
          z.strictObject({
            name: z.string().min(1),
            private: z.boolean(),
            defaultBranch: z.string().exactOptional(),
            createdAt: z.iso.datetime().exactOptional(),
            files: z.record(z.string(), z.string()).exactOptional(),
          }),
        ),
      }),
    ),
    tokens: z.array(z.strictObject({ login: z.string().min(1), scopes: z.array(z.string()) })).min(1),
  }),
  pulumi: z.strictObject({
    organizations: z.array(
      z.strictObject({
        name: z.string().min(1),
        edition: z.enum(["individual", "team", "enterprise", "business-critical"]).exactOptional(),
        defaultEnvironmentPermission: z.enum(["none", "read", "open", "write", "admin"]),
        defaultStackPermission: z.enum(["none", "read", "write"]).exactOptional(),
        members: z.array(member),
        teams: z
          .array(z.strictObject({ name: z.string().min(1), members: z.array(z.string().min(1)) }))
          .exactOptional(),
      }),
    ),
    tokens: z.array(z.strictObject({ login: z.string().min(1) })).min(1),
  }),
  registry: z.strictObject({ images: z.array(z.string()) }),
  database: z
    .strictObject({
      name: z.string().min(1),
      manager: z.string().min(1),
      users: z.array(z.string().min(1)),
    })
    .exactOptional(),
});

/** The sandbox's first state, as sandbox/seed.yaml writes it: names only, the tokens are made later. */
export type Seed = z.infer<typeof SEED>;

/**
 * Reads a seed file.
 *
 * @param names of the project, for what stands in double braces. An item of a list that has a list's name in it stands
 *   for one item per name; of items with the same login the first counts.
 * @throws Error naming the file and every problem in it.
 */
export function readSeed(file: string, names: ProjectNames): Seed {
  const result = SEED.safeParse(filled(parse(readFileSync(file, "utf8")), { ...names }));
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `  - ${issue.path.join(".")}: ${issue.message}`);
  throw new Error(
    [`The sandbox's seed ${file} does not fit. Remedy: fix these, then start again`, ...problems].join("\n"),
  );
}

const PLACE = /\{\{(\w+)\}\}/;

function filled(value: unknown, names: Readonly<Record<string, unknown>>): unknown {
  if (typeof value === "string")
    return value.replace(PLACE, (whole, name: string) => String(names[name] ?? whole));
  if (Array.isArray(value))
    return onceEach(value.flatMap((item) => itemsOf(item, names)).map((each) => filled(each, names)));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, filled(each, names)]));
}

/** One item for each name of the list that it has in it; itself where it has none. */
function itemsOf(item: unknown, names: Readonly<Record<string, unknown>>): unknown[] {
  const text = JSON.stringify(item);
  const list = names[PLACE.exec(text)?.[1] ?? ""];
  if (!Array.isArray(list)) return [item];
  return list.map((name: string) => JSON.parse(text.replace(PLACE, JSON.stringify(name).slice(1, -1))));
}

function onceEach(items: readonly unknown[]): unknown[] {
  const loginOf = (item: unknown) => (item as { login?: unknown } | null)?.login;
  return items.filter((item, at) => {
    const login = loginOf(item);
    return login === undefined || items.findIndex((other) => loginOf(other) === login) === at;
  });
}
