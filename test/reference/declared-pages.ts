import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { parse } from "yaml";
import { RULES } from "../../policies/list";
import { FORMATS } from "../../src/catalog/formats";
import { COMMANDS } from "../../src/cli/program";
import { COMMAND } from "../../src/text";
import { cell, GENERATED } from "./markdown";

/** A type of the vocabulary that people write in secrets/, and the file that has it. */
const WRITTEN = [
  ["Catalog", "entry.ts"],
  ["Entry", "entry.ts"],
  ["Group", "entry.ts"],
  ["AccessPolicy", "access-policy.ts"],
  ["Identity", "access-policy.ts"],
  ["Application", "applications.ts"],
  ["DatabaseRotator", "rotators.ts"],
  ["PasswordRotator", "rotators.ts"],
  ["RotatedDatabase", "rotators.ts"],
  ["Image", "entry.ts"],
] as const;

/** docs/reference/catalog.md: what an organization writes in secrets/, from the types and their comments. */
export function catalogPage(root: string): string {
  const sections = WRITTEN.flatMap(([name, file]) => {
    const source = sourceOf(root, file);
    const declared = interfaceOf(source, name);
    const rows = membersOf(source, declared).map((member) => {
      const name = member.name.getText(source);
      const needed = member.questionToken === undefined ? "yes" : "";
      const type = (member.type?.getText(source) ?? "").replaceAll(/\s+/g, " ");
      return `| \`${name}\` | ${needed} | \`${type.replaceAll("|", "\\|")}\` | ${cell(docOf(source, member))} |`;
    });
    const about = cell(docOf(source, declared));
    const table = ["| property | needed | type | meaning |", "|---|---|---|---|", ...rows, ""];
    return [`## ${name}`, "", about, "", ...table];
  });
  const formats = Object.entries(FORMATS).map(
    ([name, { expected: says }]) => `| \`${name}\` | ${cell(says)} |`,
  );
  return [
    "# Catalog",
    "",
    GENERATED,
    "",
    "What `secrets/` declares. The compiler checks names of groups, environments and formats as you write them;",
    "`pulumi preview` checks the rest and names every problem at once.",
    "",
    ...sections,
    "## Formats",
    "",
    "What `format` of an entry may be. A value that does not fit is refused by `set`, by the files' commands and by the sync.",
    "",
    "| format | a right value |",
    "|---|---|",
    ...formats,
    "",
  ].join("\n");
}

function sourceOf(root: string, file: string): ts.SourceFile {
  const path = join(root, "src", "catalog", file);
  return ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
}

function interfaceOf(source: ts.SourceFile, name: string): ts.InterfaceDeclaration {
  const found = source.statements.find(
    (each): each is ts.InterfaceDeclaration => ts.isInterfaceDeclaration(each) && each.name.text === name,
  );
  if (found === undefined) throw new Error(`${source.fileName} has no interface ${name}`);
  return found;
}

/** Its own properties after those that it inherits. */
function membersOf(source: ts.SourceFile, declared: ts.InterfaceDeclaration): ts.PropertySignature[] {
  const inherited = (declared.heritageClauses ?? [])
    .flatMap(({ types }) => types)
    .flatMap(({ expression }) => membersOf(source, interfaceOf(source, expression.getText(source))));
  return [...inherited, ...declared.members.filter(ts.isPropertySignature)];
}

function docOf(source: ts.SourceFile, node: ts.Node): string {
  const [doc] = (ts.getJSDocCommentsAndTags(node) ?? []).filter(ts.isJSDoc);
  return (
    (ts.getTextOfJSDocComment(doc?.comment) ?? "").replaceAll("\n", " ").trim() || nameless(source, node)
  );
}

/** A property whose name says it all has no comment. */
function nameless(source: ts.SourceFile, node: ts.Node): string {
  return ts.isPropertySignature(node) ? `The ${node.name.getText(source)}.` : "";
}

interface ConfigKey {
  type: string;
  description: string;
  default?: unknown;
}

/** docs/reference/stack-config.md: the keys of Pulumi.<stack>.yaml, from Pulumi.yaml. */
export function configPage(root: string): string {
  const { config } = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as {
    config: Record<string, ConfigKey>;
  };
  const rows = Object.entries(config).map(([key, { type, description, default: standard }]) => {
    const shown = standard === undefined ? "none: it must be set" : `\`${JSON.stringify(standard)}\``;
    return `| <a id="${key}"></a>\`${key}\` | ${type} | ${shown} | ${cell(description)} |`;
  });
  return [
    "# Stack config",
    "",
    GENERATED,
    "",
    "Keys of `Pulumi.<stack>.yaml`, under `config`, each with `sophia-secrets:` before it. For example",
    "`pulumi config set branch release` sets one, and `pulumi config set --path 'carriers[0]' sophia-main` an item of a list.",
    "`pulumi preview` checks them all.",
    "",
    "| key | type | default | meaning |",
    "|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

/** docs/reference/policies.md: the rules of the policy pack. */
export function policiesPage(): string {
  const rows = RULES.map(({ name, enforcementLevel, description, configSchema }) => {
    const keys = Object.entries((configSchema?.properties ?? {}) as Record<string, { description?: string }>);
    const config = keys.map(([key, { description: says }]) => `\`${key}\`: ${cell(says ?? "")}`);
    return `| <a id="${name}"></a>\`${name}\` | ${enforcementLevel} | ${cell(description)} | ${config.join("<br>")} |`;
  });
  return [
    "# Policies",
    "",
    GENERATED,
    "",
    "Rules of the policy pack in `policies/`, with the level that each has until a pack's config says otherwise. A mandatory",
    "violation ends `pulumi preview` and `pulumi up`. [The pack's README](../../policies/README.md) says how to run and",
    "configure it.",
    "",
    "| rule | level | what it asks | config |",
    "|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

/** What a command's help says that `--json` prints, to the end of the paragraph. */
export function shapeOf(details: readonly string[]): string | undefined {
  const said = details.find((paragraph) => paragraph.includes("--json prints "));
  return said?.slice(said.indexOf("--json prints ") + "--json prints ".length);
}

/** docs/reference/json.md: what each command prints with --json. */
export function jsonPage(): string {
  const rows = COMMANDS.flatMap(({ spec }) => {
    if (spec.options.json === undefined) return [];
    return [`| [\`${spec.name}\`](commands.md#${spec.name}) | ${cell(shapeOf(spec.details) ?? "")} |`];
  });
  return [
    "# JSON",
    "",
    GENERATED,
    "",
    `What \`${COMMAND} COMMAND --json\` prints to stdout, as one document. No command prints a value. A name in braces is a`,
    "property; `[...]` is a list. A property that says nothing is left out. If a command fails, it prints the error:",
    "[errors as JSON](commands.md#errors-as-json). New properties may come; none changes its meaning within a version.",
    "",
    "| command | document |",
    "|---|---|",
    ...rows,
    "",
  ].join("\n");
}
