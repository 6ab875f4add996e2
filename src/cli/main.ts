import { readFileSync } from "node:fs";
import { createGitHub } from "../clients/github";
import { createHttp } from "../clients/http";
import { createPulumiCloud } from "../clients/pulumi-cloud";
import { RemedyError } from "../errors";
import { Secret } from "../secret";
import type { Doors } from "./command";
import { loadCatalog } from "./load-catalog";
import { runProgram } from "./program";
import { readProject } from "./project";
import { createPulumi } from "./pulumi";
import { createTerminal } from "./terminal";

const GITHUB = "https://api.github.com";
const PULUMI_CLOUD = "https://api.pulumi.com";

const { env } = process;
const terminal = createTerminal(process, (env.NO_COLOR ?? "") !== "" || env.TERM === "dumb");

async function openDoors(stack: string | undefined): Promise<Doors> {
  const project = readProject(process.cwd(), stack);
  const http = createHttp();
  const { settings } = project;
  return {
    project,
    catalog: loadCatalog(project),
    http,
    terminal,
    readFile,
    pulumi: createPulumi(project.dir, project.stack, env),
    now: () => new Date(),
    env,
    github: () =>
      createGitHub({
        url: settings.githubApiUrl ?? (env.GITHUB_BASE_URL || GITHUB),
        organization: settings.githubOrganization,
        token: token("GITHUB_TOKEN") ?? missing("GITHUB_TOKEN"),
        http,
      }),
    cloud: () => {
      const found = token("PULUMI_ACCESS_TOKEN");
      if (found === undefined) return undefined;
      // The backend may also be a folder or a bucket: those hold no ESC.
      const backend = env.PULUMI_BACKEND_URL?.startsWith("http") ? env.PULUMI_BACKEND_URL : PULUMI_CLOUD;
      const url = (settings.pulumiApiUrl ?? backend).replace(/\/+$/, "");
      return createPulumiCloud({ url, organization: settings.pulumiOrganization, token: found, http });
    },
  };
}

function token(name: string): Secret | undefined {
  const value = (env[name] ?? "").trim();
  return value === "" ? undefined : new Secret(value);
}

function missing(name: string): never {
  throw new RemedyError(name, "is not set", `export ${name}=...`);
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    throw new RemedyError(path, `it cannot be read (${code})`, "check its name and who may read it");
  }
}

runProgram(process.argv.slice(2), openDoors, terminal).then((code) => {
  process.exitCode = code;
});
