import type { RunningFile } from "./background";
import type { Seed } from "./read-seed";
import { tokensOf } from "./sandbox-tokens";

interface ChangeRequest {
  id: string;
  status: string;
  latestRevisionNumber: number;
  entity: { project: string; name: string };
}

/**
 * Approves and applies every change that waits in the sandbox's Pulumi Cloud: approved by whoever may, applied by the
 * seed's first person, as people do in the console of the real one.
 *
 * @param say told of each change what became of it.
 * @returns whether none is left waiting.
 */
export async function approveChanges(
  { pulumi: url, tokens }: Pick<RunningFile, "pulumi" | "tokens">,
  { pulumi: { organizations, tokens: people } }: Seed,
  say: (line: string) => void,
): Promise<boolean> {
  const everybody = tokensOf(people, tokens.pulumi);
  let left = 0;
  let done = 0;
  for (const { name: organization } of organizations) {
    const requests = `${url}/api/change-requests/${organization}`;
    const listed = await ask("GET", requests, tokens.pulumi);
    const { changeRequests } = (await listed.json()) as { changeRequests: ChangeRequest[] };
    for (const { id, latestRevisionNumber: revisionNumber, entity } of changeRequests.filter(isWaiting)) {
      const place = `${entity.project}/${entity.name}`;
      const approve = (token: string) => ask("POST", `${requests}/${id}/approve`, token, { revisionNumber });
      const approver = await firstOf(everybody, async ({ token }) => (await approve(token)).ok);
      const applied = await ask("POST", `${requests}/${id}/apply`, tokens.pulumi);
      if (applied.ok) done += 1;
      else left += 1;
      const who = approver === undefined ? "nobody may approve it" : `approved by ${approver.login}`;
      const end = applied.ok ? "applied" : `not applied: ${await messageOf(applied)}`;
      say(`${place}: ${who}, ${end} (change request ${id})`);
    }
  }
  if (done + left === 0) say("Nothing waits for approval.");
  return left === 0;
}

function isWaiting({ status }: ChangeRequest): boolean {
  return status === "submitted";
}

async function firstOf<T>(all: readonly T[], test: (one: T) => Promise<boolean>): Promise<T | undefined> {
  for (const one of all) if (await test(one)) return one;
  return undefined;
}

function ask(method: string, url: string, token: string, body: object = {}): Promise<Response> {
  const headers = { authorization: `token ${token}` };
  return fetch(url, { method, headers, ...(method === "GET" ? {} : { body: JSON.stringify(body) }) });
}

async function messageOf(answer: Response): Promise<string> {
  return ((await answer.json()) as { message?: string }).message ?? `Pulumi Cloud answered ${answer.status}`;
}
