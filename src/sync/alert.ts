import type { Http } from "../clients/http";
import { RemedyError } from "../errors";
import type { Secret } from "../secret";

/** Tells people which required secrets keep being refused. @throws RemedyError when it cannot. */
export type Alert = (environment: string, names: readonly string[]) => Promise<void>;

/**
 * An alert by webhook, in the form that Slack's incoming webhooks take, and Mattermost's and Rocket.Chat's with them.
 *
 * @param url the webhook's address. It is a secret: who knows it may post there, so no error names it.
 * @param run address of this run, for the reader.
 */
export function createAlert(url: Secret, run: string | undefined, http: Http): Alert {
  return async (environment, names) => {
    const which = names.length === 1 ? "a required secret was" : `${names.length} required secrets were`;
    const where = run === undefined ? "" : ` See ${run}`;
    const text = `sophia-secrets: in ${environment} ${which} refused three times in a row: ${names.join(", ")}.${where}`;
    const headers = { "content-type": "application/json" };
    const request = { method: "POST", url: url.unwrap(), headers, body: JSON.stringify({ text }) } as const;
    const status = await http(request).then(
      (answer) => answer.status,
      () => undefined,
    );
    if (status !== undefined && status < 300) return;
    throw new RemedyError(
      "the alert's webhook",
      status === undefined ? "no answer" : `it answered ${status}`,
      "set the secret that alertWebhook names to the webhook's address; the next run tries again",
    );
  };
}
