/**
 * How the GitHub provider sends its requests (@pulumi/github 6.15.0, provider arguments of these names), and this project's
 * own likewise. In a file of its own, because benchmark and tests replace it.
 */
export type Pace =
  /** As fast as GitHub answers; a limit that is hit is waited out. */
  | { legacyClient: false }
  /** One at a time, with a pause after each write. */
  | { legacyClient: true; writeDelayMs: number };

/** GitHub's secondary limit (docs.github.com, "Rate limits for the REST API"): points a minute. A read is 1, a write 5. */
const POINTS_PER_MINUTE = 900;

/** The same page: requests a minute that make content. It does not say whether secrets are content: taken as if. */
const CONTENT_PER_MINUTE = 80;

/** What the provider sends to create one slot: public key, secret, reading it back, its repositories. */
const POINTS_PER_SLOT = 1 + 5 + 1 + 5;

/** That write beside each other: the GitHub provider, and this project's own for the lists of repositories. */
const QUEUES = 2;

/** Left for what else the token's owner does in that minute, and for the stack's other requests. */
const SHARE = 0.9;

/**
 * The pace for a stack of so many slots. It goes by what a first `up` writes, and not by what this one does, so that
 * the provider's arguments are the same from run to run.
 *
 * @param slots GitHub secrets that the catalog declares.
 */
export function paceOf(slots: number): Pace {
  if (slots * POINTS_PER_SLOT <= POINTS_PER_MINUTE * SHARE) return { legacyClient: false };
  const writesPerMinute = (CONTENT_PER_MINUTE * SHARE) / QUEUES;
  return { legacyClient: true, writeDelayMs: Math.ceil(60_000 / writesPerMinute) };
}
