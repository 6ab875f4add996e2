import { isUnknown, type Properties, secret } from "../../toolchain/plugins/provider/wire";
import type { Plugin, Stored } from "./plugin-client";
import type { Recorder } from "./recorder";

/** A resource's life to put a plugin through. */
export interface Life {
  type: string;
  inputs: Properties;
  /** Inputs changed later, in place or by a replacement. */
  changes: Properties[];
  /** Outputs the SDK makes secret (`additionalSecretOutputs`), so that a plugin need not. */
  secretInSdk?: string[];
}

/** What happened at each step: the plugin's answer and the calls it made, in words that do not vary. */
export type Story = Record<string, { answer: unknown; calls: unknown[] }>;

/** Check, preview, create, refresh, unchanged, each change, import, delete. */
export async function liveThrough(plugin: Plugin, recorder: Recorder, life: Life): Promise<Story> {
  const story: Story = {};
  const step = async <Answer>(name: string, run: () => Promise<Answer>): Promise<Answer | undefined> => {
    recorder.taken();
    const answer = await run().catch((error: Error) => ({ failed: error.message }));
    story[name] = { answer: steady(answer, life.secretInSdk ?? []), calls: recorder.calls.map(spoken) };
    return (answer as { failed?: string } | undefined)?.failed === undefined ? (answer as Answer) : undefined;
  };
  const { type } = life;
  const checked = await step("check", () => plugin.check(type, life.inputs));
  const inputs = checked?.inputs ?? life.inputs;
  if (checked === undefined || checked.failures.length > 0) return story;
  await step("preview of create", async () => (await plugin.create(type, inputs, true)).state);
  let stored = await step("create", () => plugin.create(type, inputs));
  if (stored === undefined) return story;
  await step("diff of nothing", () => plugin.diff(type, stored as Stored, inputs));
  stored = (await step("refresh", () => plugin.refresh(type, stored as Stored))) ?? stored;
  for (const [index, change] of life.changes.entries()) {
    const before: Stored = stored;
    const news = (
      await step(`check of change ${index}`, () => plugin.check(type, { ...life.inputs, ...change }))
    )?.inputs;
    const diff = await step(`diff of change ${index}`, () => plugin.diff(type, before, news ?? {}));
    const inPlace =
      diff !== undefined && diff.changed.length > 0 && diff.changed.every((name) => !name.endsWith("!"));
    if (!inPlace || news === undefined) continue;
    await step(`preview of change ${index}`, () => plugin.update(type, before, news, true));
    stored = (await step(`change ${index}`, () => plugin.update(type, before, news))) ?? before;
  }
  const last: Stored = stored;
  await step("import", () => plugin.import(type, last.id));
  await step("delete", () => plugin.delete(type, last));
  return story;
}

/** What a provider's function answers, and the calls it made. Of headers only what does not vary with the moment. */
export async function askedOf(
  plugin: Plugin,
  recorder: Recorder,
  token: string,
  args: Properties,
): Promise<unknown> {
  recorder.taken();
  const answer: Properties = await plugin
    .invoke(token, args)
    .catch((error: Error) => ({ failed: error.message }));
  const headers = typeof answer.headers === "string" ? (JSON.parse(answer.headers) as Properties) : {};
  // Go takes the transfer encoding out of the headers.
  const { Date: _, "Transfer-Encoding": __, ...steadyHeaders } = headers;
  return [steady({ ...answer, headers: steadyHeaders }, []), recorder.taken()];
}

function spoken(call: { method: string; path: string; body: string }): unknown {
  const body = call.body.startsWith("{") ? JSON.parse(call.body) : call.body;
  if (typeof body === "object" && "encrypted_value" in body) body.encrypted_value = "sealed";
  return [`${call.method} ${call.path}`, body];
}

/**
 * Without what differs by nature: a bridge's private notes, nulls that mean nothing, this recorder's address, and
 * unknowns, which the SDK sees in a missing output as well.
 */
function steady(value: unknown, secretInSdk: string[]): unknown {
  if (typeof value === "string") return value.replace(/127\.0\.0\.1:\d+/g, "recorder").replace(/\s+$/, "");
  if (Array.isArray(value)) return value.map((inner) => steady(inner, secretInSdk));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([name, inner]) => {
    const isEmptyMark = name === "__defaults" && Array.isArray(inner) && inner.length === 0;
    const isPrivate = ["__meta", "__pulumi_raw_state_delta"].includes(name);
    return inner !== null && !isUnknown(inner) && !isEmptyMark && !isPrivate;
  });
  return Object.fromEntries(
    entries.map(([name, inner]) => [
      name,
      secretInSdk.includes(name) ? secret(inner) : steady(inner, secretInSdk),
    ]),
  );
}
