/** What `runtime.options` of a Pulumi.yaml or PulumiPolicy.yaml says to the Node.js language host. */
export interface RuntimeOptions {
  /** Let the SDK register ts-node before it loads the program. */
  typescript: boolean;
  /** Arguments for node itself, in front of the SDK's runner. */
  nodeArguments: string[];
  /** tsconfig of the program, relative to its folder; undefined leaves the choice to the SDK. */
  tsconfig: string | undefined;
}

/**
 * Reads `runtime.options` as the official host does: `typescript` (boolean, default true), `nodeargs` (one
 * string, split at white space), `tsconfig` (path). Others, `packagemanager` among them, are ignored: this
 * host installs with npm only.
 *
 * @throws when a known option has another type than the one named above
 */
export function readRuntimeOptions(options: Record<string, unknown>): RuntimeOptions {
  const { typescript = true, nodeargs = "", tsconfig } = options;
  if (typeof typescript !== "boolean") throw wrongType("typescript", "true or false", typescript);
  if (typeof nodeargs !== "string") throw wrongType("nodeargs", "one string", nodeargs);
  if (tsconfig !== undefined && typeof tsconfig !== "string") throw wrongType("tsconfig", "a path", tsconfig);
  return { typescript, nodeArguments: nodeargs.split(/\s+/).filter(Boolean), tsconfig };
}

function wrongType(name: string, wanted: string, found: unknown): Error {
  return new Error(
    `runtime option "${name}" must be ${wanted}, not ${JSON.stringify(found)}: correct it in Pulumi.yaml`,
  );
}
