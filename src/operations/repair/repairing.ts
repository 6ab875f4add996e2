import type { Context } from "../context";

/** One thing that was looked at, and set where it differed. */
export interface Repaired {
  /** A secret's name, `repository/environment/NAME` of an environment secret, or `team NAME`. */
  name: string;
  /** How it differed; undefined: it did not. */
  was: string | undefined;
  /** What it is as declared, in words. */
  now: string;
}

/** A resource in the stack's state. */
export interface StateResource {
  urn: string;
  type: string;
  inputs?: Readonly<Record<string, unknown>>;
}

/** How one run of `repair` works. */
export interface Repairing {
  /** Whether somebody named what to look at. */
  named: boolean;
  dryRun: boolean;
  /** The stack's state; read once, by the first that needs it. */
  state(): Promise<readonly StateResource[]>;
  /** Told of each in its order; in a dry run of what would be done. */
  onDone(repaired: Repaired): void;
}

/** Reads a stack's state at the first call. */
export function stateOnce({ pulumi }: Pick<Context, "pulumi">): Repairing["state"] {
  let asked: Promise<readonly StateResource[]> | undefined;
  const read = async () => {
    const { deployment } = JSON.parse(await pulumi.run(["stack", "export"])) as {
      deployment?: { resources?: StateResource[] };
    };
    return deployment?.resources ?? [];
  };
  return () => {
    asked ??= read();
    return asked;
  };
}
