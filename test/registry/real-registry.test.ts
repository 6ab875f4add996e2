import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { type ChildProcess, execFile, execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHttp } from "../../src/clients/http";
import { checkLogins } from "../../src/operations/verification/check-logins";
import { commandContext } from "../cli/command-context";
import { AT_CLOUD } from "../cli/small-organization";
import { type CloudFixture, ORG, startCloud } from "../pulumi-cloud/cloud-fixture";
import { skip } from "../skip";
import { catalogWith } from "./credential-helper";

const PROJECT = join(__dirname, "../..");
const TOKEN = "planted-registry-token";
/** Debian's packages podman, docker-registry and perl, whose crypt() makes the one hash that the registry takes. */
const NEEDED = ["podman", "docker-registry", "perl"];
const missing = NEEDED.filter((name) => spawnSync(name, ["--version"]).error !== undefined);

describe("a real registry and podman", function () {
  this.timeout(120_000);
  let folder: string;
  let registry: ChildProcess | undefined;
  let cloud: CloudFixture;
  let host: string;

  before(async function () {
    if (missing.length > 0)
      skip(this, `not installed: ${missing.join(", ")} (apt-get install podman docker-registry)`);
    folder = mkdtempSync(join(tmpdir(), "registry-"));
    host = `127.0.0.1:${await freePort()}`;
    registry = await startRegistry(folder, host);
    cloud = await startCloud();
    await write(TOKEN);
    const helper = `#!/bin/sh\ncd ${PROJECT}\nexec ${process.execPath} -r ts-node/register/transpile-only test/registry/credential-helper.ts "$@"\n`;
    mkdirSync(join(folder, "bin"));
    writeFileSync(join(folder, "bin/docker-credential-sophia-secrets"), helper);
    chmodSync(join(folder, "bin/docker-credential-sophia-secrets"), 0o755);
    writeFileSync(join(folder, "auth.json"), JSON.stringify({ credHelpers: { [host]: "sophia-secrets" } }));
  });
  after(async () => {
    registry?.kill();
    await cloud?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  const write = async (token: string) => {
    const values = { registry_user: "ci", registry_token: { "fn::secret": token } };
    const path = `${AT_CLOUD.escProject}/${AT_CLOUD.application}-staging`;
    const at = `/api/esc/environments/${ORG}`;
    const [project, name] = path.split("/");
    await cloud.call("POST", at, { body: { project, name } });
    const body = JSON.stringify({ values: { [AT_CLOUD.appRoot]: values } });
    equal((await cloud.call("PATCH", `${at}/${path}`, { body })).status, 200);
  };
  const podman = async (...args: string[]) => {
    const store = [
      "--root",
      join(folder, "images"),
      "--runroot",
      join(folder, "run"),
      "--storage-driver",
      "vfs",
    ];
    const env = {
      ...process.env,
      PATH: `${join(folder, "bin")}:${process.env.PATH}`,
      TEST_CLOUD: cloud.url,
      TEST_REGISTRY: host,
    };
    // Not spawnSync: the helper asks the Pulumi Cloud that runs in this process.
    const { status, stdout, stderr } = await new Promise<{ status: unknown; stdout: string; stderr: string }>(
      (done) => {
        execFile("podman", [...store, ...args], { env }, (error, stdout, stderr) =>
          done({ status: error?.code ?? 0, stdout, stderr }),
        );
      },
    );
    doesNotMatch(`${stdout}${stderr}`, /planted-registry-token|revoked-there/);
    return { status, said: `${stdout}${stderr}` };
  };
  const remote = (verb: string, ...args: string[]) =>
    podman(verb, "--tls-verify=false", "--authfile", join(folder, "auth.json"), ...args);

  it("push and pull with the login that the helper opens, and keep none of it in a file", async () => {
    writeFileSync(join(folder, "file"), "text");
    execFileSync("tar", ["-cf", join(folder, "image.tar"), "-C", folder, "file"]);
    equal((await podman("import", join(folder, "image.tar"), "localhost/team/app:1")).status, 0);
    const pushed = await remote("push", "localhost/team/app:1", `docker://${host}/team/app:1`);
    equal(pushed.status, 0, pushed.said);
    equal((await podman("rmi", "localhost/team/app:1")).status, 0);
    const pulled = await remote("pull", `${host}/team/app:1`);
    equal(pulled.status, 0, pulled.said);
    deepEqual(JSON.parse(readFileSync(join(folder, "auth.json"), "utf8")), {
      credHelpers: { [host]: "sophia-secrets" },
    });
    for (const file of readdirSync(folder, { recursive: true, withFileTypes: true }))
      if (file.isFile())
        doesNotMatch(readFileSync(join(file.parentPath, file.name), "latin1"), /planted-registry-token/);
  });

  it("are told apart by verify: a login that the registry takes, and one that was revoked there", async () => {
    const look = async () => {
      const context = commandContext({ cloud }, { catalog: catalogWith(host), http: createHttp() });
      const found = await checkLogins(context, "staging");
      doesNotMatch(JSON.stringify(found), /planted-registry-token|revoked-there/);
      return found.map(({ code, state }) => [code, state]);
    };
    deepEqual(await look(), [["registry-login-works", "ok"]]);
    await write("revoked-there");
    deepEqual(await look(), [["registry-login-refused", "wrong"]]);
    const refused = await remote("pull", `${host}/team/app:1`);
    equal(refused.status, 125);
    match(refused.said, /unauthorized|authentication required/i);
    await write(TOKEN);
  });
});

/** Debian's docker-registry with one login. */
async function startRegistry(folder: string, host: string): Promise<ChildProcess> {
  const hash = execFileSync("perl", ["-e", "print crypt(<STDIN>, q($2y$05$abcdefghijklmnopqrstuu))"], {
    input: TOKEN,
    encoding: "utf8",
  });
  writeFileSync(join(folder, "htpasswd"), `ci:${hash}\n`);
  const config = {
    version: "0.1",
    log: { accesslog: { disabled: true }, level: "error" },
    storage: { filesystem: { rootdirectory: join(folder, "store") } },
    http: { addr: host },
    auth: { htpasswd: { realm: "test", path: join(folder, "htpasswd") } },
  };
  writeFileSync(join(folder, "registry.yml"), JSON.stringify(config));
  const started = spawn("docker-registry", ["serve", join(folder, "registry.yml")], { stdio: "ignore" });
  const http = createHttp({ tries: 30, waitMs: 100 });
  equal((await http({ method: "GET", url: `http://${host}/v2/` })).status, 401);
  return started;
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
}
