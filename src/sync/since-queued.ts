import { isMap, isScalar } from "yaml";
import type { Http } from "../clients/http";
import type { EnvironmentText, PulumiCloud } from "../clients/pulumi-cloud";
import type { Ledger } from "../ledger/ledger";
import type { JobSecret } from "./job-catalog";
import { ValuesText } from "./values-text";

type Env = Readonly<Record<string, string | undefined>>;

/**
 * When GitHub queued this run, and so read the organization's secrets for it. The first try's time: another try may bring
 * what that one brought (later-run.ts).
 *
 * GitHub's documentation, "REST API endpoints for workflow runs": a run's `created_at`; needs `actions: read`.
 *
 * @returns RFC 3339; undefined where GitHub does not tell, or this is not a run.
 */
export async function queueTime(env: Env, http: Http): Promise<string | undefined> {
  const { GITHUB_API_URL: api, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run, GITHUB_TOKEN: token } = env;
  if (!api || !repository || !run || !token) return undefined;
  const headers = {
    authorization: `Bearer ${token}`,
    accept: "application/vnd.github+json",
    "user-agent": "sophia-secrets",
  };
  const url = `${api}/repos/${repository}/actions/runs/${run}`;
  try {
    const { status, text } = await http({ method: "GET", url, headers });
    const { created_at: at } = status === 200 ? (JSON.parse(text) as { created_at?: unknown }) : {};
    return typeof at === "string" && !Number.isNaN(Date.parse(at)) ? at : undefined;
  } catch {
    // It is a help against one order of events; without it the run goes by what stands when it looks first.
    return undefined;
  }
}

/** A values environment as a run finds it, and whose changes are looked for. */
export interface Found {
  environment: string;
  appRoot: string;
  secrets: readonly JobSecret[];
  ledger: Ledger;
  /** The revision at which the ledger knows that a sync left it. */
  left: number | undefined;
  current: EnvironmentText;
  /** Of `current`, secrets as ciphertext. */
  text: ValuesText;
}

/** Revisions looked at: a run waits for days at most, and people do not save more often. */
const LOOKED_AT = 100;

/**
 * Who set a value after a run was queued and is no sync, by secret: a person in the console, or a rollback. Syncs are known
 * by the ledger (Beginning.laterWriters); so what stood when the last of them ended counts where that is later.
 *
 * @param queued RFC 3339.
 */
export async function setSinceQueued(
  { environment, appRoot, secrets, ledger, left, current, text }: Found,
  queued: string,
  cloud: PulumiCloud,
): Promise<Record<string, string>> {
  const revisions = await cloud.revisions.list(environment, LOOKED_AT);
  const stood = revisions.find(
    ({ created, retracted }) => !retracted && Date.parse(created) <= Date.parse(queued),
  );
  const from = Math.max(stood?.number ?? 0, left ?? 0);
  if (from >= current.revision) return {};
  const before = new ValuesText(
    from === 0 ? "" : await cloud.revisions.text(environment, from),
    appRoot,
    environment,
  );
  const isSet = (secret: JobSecret) => sealedText(before, secret) !== sealedText(text, secret);
  const isProposed = ({ name }: JobSecret) => ledger.proposed?.[name] !== undefined;
  const who = `somebody wrote revision ${current.revision} of ${environment} after this run was queued and set`;
  return Object.fromEntries(
    secrets.filter((secret) => isSet(secret) && !isProposed(secret)).map(({ name }) => [name, who]),
  );
}

function sealedText(text: ValuesText, secret: JobSecret): string {
  const node = text.stored(secret);
  return JSON.stringify(isMap(node) || isScalar(node) ? node.toJSON() : null);
}
