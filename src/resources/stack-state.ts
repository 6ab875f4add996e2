import * as pulumi from "@pulumi/pulumi";

/** What the engine's built-in function answers: every resource of a stack's state, by URN. */
interface StackResources {
  outputs?: Record<string, unknown>;
}

/** The resources that this stack has in its state, as the run found it. */
export class StackState {
  /** `TYPE::NAME` of each: names of this program are unique in their type. */
  private readonly known: ReadonlySet<string>;

  /** @param urns `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`. */
  constructor(urns: readonly string[]) {
    this.known = new Set(
      urns.map((urn) => {
        const [, , types = "", ...name] = urn.split("::");
        return `${types.split("$").at(-1)}::${name.join("::")}`;
      }),
    );
  }

  has(type: string, name: string): boolean {
    return this.known.has(`${type}::${name}`);
  }
}

/**
 * Reads the state of the stack that this run is for. The SDK has functions for other stacks' outputs alone.
 *
 * @returns undefined when the engine does not tell.
 */
export async function readState(): Promise<StackState | undefined> {
  const stackName = [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack()].join("/");
  const found: StackResources = await pulumi.runtime
    .invoke("pulumi:pulumi:readStackResourceOutputs", { stackName })
    .catch(() => ({}));
  return found.outputs === undefined ? undefined : new StackState(Object.keys(found.outputs));
}
