import type { ScalarTag, Tags } from "yaml";

const NUMBERS = ["tag:yaml.org,2002:int", "tag:yaml.org,2002:float"];

/** For the yaml library's `customTags`: writes a number as it was read. As JavaScript's number it would lose digits. */
export function exactNumbers(tags: Tags): Tags {
  return tags.map((tag) => {
    if (typeof tag === "string" || !NUMBERS.includes(tag.tag)) return tag;
    const { stringify } = tag as ScalarTag;
    const exact: ScalarTag = {
      ...(tag as ScalarTag),
      stringify: (node, ...rest) => node.source ?? stringify?.(node, ...rest) ?? String(node.value),
    };
    return exact;
  });
}
