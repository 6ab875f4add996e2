import { NoAnswerError } from "../../clients/http";
import {
  createPulumiCall,
  isOutage,
  notTheService,
  type PulumiCall,
  parseAnswer,
  UnavailableError,
} from "../../clients/pulumi-call";
import { RemedyError, TokenError } from "../../errors";
import type { Secret } from "../../secret";
import type { LoaderSpec } from "../generator/loader-spec";
import { collectSecrets, MissingSecretsError } from "./collect-secrets";
import { readCopy, saveCopy } from "./last-known-good";
import { decideOptions, type LoaderOptions } from "./loader-options";
import { createSnapshot, type Snapshot } from "./snapshot";

const SESSION = "2h";
/** Milliseconds after which the environment is opened although nothing seems to have changed. */
const REOPEN_MS = 3_600_000;
/** Milliseconds by which the service's own clocks may differ from each other. */
const CLOCKS_MS = 5_000;
/** Pages of 500 environments that are looked at. */
const PAGES = 20;

/** Reads an environment: opens it, or finds that nothing changed since it was opened. */
export interface Reader {
  /** The secrets as they are now: `kept` itself where nothing changed, which takes one request and no opening. */
  read(kept: Snapshot | undefined): Promise<Snapshot>;
}

/** When environments were last written, by `project/name`. */
type Seen = ReadonlyMap<string, string>;

/** @throws RemedyError from `read`, and for options that do not fit. */
export function createReader(spec: LoaderSpec, options: LoaderOptions): Reader {
  const target = decideOptions(options, spec);
  const place = spec.environments[target.environment] ?? { opens: "", watches: [], team: "" };
  const about = `${target.organization}/${place.opens}`;
  const watched = [place.opens, ...place.watches];
  let seen: Seen | undefined;
  let opened = { at: 0, byService: Number.NaN };

  const isUnchanged = (now: Seen): boolean => {
    if (now.size < watched.length || performance.now() - opened.at > REOPEN_MS) return false;
    if (seen !== undefined) return watched.every((each) => now.get(each) === seen?.get(each));
    // The first time there is nothing to compare with but the moment at which the environment was opened.
    return [...now.values()].every(
      (each) => Date.parse(each.split(" ")[1] ?? "") < opened.byService - CLOCKS_MS,
    );
  };

  const ask = async (kept: Snapshot | undefined): Promise<Snapshot> => {
    const http = target.http();
    const { url, organization, variables } = target;
    const token = await target.source.token({ url, organization, team: place.team, variables, http });
    const call = createPulumiCall({ url, organization, token, http });
    const now = kept?.source === "pulumi-cloud" ? await modified(call, watched) : undefined;
    if (kept !== undefined && now !== undefined && isUnchanged(now)) {
      seen = now;
      return kept;
    }
    const { document, date } = await open(call, place.opens);
    const values = collectSecrets(spec, target.environment, document);
    seen = now;
    opened = { at: performance.now(), byService: date };
    if (options.lastKnownGood !== undefined) keep(spec, values, options.lastKnownGood, about);
    return createSnapshot(spec, target.environment, values);
  };

  const copy = (): Snapshot | undefined => {
    const found = options.lastKnownGood && readCopy(options.lastKnownGood, about);
    return found && fromCopy(spec, target.environment, found);
  };

  return {
    read: async (kept) => {
      try {
        return await ask(kept);
      } catch (error) {
        if (error instanceof TokenError) target.source.forget();
        else if (!isOutage(error)) throw error;
        else {
          // For a start alone: a process that has loaded once goes by `staleIfError`.
          const found = kept === undefined ? copy() : undefined;
          if (found !== undefined) return found;
          throw unavailable(about, error as Error);
        }
      }
      return ask(kept);
    },
  };
}

async function open(call: PulumiCall, path: string): Promise<{ document: object; date: number }> {
  const subject = `${call.organization}/${path}`;
  const at = `/api/esc/environments/${subject}/open`;
  const request = { method: "POST", body: "", repeatable: true } as const;
  const answer = await call(subject, `${at}?duration=${SESSION}`, request);
  const { id } = parseAnswer(subject, answer) as { id?: unknown };
  if (typeof id !== "string") throw notTheService(subject, "names no session");
  const document = parseAnswer(subject, await call(subject, `${at}/${encodeURIComponent(id)}`));
  if (Array.isArray(document)) throw notTheService(subject, "is not an environment");
  return { document, date: Date.parse(answer.headers.date ?? "") };
}

/** Source: operation ListOrgEnvironments of Pulumi Cloud's API, field `modified`. */
async function modified(call: PulumiCall, watched: readonly string[]): Promise<Seen> {
  const found = new Map<string, string>();
  for (let page = 0, after = ""; page < PAGES; page += 1) {
    const query = after === "" ? "" : `?continuationToken=${encodeURIComponent(after)}`;
    const answer = await call(call.organization, `/api/esc/environments/${call.organization}${query}`);
    const { environments, nextToken } = parseAnswer(call.organization, answer) as {
      environments?: Record<"project" | "name" | "id" | "modified", string>[];
      nextToken?: string;
    };
    for (const each of Array.isArray(environments) ? environments : []) {
      const path = `${each.project}/${each.name}`;
      if (watched.includes(path)) found.set(path, `${each.id} ${each.modified}`);
    }
    after = nextToken ?? "";
    if (after === "" || found.size === watched.length) break;
  }
  return found;
}

function keep(
  spec: LoaderSpec,
  values: ReadonlyMap<string, Secret | undefined>,
  options: NonNullable<LoaderOptions["lastKnownGood"]>,
  about: string,
): void {
  const texts = spec.entries.flatMap(({ keys: [key = ""] }) => {
    const value = values.get(key);
    return value === undefined ? [] : [[key, value.unwrap()] as const];
  });
  try {
    saveCopy(options, about, Object.fromEntries(texts));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof RemedyError) throw error;
    // What was loaded is right all the same.
    process.emitWarning(`the last known good copy was not written: ${code}`, "SophiaSecretsWarning");
  }
}

function fromCopy(spec: LoaderSpec, environment: string, kept: ReadonlyMap<string, Secret>): Snapshot {
  const values = new Map<string, Secret | undefined>();
  for (const { keys } of spec.entries) for (const key of keys) values.set(key, kept.get(keys[0] ?? ""));
  const absent = spec.entries.filter(
    ({ keys, requiredIn }) => requiredIn.includes(environment) && values.get(keys[0] ?? "") === undefined,
  );
  if (absent.length === 0) return createSnapshot(spec, environment, values, "last-known-good");
  const place = spec.environments[environment]?.opens ?? environment;
  throw new MissingSecretsError(
    spec,
    place,
    absent.map((entry) => ({ entry, reason: "is not in the copy" })),
  );
}

function unavailable(subject: string, error: Error): UnavailableError {
  if (error instanceof UnavailableError) return error;
  const [cause, advice] =
    error instanceof NoAnswerError
      ? [error.problem.cause, error.advice]
      : ["no answer", "check the address and the network"];
  const remedy = `${advice}, then start again`;
  return new UnavailableError({ code: "pulumi-unavailable", subject, cause, remedy });
}
