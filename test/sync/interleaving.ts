import { parse } from "yaml";
import { RemedyError } from "../../src/errors";
import { handRun } from "../../src/ledger/ledger";
import { changed } from "../../src/ledger/ledger-store";
import type { Pause } from "../../src/ledger/pause";
import { Secret } from "../../src/secret";
import { outcomeOf } from "../../src/sync/report";
import { syncEnvironment } from "../../src/sync/sync-environment";
import { ValuesText } from "../../src/sync/values-text";
import { MemoryCloud } from "./memory-cloud";
import { API_KEYS, DATABASES, jobCatalog, jobSecret, LEDGER } from "./small-job";

const SECRETS = [
  jobSecret("ALPHA_KEY"),
  jobSecret("BETA_KEY"),
  jobSecret("DB_PASSWORD", { group: "databases" }),
];
const CATALOG = jobCatalog(SECRETS);
const [TARGET] = CATALOG.targets;
const NAMES = SECRETS.map(({ name }) => name);
const PLACES = { ALPHA_KEY: API_KEYS, BETA_KEY: API_KEYS, DB_PASSWORD: DATABASES } as Record<string, string>;

type Kind = "run" | "hand" | "console" | "rollback";

/** Who writes, and how old is what they bring. */
interface Actor {
  kind: Kind;
  /** Id of a run; of a hand sync the newest run it knows. */
  id: number;
  /** When it first looked at a values environment, or wrote there; steps of the scheduler. */
  began: Record<string, number>;
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
function isOlder(own: Actor, standing: Actor, place: string, queued: ReadonlyMap<number, number>): boolean {
  if (own.kind === "console" || own.kind === "rollback") return false;
  if (own.kind === "run" && standing.kind === "run") return standing.id > own.id;
  if (standing.kind === "run") return (queued.get(standing.id) ?? 0) > (own.began[place] ?? 0);
  return (
    (standing.began[place] ?? 0) > (own.began[place] ?? 0) ||
    (own.kind === "run" && standing.kind === "hand" && standing.id >= own.id)
  );
}

/** One random order of syncs, people and crashes, stalled at every request; the same for the same seed. */
export async function interleave(seed: number): Promise<Interleaving> {
  return new Simulation(seed).run();
}

class Simulation {
  private readonly random: () => number;
  private readonly waiting: (() => void)[] = [];
  private time = 0;
  private values = 0;
  private mayDie = false;
  private readonly announced = new Set<string>();
  private runs = 41;
  private readonly queued = new Map<number, number>();
  private readonly gitHub: Record<string, string> = {};
  private readonly actors = new Map<string, Actor>();
  private readonly standing = new Map<string, Actor>();
  private readonly found: Interleaving = { older: [], writes: 0, refused: 0, crashed: 0, stuck: [] };
  private readonly cloud: MemoryCloud;

  constructor(private readonly seed: number) {
    this.random = randomFrom(seed);
    const now = () =>
      new Date(Date.UTC(2026, 0, 2) + this.time * 10).toISOString().replace(/\.\d+Z/, ".000Z");
    this.cloud = new MemoryCloud(
      now,
      (...told) => this.look(...told),
      (reader, environment) => {
        const actor = this.actors.get(reader);
        // The first look ends with the word to the ledger: until then it may be read twice.
        if (actor !== undefined && !this.announced.has(reader)) actor.began[environment] = this.time;
      },
    );
    for (const place of [API_KEYS, DATABASES, LEDGER]) this.cloud.make(place);
    for (const name of NAMES) this.rotate(name);
  }

