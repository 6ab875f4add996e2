import { rmSync } from "node:fs";
import { join } from "node:path";
import { AuditLog } from "./core/audit";
import { type Running, serveService } from "./core/serve";
import { type Database, type DatabaseSeed, startDatabase } from "./database/database";
import { createGitHubService } from "./github/github-service";
import { createPulumiService } from "./pulumi/pulumi-service";
import type { Seed } from "./read-seed";
import { createRegistryService } from "./registry/registry-service";
import { createRunner } from "./runner/runner";
import { readTokens, type SandboxTokens, tokensOf } from "./sandbox-tokens";

/** GitHub's own issuer: in the sandbox its keys are those of the GitHub on this machine. */
const ISSUER = "https://token.actions.githubusercontent.com";

/** Ports to listen on; the system chooses those left out. */
export interface SandboxPorts {
  github?: number;
  pulumi?: number;
  registry?: number;
  database?: number;
}

/** GitHub, Pulumi Cloud, a container registry and a database on loopback. */
export interface Sandbox {
  github: Running;
  pulumi: Running;
  registry: Running;
  /** Undefined where the seed has none. */
  database: Database | undefined;
  tokens: SandboxTokens;
  /** Back to the seed; tokens and ports stay. */
  reset(): Promise<void>;
  /** Ends the services, the database and every workflow run. The state stays in the folder. */
  close(): Promise<void>;
}

/**
 * Starts the sandbox.
 *
 * @param options.folder where its state is kept, readable by its owner alone.
 * @throws when a port is taken, or the folder holds something else.
 */
export async function startSandbox(options: {
  folder: string;
  seed: Seed;
  ports?: SandboxPorts;
}): Promise<Sandbox> {
  const { folder, seed, ports = {} } = options;
  const tokens = readTokens(folder);
  const audit = new AuditLog(join(folder, "audit.jsonl"));
  const context = (name: string) => ({ folder: join(folder, name), audit });
  const running: Pick<Running, "reset" | "close">[] = [];
  // GitHub and Pulumi Cloud each name the other's address, which is known once it listens: both are asked late.
  const addresses = { pulumi: "", github: "" };
  try {
    const github = await serveService(
      createGitHubService(context("github"), {
        seed: { ...seed.github, tokens: tokensOf(seed.github.tokens, tokens.github) },
        runner: (host, onChange, nextRunId) =>
          createRunner({ host, onChange, nextRunId, workFolder: join(folder, "runner") }),
        issuer: ISSUER,
        machine: () => ({ PULUMI_BACKEND_URL: addresses.pulumi }),
      }),
      context("github"),
      ports.github,
    );
    running.push(github);
    addresses.github = github.url;
    const pulumiSeed = {
      ...seed.pulumi,
      tokens: tokensOf(seed.pulumi.tokens, tokens.pulumi),
      issuers: { [ISSUER]: `${github.url}/_actions/.well-known/jwks` },
    };
    const pulumi = await serveService(
      createPulumiService(context("pulumi"), { seed: pulumiSeed }),
      context("pulumi"),
      ports.pulumi,
    );
    running.push(pulumi);
    addresses.pulumi = pulumi.url;
    const images = seed.registry.images;
    const registry = await serveService(
      createRegistryService(context("registry"), { credentials: tokens.registry, images }),
      context("registry"),
      ports.registry,
    );
    running.push(registry);
    const database =
      seed.database &&
      (await startDatabase({
        seed: withPassword(seed.database, tokens.database),
        file: join(folder, "database", "database.json"),
        port: ports.database,
      }));
    if (database !== undefined) running.push(database);
    const close = async () => {
      await Promise.all(running.map((each) => each.close()));
      rmSync(join(folder, "runner"), { recursive: true, force: true });
    };
    const reset = async () => {
      for (const each of running) await each.reset();
      audit.reset();
    };
    return { github, pulumi, registry, database, tokens, reset, close };
  } catch (error) {
    await Promise.all(running.map((each) => each.close()));
    throw error;
  }
}

/** The others have no password before their first rotation. */
function withPassword(
  { name, manager, users }: NonNullable<Seed["database"]>,
  password: string,
): DatabaseSeed {
  const rotated = users.map((user) => ({ name: user }));
  return { name, users: [{ name: manager, password, isManager: true }, ...rotated] };
}
