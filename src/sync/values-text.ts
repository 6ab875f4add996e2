import { type Document, isMap, isNode, isScalar, type ScalarTag, type Tags } from "yaml";
import { RemedyError } from "../errors";
import type { Secret } from "../secret";
import { boundedDocument } from "../yaml-text";
import type { JobSecret } from "./job-catalog";
import { isCall, readSecretNode, secretNode } from "./secret-node";
import { editedText } from "./splice-text";

/**
 * The text of a values environment, edited in place: comments, order and everything that is not ours stay as they
 * are, and the ciphertext of values that are not set again is not touched.
 */
export class ValuesText {
  private readonly document: Document;

  /** @throws RemedyError when the text is not a YAML mapping; the text is not quoted. */
  constructor(
    private readonly text: string,
    private readonly appRoot: string,
    private readonly deployment: string,
  ) {
    const document = boundedDocument(text, { customTags: exactNumbers });
    if (document !== undefined && (isMap(document.contents) || isNothing(document.contents))) {
      this.document = document;
      return;
    }
    throw new RemedyError({
      code: "environment-text-invalid",
      subject: deployment,
      cause: "its text is not a YAML mapping, or is larger than any of ours",
      remedy: "restore an earlier revision of it",
    });
  }

  /** Whether the text has a mapping of values, be it an empty one. One without says nothing of what stood. */
  hasValues(): boolean {
    return isMap(this.node(["values"]));
  }

  /** Whether a value stands at the secret's place: in plain text, as ciphertext or as a person wrote it. A reference is none. */
  has(secret: JobSecret): boolean {
    const node = this.node(this.place(secret));
    return !isNothing(node) && !(isScalar(node) && String(node.value).includes("${"));
  }

  /**
   * Whether the variable of the secret's name refers to the value at its place. Where it does not, the catalog has
   * moved the secret, and what stands there may be another one's.
   */
  isBound(secret: JobSecret): boolean {
    const { path, text } = this.variable(secret);
    return isCall(this.node(this.place(secret))) && this.document.getIn(path) === text;
  }

  /** Whether everything that refers to the secret's value stands and is right. */
  isMapped(secret: JobSecret): boolean {
    if (this.hasOutlived(secret)) return false;
    return this.references(secret).every(({ path, text }) => this.document.getIn(path) === text);
  }

  /** Whether something refers to the value under a name that is due to go. */
  hasOutlived(secret: JobSecret): boolean {
    return this.outlived(secret).length > 0;
  }

  /** Whether anything of the secret stands: its value, or something of ours that refers to it. */
  remains(secret: JobSecret): boolean {
    return !isNothing(this.node(this.place(secret))) || this.standing(secret).length > 0;
  }

  /** Whether a variable of that name stands. */
  hasVariable(name: string): boolean {
    return !isNothing(this.node(variableOf(name)));
  }

  /** Why the secret cannot be written: something that is not ours stands in its way. Names places, never what they hold. */
  obstacle(secret: JobSecret): string | undefined {
    const places = [this.place(secret), ...this.references(secret).map(({ path }) => path)];
    for (const place of places) {
      for (let depth = 1; depth < place.length; depth += 1) {
        const above = place.slice(0, depth);
        const node = this.node(above);
        if (isNothing(node)) break;
        if (!isMap(node) || isCall(node)) return `${above.join(".")} in ESC is not a mapping; ${FIX_BY_HAND}`;
      }
      const node = this.node(place);
      if (isNothing(node) || isScalar(node) || isCall(node)) continue;
      return `${place.join(".")} in ESC holds more than one value; ${FIX_BY_HAND}`;
    }
    return undefined;
  }

  /** The value at the secret's place, when the text holds it in plain text. */
  read(secret: JobSecret): Secret | undefined {
    return readSecretNode(this.node(this.place(secret)));
  }

  /**
   * What stands at the secret's place; where nothing does, what its variable refers to, under the name it has or had:
   * the text may be older than the catalog. Undefined where there is nothing.
   */
  stored(secret: JobSecret): unknown {
    const variables = [secret.name, ...secret.aliases].map((name) => this.document.getIn(variableOf(name)));
    const places = variables.flatMap((text) => /^\$\{([\w.-]+)\}$/.exec(String(text))?.[1] ?? []);
    const nodes = [this.place(secret), ...places.map((path) => ["values", ...path.split(".")])].map((path) =>
      this.node(path),
    );
    return nodes.find((node) => !isNothing(node));
  }

  /** Puts what another revision of this environment held at the secret's place: ciphertext as it is. */
  putBack(secret: JobSecret, earlier: ValuesText): void {
    const node = earlier.stored(secret);
    if (isNode(node)) this.put(this.place(secret), node.clone());
  }

