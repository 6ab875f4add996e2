import { readFileSync } from "node:fs";
import { parse } from "yaml";
import * as z from "zod";

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

/** Reads a seed file. @throws naming the file and every problem in it. */
export function readSeed(file: string): Seed {
  const result = SEED.safeParse(parse(readFileSync(file, "utf8")));
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `  - ${issue.path.join(".")}: ${issue.message}`);
  throw new Error(
    [`The sandbox's seed ${file} does not fit. Remedy: mend these, then start again`, ...problems].join("\n"),
  );
}
