import { lookup as lookUp } from "node:dns/promises";
import { isIP } from "node:net";
import { isThisMachine } from "../../addresses";
import type { Problem } from "../../errors";
import { warn } from "../diagnostics";

/** Asks for the addresses of a host. */
type LookUp = (host: string) => Promise<unknown>;

/** In a preview: a warning when nobody knows the host of config `webhookUrl`. Nothing is sent there. */
export async function warnOfWebhookHost(url: string, hasProxy: boolean): Promise<void> {
  // Behind a proxy this machine may know no host outside.
  const problem = hasProxy ? undefined : await webhookHostProblem(url);
  if (problem !== undefined) await warn(problem);
}

/**
 * What is wrong with the host of a webhook's address. A host that cannot be asked for just now is no problem.
 *
 * @param url "" where there is none; its form is judged elsewhere. Never quoted: whoever has it can post there.
 */
export async function webhookHostProblem(url: string, ask: LookUp = lookUp): Promise<Problem | undefined> {
  if (!URL.canParse(url)) return undefined;
  const { hostname } = new URL(url);
  if (isThisMachine(hostname) || isIP(hostname.replace(/^\[|\]$/g, "")) !== 0) return undefined;
  try {
    await ask(hostname);
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOTFOUND") return undefined;
    return {
      code: "webhook-host-unknown",
      subject: "config webhookUrl",
      cause: "no such host is known here, so that nobody may be told of changes",
      remedy:
        "give the receiver's address, by standard input: pulumi config set --secret webhookUrl; a host that Pulumi Cloud alone knows may stay",
    };
  }
}