  /** Puts a value at the secret's place. */
  set(secret: JobSecret, value: Secret): void {
    this.put(this.place(secret), this.document.createNode(secretNode(value)));
  }

  /** Puts everything that refers to the secret's value: further app keys, variables, Pulumi config. */
  map(secret: JobSecret): void {
    for (const { path } of this.outlived(secret)) this.take(path);
    for (const { path, text } of this.references(secret)) this.put(path, text);
  }

  /** Takes the value and everything of ours that refers to it away. */
  remove(secret: JobSecret): void {
    for (const { path } of this.standing(secret)) this.take(path);
    this.take(this.place(secret));
  }

  /**
   * The text with what was changed, and all else of it as people wrote it.
   *
   * @throws RemedyError where it cannot be written so without losing a comment of theirs.
   */
  toString(): string {
    const text = editedText(this.text, this.document);
    if (text !== undefined) return text;
    throw new RemedyError({
      code: "environment-text-kept",
      subject: this.deployment,
      cause:
        "its text was not written, because a comment or an anchor of people's would be lost: it stands in braces, or at what the sync writes",
      remedy: `move it to a line of its own outside of braces (pulumi env edit ${this.deployment}), then sync again`,
    });
  }

  private place(secret: JobSecret): string[] {
    return ["values", this.appRoot, ...(secret.paths[0] ?? secret.name).split(".")];
  }

  private variable(secret: JobSecret): { path: string[]; text: string } {
    const text = `\${${this.place(secret).slice(1).join(".")}}`;
    return { path: variableOf(secret.name), text };
  }

  private references(secret: JobSecret): { path: string[]; text: string }[] {
    const { path, text } = this.variable(secret);
    const further = secret.paths.slice(1).map((each) => ["values", this.appRoot, ...each.split(".")]);
    const config = secret.pulumiConfig === undefined ? [] : [["values", "pulumiConfig", secret.pulumiConfig]];
    const former =
      secret.former === undefined || secret.former.due === true ? [] : [variableOf(secret.former.name)];
    return [...further, path, ...former, ...config].map((each) => ({ path: each, text }));
  }

  /** References of a former name that is due: those that stand as the sync wrote them. */
  private outlived(secret: JobSecret): { path: string[] }[] {
    const { former } = secret;
    if (former?.due !== true) return [];
    const { text } = this.variable(secret);
    const key = former.path === undefined ? [] : [["values", this.appRoot, ...former.path.split(".")]];
    const paths = [variableOf(former.name), ...key];
    return paths.filter((path) => this.document.getIn(path) === text).map((path) => ({ path }));
  }

  /** References that stand as the sync wrote them, those of a former name included. */
  private standing(secret: JobSecret): { path: string[] }[] {
    const ours = this.references(secret).filter(({ path, text }) => this.document.getIn(path) === text);
    return [...ours, ...this.outlived(secret)];
  }

  /** Takes a node away, and the mappings above it that are empty then; `values` stays. */
  private take(path: readonly string[]): void {
    if (isNothing(this.node(path))) return;
    this.document.deleteIn(path);
    const above = path.slice(0, -1);
    const node = this.node(above);
    if (!isMap(node) || node.items.length > 0) return;
    if (above.length > 1) this.take(above);
    else node.flow = true; // as it was before the first
  }

  private node(path: readonly string[]): unknown {
    return this.document.getIn(path, true);
  }

  /** Sets a node, making the mappings above it; `values: {}` of a new environment is flow style and would stay so. */
  private put(path: readonly string[], node: unknown): void {
    for (let depth = 0; depth < path.length; depth += 1) {
      const above = path.slice(0, depth);
      const standing = depth === 0 ? this.document.contents : this.node(above);
      if (isMap(standing)) standing.flow = false;
      else this.putMapping(above, standing);
    }
    // Whatever is put here is new, also a clone from another text: its place there says nothing here.
    if (isNode(node)) node.range = null;
    this.document.setIn(path, node);
  }

  /** A mapping where nothing stands, or a key without a value, whose comment it takes over. */
  private putMapping(path: readonly string[], before: unknown): void {
    const mapping = this.document.createNode({});
    mapping.flow = false;
    if (isScalar(before)) mapping.commentBefore = before.comment ?? before.commentBefore ?? null;
    if (path.length === 0) this.document.contents = mapping;
    else this.document.setIn(path, mapping);
  }
}

function variableOf(name: string): string[] {
  return ["values", "environmentVariables", name];
}

const FIX_BY_HAND = "move it away by hand (pulumi env edit), then sync again";

/** `key:` without a value reads as null. */
function isNothing(node: unknown): boolean {
  return node === undefined || node === null || (isScalar(node) && node.value === null);
}
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