  async run(): Promise<Interleaving> {
    await this.drain([this.sync("run", this.newRun(), { ...this.gitHub })]);
    const work = Array.from({ length: 5 + this.below(4) }, () => this.act());
    this.mayDie = true;
    await this.drain(work);
    this.mayDie = false;
    await this.drain([this.resume()]);
    // Twice, as the daily run comes again.
    for (let again = 0; again < 2; again += 1)
      await this.drain([this.sync("run", this.newRun(), { ...this.gitHub })]);
    for (const name of NAMES)
      if (!String(this.valueOf(name)).includes(`"${this.gitHub[name]}"`)) this.found.stuck.push(name);
    return this.found;
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  private newRun(): number {
    this.runs += 1;
    this.queued.set(this.runs, this.time);
    return this.runs;
  }

  private rotate(name: string): string {
    this.values += 1;
    this.gitHub[name] = `${name}-${this.seed}-${this.values}`;
    return this.gitHub[name];
  }

  /** Something that somebody does: begun now, or after a while. */
  private act(): Promise<void> {
    const name = NAMES[this.below(NAMES.length)] ?? "";
    const kind = this.random();
    if (kind < 0.6) {
      if (this.random() < 0.8) this.rotate(name);
      const [id, input] = [this.newRun(), { ...this.gitHub }];
      return this.later(() => this.sync("run", id, input));
    }
    if (kind < 0.8) return this.later(() => this.hand(name));
    return this.later(() => (kind < 0.92 ? this.edit(name) : this.rollBack(name)));
  }

  private async later(work: () => Promise<void>): Promise<void> {
    for (let wait = this.below(12); wait > 0; wait -= 1) await this.step(false);
    await work();
  }

  private async hand(name: string): Promise<void> {
    const known = this.random() < 0.5 ? this.runs : undefined;
    this.values += 1;
    const value = `${name}-${this.seed}-${this.values}`;
    // As sync-all does; sync-to-pulumi leaves GitHub as it is.
    if (this.random() < 0.5) this.gitHub[name] = value;
    await this.sync("hand", known ?? 0, { [name]: value }, new Set([name]));
  }

  private async sync(
    kind: Kind,
    id: number,
    input: Record<string, string>,
    names?: ReadonlySet<string>,
  ): Promise<void> {
    const writer = `${kind}-${id}-${this.actors.size}`;
    const actor: Actor = { kind, id, began: {} };
    this.actors.set(writer, actor);
    let left = this.mayDie && this.random() < 0.15 ? 1 + this.below(14) : Number.POSITIVE_INFINITY;
    const step = async () => {
      left -= 1;
      await this.step(left < 0);
    };
    const run = kind === "run" ? String(id) : handRun(id === 0 ? undefined : id);
    const identity = {
      run,
      commit: "c",
      now: new Date(Date.UTC(2026, 0, 2) + this.time * 10).toISOString(),
    };
    const options = { dryRun: false, names, allOrNothing: false, allowMany: true };
    if (TARGET === undefined) throw new Error("no target");
    const job = { target: TARGET, catalog: CATALOG, input, identity, options, wait: () => step() };
    try {
      const report = await syncEnvironment(
        { ...job, compares: kind === "run" && this.random() < 0.3 },
        this.cloud.client(writer, step),
      );
      this.found.refused += outcomeOf(report).counts.refused;
    } catch (error) {
      if (!(error instanceof RemedyError)) throw error;
    }
  }

  private async edit(name: string): Promise<void> {
    await this.step(false);
    this.values += 1;
    const text = new ValuesText(this.cloud.sealed(PLACES[name] ?? ""), "sophia", "");
    const secret = SECRETS.find((each) => each.name === name);
    if (secret === undefined) return;
    text.set(secret, new Secret(`${name}-${this.seed}-${this.values}`));
    text.map(secret);
    this.people("console", PLACES[name] ?? "", text.toString());
  }

  private people(kind: Kind, place: string, text: string): void {
    const writer = `${kind}-${this.actors.size}`;
    this.actors.set(writer, { kind, id: 0, began: { [place]: this.time } });
    this.cloud.put(writer, place, text);
  }

  /** Pauses the sync for the rest, then brings an older value back: a sync that began before a rollback to the very value it found, resumed meanwhile, cannot tell. */
  private async rollBack(name: string): Promise<void> {
    const secret = SECRETS.find((each) => each.name === name);
    const place = PLACES[name] ?? "";
    this.pause({ reason: "rolled back", by: "ada", since: "2026-01-01" });
    await this.step(false);
    const earlier = 2 + this.below(this.cloud.revision(place) - 1);
    const text = new ValuesText(this.cloud.sealed(place), "sophia", "");
    if (secret === undefined) return;
    text.putBack(secret, new ValuesText(this.cloud.sealed(place, earlier), "sophia", ""));
    text.map(secret);
    this.people("rollback", place, text.toString());
  }

  private async resume(): Promise<void> {
    await this.step(false);
    this.pause(undefined);
  }

  /** In one moment: the store's own retries wait by the real clock. */
  private pause(paused: Pause | undefined): void {
    const text = changed(this.cloud.sealed(LEDGER), { paused });
    if (text !== undefined) this.cloud.put("pausing", LEDGER, text);
  }

  private look(writer: string, environment: string, before: string, after: string): void {
    const own = this.actors.get(writer);
    if (environment === LEDGER) this.announced.add(writer);
    if (environment === LEDGER || own === undefined) return;
    this.found.writes += 1;
    for (const name of NAMES.filter((each) => PLACES[each] === environment)) {
      if (valueIn(before, name) === valueIn(after, name)) continue;
      const standing = this.standing.get(name);
      if (standing !== undefined && isOlder(own, standing, environment, this.queued))
        this.found.older.push(`seed ${this.seed}: ${writer} replaced ${name} of ${JSON.stringify(standing)}`);
      this.standing.set(name, own);
    }
  }

  private valueOf(name: string): unknown {
    return valueIn(this.cloud.clear(PLACES[name] ?? ""), name);
  }

  /** A stall. @param dies whether it never ends. */
  private step(dies: boolean): Promise<void> {
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
      this.time += 1;
      const [next] = this.waiting.splice(this.below(this.waiting.length), 1);
      next?.();
    }
  }
}

function valueIn(text: string, name: string): unknown {
  const values = (parse(text) as { values?: Record<string, Record<string, unknown>> }).values ?? {};
  return JSON.stringify(values.sophia?.[name.toLowerCase()]);
}
