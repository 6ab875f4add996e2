import { createHmac, randomBytes } from "node:crypto";
import { join } from "node:path";
import { Store } from "./core/store";
import type { Seed } from "./read-seed";

/** Tokens and passwords of one sandbox: random, made on its first start, kept in its folder. */
export interface SandboxTokens {
  /** Of the first login that the seed gives one. */
  github: string;
  /** Of the first login that the seed gives one. */
  pulumi: string;
  registry: { username: string; password: string };
  /** The manager's of the database. */
  database: string;
}

/** Whose shell it is; a token that somebody has not is left out. */
export interface Person {
  /** Undefined: the seed's first. */
  login?: string;
  github?: string;
  pulumi?: string;
}

/** A folder of an older sandbox lacks what has come since. */
export function readTokens(folder: string): SandboxTokens {
  const store = new Store<Partial<SandboxTokens>>(join(folder, "tokens.json"), newTokens);
  const tokens = { ...newTokens(), ...store.state };
  Object.assign(store.state, tokens);
  store.save();
  return tokens;
}

/** In the vendors' forms, so that tools that look at a token's prefix are content. */
function newTokens(): SandboxTokens {
  return {
    github: `ghp_${randomBytes(18).toString("hex")}`,
    pulumi: `pul-${randomBytes(20).toString("hex")}`,
    // Hexadecimal: people type them as arguments, where a "-" in front would be an option.
    registry: { username: "sandbox", password: randomBytes(18).toString("hex") },
    database: randomBytes(18).toString("hex"),
  };
}

/** The first login of a seed has the token that is kept, each other one made from it, from which that cannot be told. */
export function tokensOf<T extends { login: string }>(
  people: readonly T[],
  first: string,
): (T & { token: string })[] {
  return people.map((each, index) => ({
    ...each,
    token: index === 0 ? first : tokenMadeFrom(first, each.login),
  }));
}

/** Another person's token, in the form of the first one's: its prefix, and as many hexadecimal digits. */
export function tokenMadeFrom(first: string, login: string): string {
  const [prefix = "", random = ""] = first.split(/(?<=[_-])/);
  return prefix + createHmac("sha256", first).update(login).digest("hex").slice(0, random.length);
}

/**
 * Somebody else than the seed's first, with their tokens.
 *
 * @throws Error for one to whom the seed gives none.
 */
export function personOf({ github, pulumi }: Seed, tokens: SandboxTokens, login: string): Person {
  const all = {
    github: tokensOf(github.tokens, tokens.github),
    pulumi: tokensOf(pulumi.tokens, tokens.pulumi),
  };
  const logins = [...new Set([...all.github, ...all.pulumi].map((each) => each.login))];
  if (!logins.includes(login))
    throw new Error(`WHO: the sandbox has no token of ${login}. Remedy: one of ${logins.join(", ")}`);
  const [inGitHub, inPulumi] = [all.github, all.pulumi].map((some) =>
    some.find((each) => each.login === login),
  );
  return {
    login,
    ...(inGitHub === undefined ? {} : { github: inGitHub.token }),
    ...(inPulumi === undefined ? {} : { pulumi: inPulumi.token }),
  };
}
