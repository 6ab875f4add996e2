import { isMap, isScalar, isSeq, type Node } from "yaml";
import { RefusedTextError } from "../clients/pulumi-refusal";
import { RemedyError } from "../errors";
import { namesIn } from "../text";
import { boundedDocument } from "../yaml-text";
import { isCall } from "./secret-node";

/**
 * What a refusal of an ESC text is about: the imports and functions on the lines that the service names. Its own words are
 * not passed on, because they may quote a value.
 *
 * @returns the error itself where it names no line, or none that tells more.
 */
export function namedRefusal(error: unknown, environment: string, text: string, team: string): unknown {
  if (!(error instanceof RefusedTextError)) return error;
  const things = thingsAt(text, error.lines);
  const imports = things.flatMap(({ imported }) => imported ?? []);
  if (things.length === 0) return error;
  const what = namesIn([...new Set(things.map(({ told }) => told))]);
  const isImport = imports.length > 0;
  return new RemedyError(
    {
      code: "environment-text-refused",
      subject: environment,
      cause: `Pulumi Cloud refuses its text for ${what}${isImport ? ": it does not exist, or this token may not read it" : ""}. Nothing of this environment was written`,
      remedy: isImport
        ? `give the team ${team} read on ${namesIn([...new Set(imports)])} in Pulumi Cloud, or take the import out: pulumi env edit ${environment}`
        : `make it right, or take it out: pulumi env edit ${environment}`,
    },
    { cause: error },
  );
}

interface Thing {
  told: string;
  imported?: string;
}

function thingsAt(text: string, lines: readonly number[]): Thing[] {
  const contents = boundedDocument(text)?.contents;
  if (!isMap(contents)) return [];
  const found: Thing[] = [];
  const at = (node: Node) => lines.includes(lineOf(text, node));
  const imports = contents.get("imports", true);
  if (isSeq<Node>(imports))
    for (const item of imports.items.filter(at)) {
      const imported = isScalar(item) ? String(item.value) : undefined;
      found.push(
        imported === undefined
          ? { told: "an import with options" }
          : { told: `the import ${imported}`, imported },
      );
    }
  const visit = (node: unknown, path: readonly string[]): void => {
    if (!isMap(node)) return;
    for (const { key, value } of node.items) {
      if (!isScalar(key)) continue;
      const name = String(key.value);
      const isAt = at(key as Node) || (value !== null && at(value as Node));
      if (isCall(node) && isAt) found.push({ told: `${name} at ${path.join(".")}` });
      visit(value, isCall(node) ? path : [...path, name]);
    }
  };
  visit(contents.get("values", true), []);
  return found;
}

/** From 1. */
function lineOf(text: string, { range }: Node): number {
  return range ? text.slice(0, range[0]).split("\n").length : 0;
}
