import type { PolicyResource } from "@pulumi/policy";
import { byName, type CatalogSecret, catalogOf } from "../catalog";
import { isListOfRepositories, TYPES } from "../resource-types";
import { configOf, each, ifKnown, type StackCause, stackRule, texts } from "../rule";

/** Where a secret of GitHub's can have its value; the provider takes one of them. */
const VALUES = ["value", "plaintextValue", "valueEncrypted", "encryptedValue"];
const DEFAULTS = {
  components: [TYPES.slot, TYPES.environmentSlots] as string[],
  placeholder: "__SET_ME_IN_GITHUB__",
};

/**
 * A pack sees a resource's protection and ignored changes, not its hooks and not retainOnDelete. Those two are seen
 * through the component that adds them to every secret it declares.
 */
export const slotGuards = stackRule(
  {
    name: "slot-guards",
    description: "Nothing the stack does can overwrite or delete a value that a person set in GitHub.",
    remedy: "declare it by its entry in the catalog, which gives it every guard",
    enforcementLevel: "mandatory",
    config: {
      components: texts(
        "Types of components that give each of their secrets the resource hooks and retainOnDelete",
        DEFAULTS.components,
      ),
      placeholder: { type: "string", description: "How a placeholder begins", default: DEFAULTS.placeholder },
    },
  },
  function* (args) {
    const config = configOf(args, DEFAULTS);
    const catalog = byName(catalogOf(args.resources) ?? []);
    yield* each(args.resources.filter(isSlot), function* (resource) {
      for (const cause of causesIn(resource, catalog, config)) yield { cause, urn: resource.urn };
    } satisfies (resource: PolicyResource) => Iterable<StackCause>);
  },
);

function isSlot({ type }: PolicyResource): boolean {
  return type === TYPES.organizationSecret || type === TYPES.environmentSecret || isListOfRepositories(type);
}

function* causesIn(
  { type, props, opts, parent }: PolicyResource,
  catalog: ReadonlyMap<string, Partial<CatalogSecret>>,
  { components, placeholder }: typeof DEFAULTS,
): Generator<string> {
  const entry = catalog.get(String(props.secretName).toUpperCase());
  if (!opts.protect && entry?.tombstone === undefined)
    yield "it is not protected, and no tombstone announces its end";
  if (parent === undefined || !components.includes(parent.type))
    yield "it is declared outside the components that add the resource hooks";
  if (isListOfRepositories(type)) return;
  const ignored = ["remoteUpdatedAt"];
  // What the provider returns empty was not declared.
  const given = VALUES.filter((each) => (ifKnown(() => props[each]) ?? "") !== "");
  const isPlaceholder = (each: string) => String(props[each]).startsWith(placeholder);
  if (given.length > 0 && given.every(isPlaceholder)) {
    ignored.push(...given);
    if (type === TYPES.organizationSecret) ignored.push("visibility", "selectedRepositoryIds");
  } else if (given.length > 0 && entry?.value !== "config") {
    yield "it carries a value, though the catalog says that a person sets it";
  }
  const missing = ignored.filter((property) => !opts.ignoreChanges.includes(property));
  if (missing.length > 0)
    yield `a change of ${missing.join(", ")} would become an update, which sends its value again (ignoreChanges)`;
}
