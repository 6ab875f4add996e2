import * as pulumi from "@pulumi/pulumi";

/** What the engine's built-in function answers: every resource of a stack's state, by URN. */
interface StackResources {
  outputs?: Record<string, { outputs?: Outputs }>;
}

type Outputs = Readonly<Record<string, unknown>>;

/** The resources that this stack has in its state, as the run found it. */
export class StackState {
  /** By `TYPE::NAME`: names of this program are unique in their type. */
  private readonly known: ReadonlyMap<string, Outputs>;

  /** @param resources by URN: `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`. */
  constructor(resources: Required<StackResources>["outputs"]) {
    this.known = new Map(
      Object.entries(resources).map(([urn, { outputs = {} }]) => {
        const [, , types = "", ...name] = urn.split("::");
        return [`${types.split("$").at(-1)}::${name.join("::")}`, outputs];
      }),
    );
  }

  has(type: string, name: string): boolean {
    return this.outputsOf(type, name) !== undefined;
  }

  /** Names of the resources of a type. */
  namesOf(type: string): string[] {
    const start = `${type}::`;
    return [...this.known.keys()]
      .filter((key) => key.startsWith(start))
      .map((key) => key.slice(start.length));
  }

  /** As the state has them; undefined when it does not have the resource. */
  outputsOf(type: string, name: string): Outputs | undefined {
    return this.known.get(`${type}::${name}`);
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
  return found.outputs === undefined ? undefined : new StackState(found.outputs);
}
