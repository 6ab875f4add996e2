import type { Rotators } from "../../esc/rotator";
import { passwordRotator } from "./password-rotator";
import { postgresRotator } from "./postgres-rotator";

/** The vendor's rotators that the sandbox can do: what they act on is on this machine. */
export const ROTATORS: Rotators = { password: passwordRotator, postgres: postgresRotator };
