import type { PulumiCloud } from "../clients/pulumi-cloud";
import { RemedyError } from "../errors";
import type { Doors } from "./command";

/** @throws RemedyError when there is no token for Pulumi Cloud. */
export function requireCloud(doors: Doors): PulumiCloud {
  return doors.cloud() ?? refuseWithoutPulumiToken();
}

/** @throws RemedyError always. */
export function refuseWithoutPulumiToken(): never {
  const reason = "is not set, and pulumi login keeps no token for this address";
  throw new RemedyError("PULUMI_ACCESS_TOKEN", reason, "pulumi login, or export PULUMI_ACCESS_TOKEN=...");
}
