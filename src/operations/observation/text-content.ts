import { isAlias, isMap, isScalar, isSeq, visit } from "yaml";
import { isCall } from "../../sync/secret-node";
import { commentsIn } from "../../sync/splice-text";
import { counted, namesIn } from "../../text";
import { boundedDocument } from "../../yaml-text";
import { placesOf } from "./text-places";

/** What of an ESC text is this program's. */
export interface OwnParts {
  /** Whether an import, as its text names it without a version, is one that the program writes. */
  hasImport: (path: string) => boolean;
  /** Whether a place below `values` is. */
  hasPlace: (place: string) => boolean;
}

const OWN_KEYS: readonly unknown[] = ["imports", "values"];

/**
 * What of a text people or other programs wrote, in words: imports, functions, places, comments and the like. Names and
 * places, never what stands there.
 *
 * @returns empty where all of it is the program's.
 */
export function foreignContent(text: string, own: OwnParts): string[] {
  const document = boundedDocument(text);
  if (document === undefined) return ["a text that is not YAML, or is larger than any of ours"];
  const { contents } = document;
  if (contents !== null && !isMap(contents)) return isEmpty(contents) ? [] : ["a text that is no mapping"];
  const pairs = contents?.items ?? [];
  const keys = pairs
    .map(({ key }) => (isScalar(key) ? key.value : key))
    .filter((key) => !OWN_KEYS.includes(key))
    .map(String);
  const imports = document.get("imports", true);
  const items = isSeq(imports) ? imports.items : isEmpty(imports) ? [] : [imports];
  const theirs = items.map(importName).filter((each) => each === undefined || !own.hasImport(each));
  const places = [...(placesOf(text) ?? new Map()).keys()]
    .filter((place) => place !== "imports" && place !== "" && !own.hasPlace(place))
    .sort();
  const functions = functionsIn(text, places);
  const comments = commentsIn(text).length;
  return [
    ...(theirs.length === 0 ? [] : [`imports ${namesIn(theirs.map((each) => each ?? "with options"))}`]),
    ...(functions.length === 0 ? [] : [namesIn(functions)]),
    ...(places.length === 0 ? [] : [`values at ${namesIn(places)}`]),
    ...(keys.length === 0 ? [] : [namesIn(keys)]),
    ...(comments === 0 ? [] : [counted(comments, "comment")]),
    ...(hasAnchors(text) ? ["anchors"] : []),
  ];
}

function isEmpty(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null);
}

/** `default/theirs` of `default/theirs@stable`; undefined for one with options, which the program never writes. */
function importName(node: unknown): string | undefined {
  return isScalar(node) ? String(node.value).split("@")[0] : undefined;
}

/** `fn::open::aws-login`: those of ESC's functions that people's places hold, but for plain secrets. */
function functionsIn(text: string, places: readonly string[]): string[] {
  if (places.length === 0) return [];
  const found = new Set<string>();
  visit(boundedDocument(text) ?? null, {
    Map: (_, map) => {
      if (!isCall(map)) return;
      const [pair] = map.items;
      const name = isScalar(pair?.key) ? String(pair.key.value) : "";
      if (name !== "fn::secret" && name !== "fn::fromBase64") found.add(name);
    },
  });
  return [...found].sort();
}

function hasAnchors(text: string): boolean {
  let found = false;
  visit(boundedDocument(text) ?? null, {
    Node: (_, node) => {
      found ||= isAlias(node) || (node as { anchor?: string }).anchor !== undefined;
    },
  });
  return found;
}
