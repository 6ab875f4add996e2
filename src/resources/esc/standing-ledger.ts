import type * as pulumiservice from "@pulumi/pulumiservice";
import { type Ledger, parseLedger } from "../../ledger/ledger";
import { textOf } from "../provider-answers";

/** A ledger as the last refresh saw it; undefined where it does not exist yet. */
export async function standingLedger({ yaml }: pulumiservice.Environment): Promise<Ledger | undefined> {
  // Part of every output, left out of its type. In a preview the text of a ledger that does not exist yet never comes.
  const { isKnown } = yaml as unknown as { isKnown: Promise<boolean> };
  if (!(await isKnown)) return undefined;
  const text = await new Promise<string>((done) => {
    yaml.apply(async (asset) => done(await textOf(asset)));
  });
  return parseLedger(text);
}
