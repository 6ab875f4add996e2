import type {
  PolicyConfigSchema,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationArgs,
  StackValidationPolicy,
} from "@pulumi/policy";

/** What every rule says of itself. The enforcement level is a default: the pack's config has the last word. */
interface RuleText {
  name: string;
  description: string;
  /** Ends every message: what to do about it. */
  remedy: string;
  enforcementLevel: "mandatory" | "advisory";
  /** Properties of the pack's config for this rule. */
  config?: PolicyConfigSchema["properties"];
}

/** Causes, one a violation. They name resources, properties and actions; never a property's value. */
type Causes = Iterable<string> | AsyncIterable<string>;

/** A cause in a stack, and the resource it is about; the stack as a whole where it names none. */
export interface StackCause {
  cause: string;
  urn?: string;
}

export interface Rule {
  remediationSteps: string;
  enforcementLevel: "mandatory" | "advisory";
}
export type ResourceRule = Rule & ResourceValidationPolicy;
export type StackRule = Rule & StackValidationPolicy;

/**
 * A rule on one resource at a time, by its inputs.
 *
 * A value that a preview does not know yet throws when it is read: what was found before it is reported, the SDK adds
 * an advisory that says what could not be checked, and `up` checks it.
 *
 * @param applies which types it is for.
 */
export function resourceRule(
  text: RuleText,
  applies: (type: string) => boolean,
  find: (args: ResourceValidationArgs) => Causes,
): ResourceRule {
  return {
    ...policyOf(text),
    validateResource: async (args, report) => {
      if (!applies(args.type)) return;
      for await (const cause of find(args)) report(messageOf(args.name, cause, text));
    },
  };
}

/**
 * A rule on the whole stack, by its resources' outputs.
 *
 * @param learn sees each resource's inputs first: outputs leave out what the provider does not return.
 */
export function stackRule(
  text: RuleText,
  find: (args: StackValidationArgs) => Iterable<StackCause>,
  learn?: (args: ResourceValidationArgs) => void,
): StackRule {
  return {
    ...policyOf(text),
    ...(learn === undefined ? {} : { validateResource: (args: ResourceValidationArgs) => learn(args) }),
    validateStack: (args, report) => {
      for (const { cause, urn } of find(args)) {
        const name =
          args.resources.find((each) => urn !== undefined && each.urn === urn)?.name ?? "the stack";
        report(messageOf(name, cause, text), urn);
      }
    },
  };
}

function policyOf({ name, description, remedy, enforcementLevel, config }: RuleText) {
  return {
    name,
    description,
    remediationSteps: remedy,
    enforcementLevel,
    ...(config === undefined ? {} : { configSchema: { properties: config } }),
  };
}

function messageOf(name: string, cause: string, { remedy }: RuleText): string {
  return `${name}: ${cause}.\nRemedy: ${remedy}`;
}

/** Checks each item, also when a value of one is not known yet; that is thrown at the end. */
export function* each<Item, Cause>(
  items: Iterable<Item>,
  find: (item: Item) => Iterable<Cause>,
): Generator<Cause> {
  let unknown: unknown;
  for (const item of items) {
    try {
      yield* find(item);
    } catch (error) {
      if (!isUnknownValueError(error)) throw error;
      unknown ??= error;
    }
  }
  if (unknown !== undefined) throw unknown;
}

/** What reading gives, or undefined where a preview does not know it yet. */
export function ifKnown<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (isUnknownValueError(error)) return undefined;
    throw error;
  }
}

/** The SDK's own class, which it exports without a type. */
function isUnknownValueError(error: unknown): boolean {
  return error instanceof Error && error.constructor.name === "UnknownValueError";
}

/** The rule's config over its defaults. */
export function configOf<Config extends object>(
  args: { getConfig<T extends object>(): T },
  defaults: Config,
) {
  return { ...defaults, ...args.getConfig<Partial<Config>>() };
}

/** Schema of a config property that is a list of texts. */
export function texts(description: string, value: readonly string[]) {
  return { type: "array" as const, items: { type: "string" as const }, description, default: [...value] };
}
