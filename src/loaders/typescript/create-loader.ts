import { AsyncLocalStorage } from "node:async_hooks";
import { isOutage } from "../../clients/pulumi-call";
import { Secret } from "../../secret";
import type { LoaderSpec } from "../generator/loader-spec";
import { checkTimes, type LoaderOptions } from "./loader-options";
import { createReader, type Reader } from "./reader";
import { changedKeys, createFake, type Snapshot } from "./snapshot";

/** One organization's secrets for one process. Nothing happens before the first `load`. */
export interface Loader<Loaded> {
  /**
   * The current snapshot: loaded at the first use, and again when it is older than `maxAge`. Calls at the same time share
   * one load. Never returns less than the catalog asks for, and asks no other source.
   *
   * @throws MissingSecretsError when required secrets have no value, UnavailableError in an outage, RemedyError when an
   *   option, the token or the environment is wrong.
   */
  load(): Promise<Loaded>;
  /** Asks now whether anything changed, and loads it if so. A failure leaves the old snapshot. */
  refresh(): Promise<Loaded>;
  /** Calls a function with the new snapshot and the changed keys after each change. @returns how to end that. */
  onChange(listener: (secrets: Loaded, changed: readonly string[]) => void): () => void;
  /** Ends the background refresh and forgets what was loaded. */
  close(): void;
}

/** Milliseconds after an outage was seen for which it is told again without asking. */
const PAUSE_MS = 1000;

/** Snapshots that stand in a test for what loaders of a spec would load. */
const fakes = new AsyncLocalStorage<ReadonlyMap<LoaderSpec, Snapshot>>();

/**
 * A loader for a spec.
 *
 * @typeParam Loaded the shape of its snapshots: generated with the spec.
 * @throws RemedyError for options that mean nothing.
 */
export function createLoader<Loaded extends object>(
  spec: LoaderSpec,
  options: LoaderOptions = {},
): Loader<Loaded> {
  checkTimes(options);
  return new KeepingLoader(spec, options) as unknown as Loader<Loaded>;
}

/**
 * Runs a function for which loaders of a spec have these values and no others, without a network. What is not given is
 * absent: reading a required one throws MissingSecretsError.
 *
 * @throws RemedyError at once for a key that the catalog does not have.
 */
export function withFake<Result>(
  spec: LoaderSpec,
  environment: string | undefined,
  values: Readonly<Record<string, string | undefined>>,
  run: () => Result,
): Result {
  const given = Object.entries(values).map(
    ([key, value]) => [key, value === undefined ? undefined : new Secret(value)] as const,
  );
  const [first = ""] = Object.keys(spec.environments);
  const fake = createFake(spec, environment ?? first, new Map(given));
  return fakes.run(new Map([...(fakes.getStore() ?? []), [spec, fake]]), run);
}

type Listener = (secrets: Snapshot["secrets"], changed: readonly string[]) => void;

class KeepingLoader implements Loader<Snapshot["secrets"]> {
  readonly #spec: LoaderSpec;
  readonly #options: LoaderOptions;
  readonly #listeners = new Set<Listener>();
  #reader: Reader | undefined;
  #snapshot: Snapshot | undefined;
  #checked = 0;
  #outage: { error: unknown; at: number } | undefined;
  #underWay: Promise<Snapshot> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(spec: LoaderSpec, options: LoaderOptions) {
    this.#spec = spec;
    this.#options = options;
  }

  async load(): Promise<Snapshot["secrets"]> {
    const fake = fakes.getStore()?.get(this.#spec);
    if (fake !== undefined) return fake.secrets;
    const kept = this.#snapshot;
    if (kept !== undefined && this.#age() <= this.#maxAgeMs()) return kept.secrets;
    const { error, at } = this.#outage ?? { error: undefined, at: Number.NEGATIVE_INFINITY };
    if (performance.now() - at > PAUSE_MS) {
      try {
        return (await this.#renew()).secrets;
      } catch (failure) {
        if (!isOutage(failure)) throw failure;
        this.#outage = { error: failure, at: performance.now() };
        return this.#stale(failure);
      }
    }
    return this.#stale(error);
  }

  async refresh(): Promise<Snapshot["secrets"]> {
    const fake = fakes.getStore()?.get(this.#spec);
    return (fake ?? (await this.#renew())).secrets;
  }

  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#snapshot = this.#reader = this.#outage = undefined;
  }

  #age(): number {
    return performance.now() - this.#checked;
  }

  #maxAgeMs(): number {
    const { maxAge } = this.#options;
    return maxAge === undefined ? Number.POSITIVE_INFINITY : maxAge * 1000;
  }

  /** The old snapshot for as long as `staleIfError` allows. */
  #stale(error: unknown): Snapshot["secrets"] {
    const limit = this.#maxAgeMs() + (this.#options.staleIfError ?? 0) * 1000;
    if (this.#snapshot !== undefined && this.#age() <= limit) return this.#snapshot.secrets;
    throw error;
  }

  /** Calls at the same time share one. */
  #renew(): Promise<Snapshot> {
    this.#underWay ??= this.#read().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #read(): Promise<Snapshot> {
    this.#reader ??= createReader(this.#spec, this.#options);
    const before = this.#snapshot;
    const current = await this.#reader.read(before);
    this.#snapshot = current;
    this.#checked = performance.now();
    this.#outage = undefined;
    if (this.#options.background === true) this.#schedule();
    if (before !== undefined && before !== current) this.#tell(before, current);
    return current;
  }

  #tell(before: Snapshot, current: Snapshot): void {
    const changed = changedKeys(before, current);
    for (const listener of changed.length === 0 ? [] : this.#listeners) {
      try {
        listener(current.secrets, changed);
      } catch {} // its error may hold a value, and the refresh has happened
    }
  }

  /** Between half and nine tenths of `maxAge`, so that many processes do not ask at once. */
  #schedule(): void {
    clearTimeout(this.#timer);
    const wait = this.#maxAgeMs() * (0.5 + 0.4 * Math.random());
    // What fails here fails again at the next use, which tells.
    this.#timer = setTimeout(() => void this.#renew().catch(() => this.#schedule()), wait);
    this.#timer.unref();
  }
}
