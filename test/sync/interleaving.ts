import { parse } from "yaml";
import { resolveCatalog } from "../../src/catalog/entry";
import { RemedyError } from "../../src/errors";
import { resumeSync } from "../../src/operations/pauses/pause-sync";
import { rollBack } from "../../src/operations/versions/roll-back";
import { Secret } from "../../src/secret";
import { buildJobCatalog } from "../../src/sync/job-catalog";
import { outcomeOf } from "../../src/sync/report";
import { findTarget } from "../../src/sync/sync";
import { syncEnvironment } from "../../src/sync/sync-environment";
import { ValuesText } from "../../src/sync/values-text";
import { commandContext, runCommand } from "../cli/command-context";
import { SETTINGS } from "../cli/small-organization";
import { MemoryCloud } from "./memory-cloud";
import { MemoryGitHub } from "./memory-github";

const CATALOG = resolveCatalog({
  environments: ["production"],
  groups: Object.fromEntries(
    ["api-keys", "databases"].map((each) => [
      each,
      { description: each, rotationDays: 90, owner: "Platform" },
    ]),
  ),
  secrets: [
    { name: "ALPHA_KEY", group: "api-keys" },
    { name: "BETA_KEY", group: "api-keys" },
    { name: "DB_PASSWORD", group: "databases" },
  ],
});
const JOB = buildJobCatalog(CATALOG, SETTINGS);
const { secrets: SECRETS } = JOB;
const TARGET = findTarget(JOB, "production", "the test");
const NAMES = SECRETS.map(({ name }) => name);
const PLACES = Object.fromEntries(SECRETS.map(({ name, group }) => [name, TARGET.groups[group] ?? ""]));
const LEDGER = TARGET.ledger;
/** A sync by hand gives GitHub this long to tell of its runs; here it answers at last. */
const PATIENCE_MS = 5000;

type Kind = "run" | "hand" | "all" | "console" | "rollback";

/** Who writes, and how old is what they bring. */
interface Actor {
  kind: Kind;
  /** Id of a run; of a hand sync the newest run it knows. */
  id: number;
  /** When it last looked at a values environment before it said what it writes, or wrote there; steps of the scheduler. */
  began: Record<string, number>;
  /** When it first looked there. */
  first: Record<string, number>;
}

/** Who wrote what stands, and when. */
interface Standing {
  actor: Actor;
  at: number;
}

export interface Interleaving {
  /** Values that were replaced by older ones, a line each. */
  older: string[];
  /** Writes of values that were carried out. */
  writes: number;
  refused: number;
  crashed: number;
  /** Secrets that a new run did not bring to what GitHub holds. */
  stuck: string[];
  /** What commands said that failed and named no way out. */
  speechless: string[];
  rolledBack: number;
}

const timeAt = (time: number) =>
  new Date(Date.UTC(2026, 0, 2) + time * 10).toISOString().replace(/\.\d+Z/, ".000Z");

