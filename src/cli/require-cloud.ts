import type { PulumiCloud } from "../clients/pulumi-cloud";
import { RemedyError } from "../errors";
import type { Doors } from "./command";

/** @throws RemedyError when there is no token for Pulumi Cloud. */
export function requireCloud(doors: Doors): PulumiCloud {
  const cloud = doors.cloud();
  if (cloud !== undefined) return cloud;
  throw new RemedyError("PULUMI_ACCESS_TOKEN", "is not set", "export PULUMI_ACCESS_TOKEN=...");
}
