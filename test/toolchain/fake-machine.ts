import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const checkout = resolve(__dirname, "../..");

/** A machine of its own for one test: an empty home, a PATH with fakes in front of /usr/bin and /bin, a checkout. */
export interface FakeMachine {
  root: string;
  projectDir: string;
  environment: NodeJS.ProcessEnv;
  /** What was reported, one entry a line. */
  reports: string[];
  report: (message: string) => void;
  /** Puts an executable shell script on PATH. */
  addCommand(name: string, script: string): string;
  remove(): void;
}

/** @param systemPath what follows the fakes on PATH; "/usr/bin:/bin" may hold a real go, so tests without Go give none */
export function fakeMachine(systemPath = "/usr/bin:/bin"): FakeMachine {
  const root = mkdtempSync(join(tmpdir(), "toolchain-"));
  const bin = join(root, "bin");
  const projectDir = join(root, "checkout");
  const reports: string[] = [];
  mkdirSync(bin);
  mkdirSync(join(projectDir, "toolchain"), { recursive: true });
  symlinkSync(join(checkout, "node_modules"), join(projectDir, "node_modules"));
  for (const name of readdirSync(join(checkout, "toolchain")).filter((each) => each !== "plugins"))
    symlinkSync(join(checkout, "toolchain", name), join(projectDir, "toolchain", name));
  for (const name of ["github", "pulumiservice", "docker"]) {
    writeFile(
      join(projectDir, "toolchain", "plugins", name, "main.ts"),
      `console.log("stand-in ${name}");\n`,
    );
  }
  return {
    root,
    projectDir,
    reports,
    environment: { PATH: `${bin}:${systemPath}`, HOME: join(root, "home"), FAKE_LOG: join(root, "log") },
    report: (message) => reports.push(message),
    addCommand: (name, script) => writeFile(join(bin, name), `#!/bin/sh\n${script}\n`, 0o755),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Writes a file with its folders; returns its path. */
export function writeFile(path: string, content: string, mode = 0o644): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content, { mode });
  return path;
}

/** A web server with the given files, path to content; everything else is 404. */
export async function serveFiles(files: Record<string, Buffer | string>) {
  const server = createServer((request, response) => {
    const body = files[request.url ?? ""];
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}

/** The network as a blocked one looks: fetch refuses port 9 at once, on every machine ("bad port"). */
export const blocked = "http://127.0.0.1:9";
