import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { RemedyError } from "../../errors";

/** Names that a bundle has: what tells its folder from one of somebody else. */
const OURS = /^(README\.md|[a-z-]+\.csv)$/;

/**
 * Writes a bundle's files into a folder of their own, all or none: readable by their owner alone, for they say who may
 * reach what.
 *
 * @param replace whether an older bundle may go.
 * @throws RemedyError when the folder is there and is not to be replaced, or holds anything but a bundle.
 */
export function writeBundle(folder: string, files: ReadonlyMap<string, string>, replace: boolean): void {
  const target = resolve(folder);
  refuseOccupied(folder, target, replace);
  mkdirSync(dirname(target), { recursive: true });
  const [fresh, old] = [`${target}.new-${process.pid}`, `${target}.old-${process.pid}`];
  try {
    mkdirSync(fresh, { mode: 0o700 });
    for (const [name, text] of files) writeFileSync(`${fresh}/${name}`, text, { mode: 0o600, flag: "wx" });
    if (existsSync(target)) renameSync(target, old);
    renameSync(fresh, target);
    rmSync(old, { recursive: true, force: true });
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    if (existsSync(old) && !existsSync(target)) renameSync(old, target);
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    throw new RemedyError(folder, `it cannot be written (${code})`, "name a folder that may be made");
  }
}

function refuseOccupied(folder: string, target: string, replace: boolean): void {
  if (!existsSync(target)) return;
  if (!lstatSync(target).isDirectory())
    throw new RemedyError(folder, "it is there, and is no folder", "name a folder that is not there yet");
  const inside = readdirSync(target);
  if (inside.length === 0) return;
  const isBundle = inside.includes("README.md") && inside.every((name) => OURS.test(name));
  if (!isBundle)
    throw new RemedyError(
      folder,
      "it holds other files than a bundle's",
      "name a folder that is not there yet",
    );
  if (!replace)
    throw new RemedyError(folder, "an older bundle is there", "name another folder, or add --replace");
}
