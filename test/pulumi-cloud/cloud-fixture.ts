import { AuditLog, type AuditRecord } from "../../sandbox/core/audit";
import { type Running, serveService } from "../../sandbox/core/serve";
import type { PulumiSeed } from "../../sandbox/pulumi/pulumi-seed";
import { createPulumiService } from "../../sandbox/pulumi/pulumi-service";
import { watched } from "../contracts/contract";
import { pulumiContract } from "../contracts/pulumi-contract";

export const ORG = "payready";
/** Tokens of the seed's people, by role. */
export const TOKENS = { admin: "pul-admin", dev: "pul-dev", other: "pul-other" };

/** An answer, body parsed where it is JSON. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into the vendor's JSON
  json: any;
}

/** A running Pulumi Cloud of the sandbox and ways to talk to it. */
export interface CloudFixture extends Running {
  service: ReturnType<typeof createPulumiService>;
  /** Routes that answered without an error. */
  answered: ReadonlySet<string>;
  /** @throws Error when an answer was not as Pulumi Cloud describes it. */
  close(): Promise<void>;
  audit(): AuditRecord[];
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Creates `payready/PROJECT/NAME` as administrator and writes its text. */
  environment(path: string, text: string): Promise<void>;
}

interface CallOptions {
  /** Administrator's when left out; null sends none. */
  token?: string | null;
  /** Objects go as JSON, text as it is. */
  body?: unknown;
  headers?: Record<string, string>;
}

/** Starts one on a free port. @param folder keeps state there. */
export async function startCloud(
  change: Partial<PulumiSeed["organizations"][number]> & { issuers?: Record<string, string> } = {},
  folder?: string,
): Promise<CloudFixture> {
  const { issuers = {}, ...organization } = change;
  const seed: PulumiSeed = {
    organizations: [
      {
        name: ORG,
        members: [
          { login: "ada", role: "admin" },
          { login: "dev", role: "member" },
        ],
        defaultEnvironmentPermission: "none",
        defaultStackPermission: "none",
        ...organization,
      },
      {
        name: "elsewhere",
        members: [{ login: "olga", role: "admin" }],
        defaultEnvironmentPermission: "write",
      },
    ],
    tokens: [
      { token: TOKENS.admin, login: "ada" },
      { token: TOKENS.dev, login: "dev" },
      { token: TOKENS.other, login: "olga" },
    ],
    issuers,
  };
  const watch = watched(pulumiContract());
  const context = { folder, audit: new AuditLog(undefined), observe: watch.observe };
  const service = createPulumiService(context, { seed });
  const running = await serveService(service, context);
  const call: CloudFixture["call"] = async (
    method,
    path,
    { token = TOKENS.admin, body, headers = {} } = {},
  ) => {
    const sent = typeof body === "string" || body === undefined ? body : JSON.stringify(body);
    const authorization: Record<string, string> = token === null ? {} : { authorization: `token ${token}` };
    const init: RequestInit = { method, headers: { ...authorization, ...headers } };
    if (sent !== undefined) init.body = sent;
    const response = await fetch(running.url + path, init);
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") === true && text !== "";
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson ? JSON.parse(text) : undefined,
    };
  };
  const environment = async (path: string, text: string) => {
    const [project, name] = path.split("/");
    const made = await call("POST", `/api/esc/environments/${ORG}`, { body: { project, name } });
    const written = await call("PATCH", `/api/esc/environments/${ORG}/${path}`, { body: text });
    if (made.status !== 200 || written.status !== 200)
      throw new Error(`fixture: ${made.text} ${written.text}`);
  };
  const close = async () => {
    await running.close();
    watch.check();
  };
  const audit = () => context.audit.list();
  return { ...running, service, answered: watch.answered, audit, call, environment, close };
}

/** The path of an environment of the fixture's organization. */
export const env = (path: string, rest = ""): string => `/api/esc/environments/${ORG}/${path}${rest}`;

/** Creates a team and gives it permissions by environment path. */
export async function team(
  cloud: CloudFixture,
  name: string,
  members: string[],
  permissions: Record<string, string> = {},
  maxOpenDuration?: string,
): Promise<void> {
  await cloud.call("POST", `/api/orgs/${ORG}/teams/pulumi`, {
    body: { name, displayName: name, description: "" },
  });
  for (const member of members)
    await cloud.call("PATCH", `/api/orgs/${ORG}/teams/${name}`, { body: { memberAction: "add", member } });
  for (const [path, permission] of Object.entries(permissions)) {
    const [projectName, envName] = path.split("/");
    const addEnvironmentPermission = {
      projectName,
      envName,
      permission,
      ...(maxOpenDuration && { maxOpenDuration }),
    };
    const answer = await cloud.call("PATCH", `/api/orgs/${ORG}/teams/${name}`, {
      body: { addEnvironmentPermission },
    });
    if (answer.status !== 204) throw new Error(`fixture: ${answer.text}`);
  }
}

/** Opens an environment and gives its values. */
export async function open(cloud: CloudFixture, path: string, token?: string): Promise<Answer> {
  const options = token === undefined ? {} : { token };
  const opened = await cloud.call("POST", env(path, "/open?duration=1h0m0s"), options);
  return opened.status === 200 ? cloud.call("GET", env(path, `/open/${opened.json.id}`), options) : opened;
}
