import type { ResolvedEntry } from "../../catalog/entry";
import { unfit } from "../../catalog/formats";
import { isUnset } from "../../catalog/placeholders";
import { knownByName, type VendorRead, type VendorRequest } from "../../catalog/vendors";
import { gitHubAddress } from "../../clients/github-call";
import type { Http } from "../../clients/http";
import { pulumiAddress } from "../../clients/pulumi-login";
import { RemedyError } from "../../errors";
import type { Context } from "../context";
import { inParallel } from "../in-parallel";
import type { Place } from "./places";

/**
 * What a vendor says of a value. accepted: it takes it. refused: it is revoked, expired or never was one. unreachable: it
 * gave no answer that tells. untested: no read is known, or what belongs to it is missing.
 */
export type VendorState = "accepted" | "refused" | "unreachable" | "untested" | "would-ask";

/** A value as its vendor sees it; never the value. */
export interface VendorAnswer {
  name: string;
  /** Deployment environment, or the file. */
  place: string;
  state: VendorState;
  /** Host and path that was asked; absent where none was. */
  asked?: string;
  detail: string;
}

/**
 * Asks each vendor that offers a cheap read whether it takes the value, once for each different value.
 *
 * @param places values by the catalog's names, of each deployment environment or of a file.
 * @param dryRun only name what would be asked.
 * @returns an answer for each credential that has a value. A vendor that does not answer is not an error.
 */
export async function askVendors(
  context: Pick<Context, "catalog" | "project" | "env" | "vendorHttp">,
  places: readonly Place[],
  dryRun: boolean,
): Promise<VendorAnswer[]> {
  const entries = context.catalog.entries.filter(({ credential }) => credential);
  const asked = new Map<string, Promise<Omit<VendorAnswer, "name" | "place">>>();
  const all = places.flatMap((place) =>
    entries.flatMap((entry) => {
      const value = valueIn(place, entry);
      return value === undefined ? [] : [{ entry, place, value }];
    }),
  );
  return inParallel(all, async ({ entry, place, value }): Promise<VendorAnswer> => {
    const about = { name: entry.name, place: place.name };
    const request = requestFor(context, entry, value, place);
    if ("missing" in request) return { ...about, state: "untested", detail: request.missing };
    const { host, pathname } = new URL(request.ask.url);
    const where = `${host}${pathname}`;
    if (dryRun) return { ...about, state: "would-ask", asked: where, detail: "" };
    // The request holds the value: it stays in this map, which ends with this call.
    const key = JSON.stringify(request.ask);
    const answer = asked.get(key) ?? askOne(context.vendorHttp, request, where);
    asked.set(key, answer);
    return { ...about, ...(await answer) };
  });
}

/** Under any name of the entry; nothing for a template's placeholder. */
function valueIn({ input }: Place, { name, aliases }: ResolvedEntry): string | undefined {
  const value = [name, ...aliases].map((each) => input[each]).find((each) => each !== undefined);
  return value === undefined || isUnset(value) ? undefined : value;
}

type Found = { ask: VendorRequest; read: VendorRead } | { missing: string };

/** What is known by the entry's own name, else by one of its others. Sent to the vendor's own server alone. */
function requestFor(
  context: Pick<Context, "project" | "env">,
  { name, aliases }: ResolvedEntry,
  value: string,
  { input }: Place,
): Found {
  const names = [name, ...aliases];
  const known = names.map(knownByName).find(({ read }) => read !== undefined);
  const { read, format = "text" } = known ?? {};
  if (read === undefined) return { missing: "no test known for its name" };
  const isOfVendor = unfit(format, value) === undefined && (read.form?.test(value) ?? true);
  if (!isOfVendor) return { missing: "not sent: it does not look like a value of this vendor" };
  if (/[\r\n]/.test(value)) return { missing: "not sent: no header holds several lines" };
  if (isElsewhere(context, read)) return { missing: "not sent: it is of a server of your own" };
  if (read.partner === undefined) return asSent(read, value, "");
  const [own, other] = read.partner;
  const partners = names.map((each) => each.replace(own, other));
  const partner = partners.map((each) => input[each]).find((each) => each !== undefined);
  if (partner === undefined)
    return { missing: `it is tested together with ${partners[0]}, which has no value here` };
  return asSent(read, value, partner);
}

function asSent(read: VendorRead, value: string, partner: string): Found {
  const ask = read.ask(value, partner);
  // Node.js throws for these, and other clients would change them.
  const unfitHeader = Object.values(ask.headers ?? {}).some((header) => /[^\t\x20-\x7e]/.test(header));
  return unfitHeader ? { missing: "not sent: no header holds its characters" } : { ask, read };
}

function isElsewhere({ project, env }: Pick<Context, "project" | "env">, { server }: VendorRead): boolean {
  const { githubApiUrl, pulumiApiUrl } = project.settings;
  if (server === "github") return gitHubAddress(githubApiUrl, env) !== gitHubAddress(undefined, {});
  return server === "pulumi" && pulumiAddress(pulumiApiUrl, env) !== pulumiAddress(undefined, {});
}

async function askOne(
  http: Http,
  { ask, read }: { ask: VendorRequest; read: VendorRead },
  asked: string,
): Promise<Omit<VendorAnswer, "name" | "place">> {
  try {
    const { method = "GET", ...request } = ask;
    const { status, text } = await http({ ...request, method });
    return { asked, ...verdict(read, status, text) };
  } catch (error) {
    if (!(error instanceof RemedyError)) throw error;
    // Its subject names the path alone; the cause holds no value.
    return { asked, state: "unreachable", detail: error.problem.cause };
  }
}

function verdict(read: VendorRead, status: number, text: string): Pick<VendorAnswer, "state" | "detail"> {
  const { refusedBy = [401], knownBy = [], saying } = read;
  const isAccepted = status >= 200 && status < 300;
  if (isAccepted && (saying === undefined || saying.test(text))) return { state: "accepted", detail: "" };
  if (knownBy.includes(status)) return { state: "accepted", detail: "known, without the right to this read" };
  if (isAccepted || refusedBy.includes(status))
    return { state: "refused", detail: `revoked, expired or wrong (${status})` };
  return { state: "unreachable", detail: `answered ${status}, which does not say` };
}
