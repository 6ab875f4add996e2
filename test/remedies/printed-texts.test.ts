import { deepEqual, ok } from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";
import { parse } from "yaml";
import { FORMATS } from "../../src/catalog/formats";
import { flagOf } from "../../src/cli/command";
import { COMMANDS, STACK_OPTION } from "../../src/cli/program";

const ROOT = resolve(__dirname, "..", "..");

/** A text of the sources, with `*` for each part that is only known when it is shown. */
interface Printed {
  file: string;
  text: string;
}

const TEXTS: readonly Printed[] = ["src", "policies"].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .flatMap((name) => textsIn(`${folder}/${name}`)),
);

function textsIn(file: string): Printed[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(join(ROOT, file), "utf8"),
    ts.ScriptTarget.Latest,
    true,
  );
  const found: Printed[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isStringLiteralLike(node)) found.push({ file, text: node.text });
    if (ts.isTemplateExpression(node)) {
      const parts = node.templateSpans.map(({ expression, literal }) => {
        const shown = expression.getText() === "COMMAND" ? "./sophia-secrets" : "*";
        return `${shown}${literal.text}`;
      });
      found.push({ file, text: `${node.head.text}${parts.join("")}` });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Files that a command makes, and those of an application's repository. */
const MADE = ["secrets/scan-filter.json", "src/secrets-loader.ts"];

/** What a pattern finds in any text, and is wrong: `file: what`. */
function wrong(pattern: RegExp, isWrong: (found: RegExpMatchArray) => boolean): string[] {
  return TEXTS.flatMap(({ file, text }) =>
    [...text.matchAll(pattern)].filter(isWrong).map(([all]) => `${file}: ${all}`),
  );
}

describe("what the program prints", () => {
  it("is found in the sources", () => {
    ok(TEXTS.some(({ text }) => text.startsWith("./sophia-secrets set *")));
  });

  it("names commands of its own that exist, with options that they take", () => {
    const specs = new Map(COMMANDS.map(({ spec }) => [spec.name, spec]));
    const isWrong = ([, name = "", rest = ""]: RegExpMatchArray) => {
      const spec = specs.get(name);
      if (name === "COMMAND" || name === "NAME") return false;
      if (spec === undefined) return !["--help", "help"].includes(name);
      const known = [...Object.keys(spec.options).map(flagOf), STACK_OPTION[0].match(/--\w+/)?.[0], "--help"];
      return (rest.match(/--[a-z][a-z-]*/g) ?? []).some((option) => !known.includes(option));
    };
    deepEqual(wrong(/\.\/sophia-secrets ([A-Za-z-]+)((?: [^\s;,:(]+)*)/g, isWrong), []);
  });

  it("names files of the project that are there", () => {
    const isMissing = ([, path = ""]: RegExpMatchArray) =>
      !existsSync(join(ROOT, path)) && !MADE.includes(path);
    deepEqual(
      wrong(/(?<![\w./*-])((?:docs|secrets|src|policies)\/[\w./-]+\.(?:md|ts|json))\b/g, isMissing),
      [],
    );
  });

  it("names headings of documents that are there", () => {
    const headings = (page: string) =>
      readFileSync(join(ROOT, page), "utf8")
        .split("\n")
        .flatMap((line) => /^#+ (.*)$/.exec(line)?.[1] ?? []);
    const isMissing = ([, page = "", anchor, title]: RegExpMatchArray) => {
      const anchors = headings(page).map((each) =>
        each
          .toLowerCase()
          .replace(/[^\w\s-]/g, "")
          .replaceAll(" ", "-"),
      );
      if (anchor !== undefined) return !anchors.includes(anchor);
      return title !== undefined && !headings(page).includes(title);
    };
    deepEqual(wrong(/(docs\/[\w/]+\.md)(?:#([a-z0-9-]+)|, "([^"]+)")/g, isMissing), []);
  });

  it("sets config keys that Pulumi.yaml declares", () => {
    const { config } = parse(readFileSync(join(ROOT, "Pulumi.yaml"), "utf8")) as { config: object };
    const known = Object.keys(config);
    const isUnknown = ([, key = ""]: RegExpMatchArray) => !known.includes(key);
    const COMMAND = /pulumi config (?:set|rm)(?: --secret| --path)* '?([A-Za-z]+)/g;
    deepEqual(wrong(COMMAND, isUnknown), []);
  });

  it("names formats that there are", () => {
    const isUnknown = ([, format = ""]: RegExpMatchArray) => !Object.hasOwn(FORMATS, format);
    deepEqual(wrong(/\bformat: "([a-z-]+)"/g, isUnknown), []);
  });
});
