import { createHash } from "node:crypto";
import { createWriteStream, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { pinnedCliVersion } from "./cli-version";
import { type Report, withProgress } from "./progress";
import { runCommand } from "./run-command";

/** Where the official releases are; archives and their checksums lie in `/releases/sdk/`. */
export const officialReleases = "https://get.pulumi.com";

/** A blocked network must be noticed in seconds: so long may the first answer take. */
const answerMilliseconds = 4_000;

/** Longer than any pause of a working download. */
const stallMilliseconds = 20_000;

/** True when `url` answers anything within four seconds. */
export async function isReachable(url: string): Promise<boolean> {
  const signal = AbortSignal.timeout(answerMilliseconds);
  return fetch(url, { method: "HEAD", redirect: "manual", signal }).then(
    () => true,
    () => false,
  );
}

/**
 * Downloads the official archive of the pinned CLI, compares it with the published checksum, and unpacks it into
 * `folder`: `pulumi`, `pulumi-language-nodejs` and the other hosts.
 *
 * @param releases {@link officialReleases}, or a stand-in for it in a test
 * @throws Error when it cannot be had, is not what the checksum says, or cannot be unpacked
 */
export async function downloadCli(
  folder: string,
  platform: string,
  report: Report,
  releases = officialReleases,
): Promise<void> {
  const name = `pulumi-v${pinnedCliVersion}-${platform}.tar.gz`;
  const base = `${releases}/releases/sdk`;
  const checksums = await (await get(`${base}/pulumi-${pinnedCliVersion}-checksums.txt`)).text();
  const wanted = new RegExp(`^([0-9a-f]{64})\\s+\\*?${name.replaceAll(".", "\\.")}$`, "m").exec(
    checksums,
  )?.[1];
  if (!wanted) throw new Error(`the published checksums do not name ${name}`);
  const archive = join(folder, name);
  await saveArchive(`${base}/${name}`, archive, report);
  const got = createHash("sha256").update(readFileSync(archive)).digest("hex");
  if (got !== wanted) throw new Error(`${name} has SHA-256 ${got}, published is ${wanted}`);
  const unpack = ["-xzf", archive, "-C", folder, "--strip-components=1"];
  const { code, stderr } = await runCommand("tar", unpack, {
    env: process.env,
    timeoutMilliseconds: 120_000,
  });
  if (code !== 0) throw new Error(`${name} cannot be unpacked: ${stderr.trim()}`);
  rmSync(archive);
}

async function get(url: string): Promise<Response> {
  const abort = new AbortController();
  const timer = setTimeout(
    () => abort.abort(new Error(`no answer in ${answerMilliseconds / 1000} s`)),
    answerMilliseconds,
  );
  const response = await fetch(url, { signal: abort.signal })
    .catch((error: Error) => {
      throw new Error(`${url}: ${(error.cause as Error | undefined)?.message ?? error.message}`);
    })
    .finally(() => clearTimeout(timer));
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response;
}

async function saveArchive(url: string, archive: string, report: Report): Promise<void> {
  const response = await get(url);
  if (!response.body) throw new Error(`${url} answered without a body`);
  const total = Number(response.headers.get("content-length"));
  let received = 0;
  const stalled = new AbortController();
  const stop = () => stalled.abort(new Error(`nothing came for ${stallMilliseconds / 1000} s`));
  const stall = setTimeout(stop, stallMilliseconds);
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length;
      stall.refresh();
      done(null, chunk);
    },
  });
  const source = Readable.fromWeb(response.body as import("node:stream/web").ReadableStream);
  const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  await withProgress(
    report,
    () =>
      `downloading Pulumi ${pinnedCliVersion}: ${megabytes(received)}${total ? ` of ${megabytes(total)}` : ""}`,
    () => pipeline(source, count, createWriteStream(archive), { signal: stalled.signal }),
  ).finally(() => clearTimeout(stall));
}
