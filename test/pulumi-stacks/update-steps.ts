import type { FakeCloud } from "./fake-cloud";

/** A started update: where it is and the header it works under. */
export interface Started {
  path: string;
  as: string;
  version: number;
}

/** What the CLI does up to the lock: create, then start. @throws when either is refused. */
export async function startUpdate(cloud: FakeCloud, stack: string, kind = "update"): Promise<Started> {
  const path = `${stack}/update/${await createUpdate(cloud, stack, kind)}`;
  const { status, body } = await cloud.call("POST", path, { tags: null, journalVersion: 1 });
  if (status !== 200) throw new Error(`${status} ${(body as { message: string }).message}`);
  const { token, version } = body as { token: string; version: number };
  return { path, version, as: `update-token ${token}` };
}

/** The id of an update that waits to be started. */
export async function createUpdate(cloud: FakeCloud, stack: string, kind = "update"): Promise<string> {
  const config = { "shop:size": { string: "3", secret: false } };
  const { body } = await cloud.call("POST", `${stack}/${kind}`, {
    config,
    metadata: { message: "try", environment: {} },
  });
  return (body as { updateID: string }).updateID;
}

/** A whole update that leaves `text` as the stack's checkpoint. */
export async function runUpdate(cloud: FakeCloud, stack: string, text: string): Promise<Started> {
  const update = await startUpdate(cloud, stack);
  await cloud.call("PATCH", `${update.path}/checkpoint`, text, update.as);
  await cloud.call("POST", `${update.path}/complete`, { status: "succeeded" }, update.as);
  return update;
}

/** The body of a checkpoint call, with so many resources. */
export function checkpoint(resources: number, more = ""): string {
  const list = Array.from(
    { length: resources },
    (_, i) => `{"urn":"urn:pulumi:dev::shop::t::r${i}","type":"t"}`,
  );
  return `{"isInvalid":false,"version":3,"deployment":{"manifest":{},"resources":[${list}]${more}}}`;
}
