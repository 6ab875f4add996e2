import { parentPort, workerData } from "node:worker_threads";
import type { Item } from "./list-content";
import { createItemScan, type ScanJob } from "./scan-items";

/** One of several threads that look through a part of the items each. An error ends the thread, which tells who started it. */
const scan = createItemScan(workerData as ScanJob);
parentPort?.on("message", async (items: Item[]) => {
  parentPort?.postMessage(await (await scan)(items));
});