function refusal(subject: string): RemedyError {
  return new RemedyError({ code: "?", subject, cause: "is down", remedy: "wait" });
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Whether what one brings is older than what another wrote. */
function isOlder(
  own: Actor,
  { actor: standing, at }: Standing,
  place: string,
  queued: ReadonlyMap<number, number>,
): boolean {
  const [began, first] = [own.began[place] ?? 0, own.first[place] ?? 0];
  if (own.kind === "console") return false;
  // Who asked for a rollback has seen what stood at its first look.
  if (own.kind === "rollback") return at > began;
  if (own.kind === "run" && standing.kind === "run") return standing.id > own.id;
  if (standing.kind === "run") return (queued.get(standing.id) ?? 0) > began;
  // What sync-all brings was given before its plan, its first look.
  if (own.kind === "all") return (standing.began[place] ?? 0) > first;
  return (
    (standing.began[place] ?? 0) > began || (own.kind === "run" && standing.id > 0 && standing.id >= own.id)
  );
}

/** One random order of syncs, people and crashes, stalled at every request; the same for the same seed. */
export async function interleave(seed: number): Promise<Interleaving> {
  const timers = require("node:timers/promises") as { setTimeout: unknown };
  const kept = timers.setTimeout;
  try {
    const simulation = await Simulation.start(seed);
    // Every wait of a command is one of the scheduler's.
    timers.setTimeout = (ms: number) =>
      ms === PATIENCE_MS ? new Promise(() => undefined) : simulation.step(false);
    return await simulation.run();
  } finally {
    timers.setTimeout = kept;
  }
}

class Simulation {
  private readonly random: () => number;
  private readonly waiting: (() => void)[] = [];
  private values = 0;
  private mayDie = false;
  private readonly announced = new Set<string>();
  private runs = 41;
  private readonly queued = new Map<number, number>();
  /** What each run was given, for those that are started again. */
  private readonly given = new Map<number, Record<string, string>>();
  private readonly actors = new Map<string, Actor>();
  private readonly standing = new Map<string, Standing>();
  private readonly found: Interleaving = {
    older: [],
    writes: 0,
    refused: 0,
    crashed: 0,
    stuck: [],
    speechless: [],
    rolledBack: 0,
  };
  private readonly cloud: MemoryCloud;

  static async start(seed: number): Promise<Simulation> {
    const clock = { time: 0 };
    const gitHub = await MemoryGitHub.start(() => timeAt(clock.time));
    return new Simulation(seed, clock, gitHub);
  }

  private constructor(
    private readonly seed: number,
    private readonly clock: { time: number },
    private readonly gitHub: MemoryGitHub,
  ) {
    this.random = randomFrom(seed);
    this.cloud = new MemoryCloud(
      () => timeAt(clock.time),
      (...told) => this.look(...told),
      (reader, environment) => {
        const actor = this.actors.get(reader);
        if (actor === undefined) return;
        actor.first[environment] ??= clock.time;
        // The first look ends with the word to the ledger: until then it may be read twice.
        if (!this.announced.has(reader)) actor.began[environment] = clock.time;
      },
    );
    for (const place of [...Object.values(TARGET.groups), LEDGER]) this.cloud.make(place);
    for (const name of NAMES) this.rotate(name);
  }

  async run(): Promise<Interleaving> {
    await this.drain([this.runNow()]);
    const work = Array.from({ length: 5 + this.below(4) }, () => this.act());
    this.mayDie = true;
    await this.drain(work);
    this.mayDie = false;
    await this.drain([this.resume()]);
    // Twice, as the daily run comes again.
    for (let again = 0; again < 2; again += 1) await this.drain([this.runNow()]);
    for (const name of NAMES)
      if (!String(this.valueOf(name)).includes(`"${this.gitHub.values[name]}"`)) this.found.stuck.push(name);
    return this.found;
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  /** A run that is queued now, and so is given what GitHub has now. */
  private queue(): number {
    this.runs += 1;
    this.queued.set(this.runs, this.clock.time);
    this.given.set(this.runs, { ...this.gitHub.values });
    return this.runs;
  }

  private runNow(names?: ReadonlySet<string>): Promise<void> {
    return this.sync(this.queue(), names);
  }

  private newValue(name: string): string {
    this.values += 1;
    return `${name}-${this.seed}-${this.values}`;
  }

  /** A person sets it in GitHub's console. */
  private rotate(name: string): void {
    this.gitHub.set(name, this.newValue(name));
  }

  /** Something that somebody does: begun now, or after a while. */
  private act(): Promise<void> {
    const name = NAMES[this.below(NAMES.length)] ?? "";
    const kind = this.random();
    if (kind < 0.4) {
      if (this.random() < 0.8) this.rotate(name);
      const id = this.queue();
      return this.later(() => this.sync(id));
    }
    const others: [number, () => Promise<void>][] = [
      [0.48, () => this.runAgain()],
      [0.6, () => this.command(`sync-to-pulumi ${name} --environment production`, "hand", [name])],
      [
        0.72,
        () => this.command("sync-all --from .env --environment production --replace", "all", this.some(name)),
      ],
      [0.78, () => this.command("import-from-env --env-file .env --replace", "hand", this.some(name))],
      [0.82, () => this.setAndRun(name)],
      [0.86, async () => this.rotate(name)],
      [0.95, () => this.edit(name)],
      [1, () => this.rollBack(name)],
    ];
    const [, work] = others.find(([limit]) => kind < limit) ?? others[0] ?? [];
    return this.later(work ?? (async () => undefined));
  }

  private some(name: string): string[] {
    return NAMES.filter((each) => each === name || this.random() < 0.3);
  }

  /** A person starts an earlier run again: with what its first try was given, or with what GitHub has now. */
  private runAgain(): Promise<void> {
    const id = [...this.given.keys()][this.below(this.given.size)] ?? 0;
    if (this.random() < 0.5) this.given.set(id, { ...this.gitHub.values });
    return this.sync(id);
  }

  /** What compromise does: a new value, and a run of that secret alone. */
  private async setAndRun(name: string): Promise<void> {
    await this.command(`set ${name} --replace`, "hand", [name], this.newValue(name));
    await this.runNow(new Set([name]));
  }

  private async later(work: () => Promise<void>): Promise<void> {
    for (let wait = this.below(12); wait > 0; wait -= 1) await this.step(false);
    await work();
  }

  private actor(kind: Kind, id: number): { writer: string; actor: Actor; step: () => Promise<void> } {
    const writer = `${kind}-${id}-${this.actors.size}`;
    const actor: Actor = { kind, id, began: {}, first: {} };
    this.actors.set(writer, actor);
    let left = this.mayDie && this.random() < 0.15 ? 1 + this.below(20) : Number.POSITIVE_INFINITY;
    const step = async () => {
      left -= 1;
      await this.step(left < 0);
    };
    return { writer, actor, step };
  }

  private async sync(id: number, names?: ReadonlySet<string>): Promise<void> {
    const { writer, step } = this.actor("run", id);
    const queued = this.random() < 0.5 ? { queued: async () => timeAt(this.queued.get(id) ?? 0) } : {};
    const job = {
      target: TARGET,
      catalog: JOB,
      input: this.given.get(id) ?? {},
      identity: { run: String(id), commit: "c", now: timeAt(this.clock.time) },
      options: { dryRun: false, names, allOrNothing: false, allowMany: true },
      compares: this.random() < 0.3,
      wait: () => step(),
      ...queued,
    };
    try {
      const report = await syncEnvironment(job, this.cloud.client(writer, step));
      this.found.refused += outcomeOf(report).counts.refused;
    } catch (error) {
      if (!(error instanceof RemedyError)) throw error;
    }
  }

  /** A command that a person types, as it is, with new values of these names in a file and in the environment. */
  private async command(
    line: string,
    kind: "hand" | "all",
    names: readonly string[],
    stdin = "",
  ): Promise<void> {
    const { writer, actor, step } = this.actor(kind, 0);
    const env = Object.fromEntries(names.map((name) => [name, this.newValue(name)]));
    const file = Object.entries(env).map(([name, value]) => `${name}=${value}\n`);
    const asksGitHub = this.random() < 0.7;
    const own = {
      ...this.contextOf(writer, step),
      env,
      files: { ".env": file.join("") },
      githubCall: () =>
        this.gitHub.call(step, () => {
          if (!asksGitHub) throw refusal("GitHub");
          actor.id = this.runs;
          return this.runs;
        }),
    };
    const { code, stderr } = await runCommand(line, commandContext({}, own), { stdin });
    if (code !== 0) this.found.refused += 1;
    if (code !== 0 && !/Remedy: |Start a new run|Somebody else sets|Unable/.test(stderr))
      this.found.speechless.push(stderr);
  }

  private contextOf(writer: string, step: () => Promise<void>) {
    return {
      project: { settings: SETTINGS },
      catalog: CATALOG,
      now: () => new Date(timeAt(this.clock.time)),
      cloud: () => this.cloud.client(writer, step),
      github: () => this.gitHub.client(step),
    };
  }

  private async edit(name: string): Promise<void> {
    await this.step(false);
    const place = PLACES[name] ?? "";
    const text = new ValuesText(this.cloud.sealed(place), SETTINGS.appRoot, "");
    const secret = SECRETS.find((each) => each.name === name);
    if (secret === undefined) return;
    text.set(secret, new Secret(this.newValue(name)));
    text.map(secret);
    const writer = `console-${this.actors.size}`;
    this.actors.set(writer, { kind: "console", id: 0, began: { [place]: this.clock.time }, first: {} });
    this.cloud.put(writer, place, text.toString());
  }

  /**
   * The command's own work; its pause stays for the rest. A sync that began before a rollback to the very value it found,
   * resumed meanwhile, cannot tell.
   */
  private async rollBack(name: string): Promise<void> {
    const { writer, step } = this.actor("rollback", 0);
    const place = PLACES[name] ?? "";
    const group = SECRETS.find((each) => each.name === name)?.group ?? "";
    const to = String(2 + this.below(this.cloud.revision(place) - 1));
    const context = commandContext({}, this.contextOf(writer, step));
    const request = { environment: "production", groups: [group], to, dryRun: false, allowMany: true };
    try {
      const { report } = await rollBack(context, this.cloud.client(writer, step), {
        ...request,
        by: async () => "ada",
      });
      this.found.refused += outcomeOf(report).counts.refused;
      this.found.rolledBack += 1;
    } catch (error) {
      if (!(error instanceof RemedyError)) throw error;
    }
  }

  private async resume(): Promise<void> {
    await resumeSync(
      this.cloud.client("resume", () => this.step(false)),
      SETTINGS,
      ["production"],
    );
  }

  private look(writer: string, environment: string, before: string, after: string): void {
    const own = this.actors.get(writer);
    if (environment === LEDGER) this.announced.add(writer);
    if (environment === LEDGER || own === undefined) return;
    this.found.writes += 1;
    const [had, has] = [valuesIn(before), valuesIn(after)];
    for (const name of NAMES.filter((each) => PLACES[each] === environment)) {
      if (had(name) === has(name)) continue;
      const standing = this.standing.get(name);
      if (standing !== undefined && isOlder(own, standing, environment, this.queued))
        this.found.older.push(`seed ${this.seed}: ${writer} replaced ${name} of ${JSON.stringify(standing)}`);
      this.standing.set(name, { actor: own, at: this.clock.time });
    }
  }

  private valueOf(name: string): unknown {
    return valuesIn(this.cloud.clear(PLACES[name] ?? ""))(name);
  }

  /** A stall. @param dies whether it never ends. */
  step(dies: boolean): Promise<void> {
    if (dies) this.found.crashed += 1;
    return new Promise((go) => {
      if (!dies) this.waiting.push(go);
      else this.waiting.push(() => {});
    });
  }

  /** Lets one after the other go on, in random order, until nobody waits. */
  private async drain(work: readonly Promise<void>[]): Promise<void> {
    let failure: unknown;
    for (const each of work) each.catch((error) => (failure = error));
    for (;;) {
      await new Promise((done) => setImmediate(done));
      if (failure !== undefined) throw failure;
      if (this.waiting.length === 0) return;
      this.clock.time += 1;
      const [next] = this.waiting.splice(this.below(this.waiting.length), 1);
      next?.();
    }
  }
}

function valuesIn(text: string): (name: string) => unknown {
  const { values = {} } = parse(text) as { values?: Record<string, Record<string, unknown>> };
  return (name) => JSON.stringify(values[SETTINGS.appRoot]?.[name.toLowerCase()]);
}
