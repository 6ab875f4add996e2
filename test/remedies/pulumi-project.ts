import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { fileOfStack, stackOf } from "../../src/catalog/stack-file";
import type { StackConfig } from "../program/run-program";

const ROOT = resolve(__dirname, "..", "..");
const NAME = "sophia-secrets:";

/** The stacks' config as their files have it. */
export type Stacks = Record<string, StackConfig>;

/** A folder with the project's file and the stacks' own, in which a shell runs the real Pulumi. */
export class PulumiProject {
  private constructor(private readonly folder: string) {}

  /** @param stacks in the backend: a folder beside it. */
  static start(stacks: readonly string[]): PulumiProject {
    const folder = mkdtempSync(join(tmpdir(), "remedies-"));
    mkdirSync(join(folder, "state"));
    copyFileSync(join(ROOT, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
    const project = new PulumiProject(folder);
    for (const stack of stacks) project.shell(`pulumi stack init ${stack}`, stack);
    return project;
  }

  /** Runs a line as a person pastes it, with that stack selected. @param typed what they answer. */
  shell(line: string, stack: string, typed = ""): string {
    const env = {
      ...process.env,
      PULUMI_STACK: stack,
      PULUMI_BACKEND_URL: `file://${this.folder}/state`,
      PULUMI_CONFIG_PASSPHRASE: "of the tests",
      PULUMI_HOME: join(this.folder, "home"),
    };
    return execFileSync("/bin/sh", ["-c", line], {
      cwd: this.folder,
      env,
      input: typed,
      encoding: "utf8",
      stdio: ["pipe", "pipe", "pipe"],
    });
  }

  /** @param stacks those that are left out have no file then. */
  write(stacks: Stacks): void {
    for (const file of this.files()) rmSync(join(this.folder, file));
    for (const [stack, config] of Object.entries(stacks)) {
      const keys = Object.entries(config).map(([key, value]) => [`${NAME}${key}`, value]);
      writeFileSync(join(this.folder, fileOfStack(stack)), stringify({ config: Object.fromEntries(keys) }));
    }
  }

  read(): Stacks {
    return Object.fromEntries(
      this.files().map((file) => {
        const { config = {} } = parse(readFileSync(join(this.folder, file), "utf8")) as { config?: object };
        const keys = Object.entries(config).map(([key, value]) => [key.slice(NAME.length), value]);
        return [stackOf(file), Object.fromEntries(keys)];
      }),
    );
  }

  /** What is encrypted in a stack's config, in plain text, as a program gets it. */
  secrets(stack: string): Record<string, string> {
    const all = JSON.parse(this.shell("pulumi config --show-secrets --json", stack)) as Record<
      string,
      { value: string; secret: boolean }
    >;
    const found = Object.entries(all).filter(([, { secret }]) => secret);
    return Object.fromEntries(found.map(([key, { value }]) => [key.slice(NAME.length), value]));
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private files(): string[] {
    return readdirSync(this.folder).filter((file) => stackOf(file) !== undefined);
  }
}
