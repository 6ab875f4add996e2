import { type Document, isMap, parseDocument, Scalar } from "yaml";
import { RemedyError } from "../errors";
import { Secret } from "../secret";
import type { JobSecret } from "./job-catalog";

/** Values that ESC reads back as they are: printable ASCII, tab and line ends, and no `$` that it would act on. */
const PLAIN = /^[\t\n\r\x20-\x7e]*$/;
const ACTED_ON = /\$[{$]/;

/**
 * The text of a values environment, edited in place: comments, order and everything that is not ours stay as they
 * are, and the ciphertext of values that are not set anew is not touched.
 */
export class ValuesText {
  private readonly document: Document;

  /** @throws RemedyError when the text is not a YAML mapping; the text is not quoted. */
  constructor(
    text: string,
    private readonly appRoot: string,
    environment: string,
  ) {
    this.document = parseDocument(text);
    const empty = this.document.contents === null;
    if (this.document.errors.length === 0 && (empty || isMap(this.document.contents))) return;
    throw new RemedyError(environment, "its text is not a YAML mapping", "restore an earlier revision of it");
  }

  /** Whether a value stands at the secret's path, in clear or as ciphertext. */
  has(secret: JobSecret): boolean {
    return this.document.getIn(["values", ...this.path(secret)]) !== undefined;
  }

  /** Whether everything that refers to the secret's value stands and is right. */
  isMapped(secret: JobSecret): boolean {
    return this.references(secret).every(({ path, text }) => this.document.getIn(path) === text);
  }

  /** The value at the secret's path, when the text holds it in clear. */
  read(secret: JobSecret): Secret | undefined {
    const path = ["values", ...this.path(secret)];
    const encoded = this.document.getIn([...path, "fn::fromBase64", "fn::secret"]);
    if (typeof encoded === "string") return new Secret(Buffer.from(encoded, "base64").toString("utf8"));
    const plain = this.document.getIn([...path, "fn::secret"]);
    return typeof plain === "string" ? new Secret(plain) : undefined;
  }

  /** Puts a value at the secret's path. */
  set(secret: JobSecret, value: Secret): void {
    this.place(["values", ...this.path(secret)], this.document.createNode(secretNode(value)));
  }

  /** Puts everything that refers to the secret's value: further app keys, variables, Pulumi config. */
  map(secret: JobSecret): void {
    for (const { path, text } of this.references(secret)) this.place(path, text);
  }

  toString(): string {
    return this.document.toString({ lineWidth: 0 });
  }

  private path(secret: JobSecret): string[] {
    return [this.appRoot, ...(secret.paths[0] ?? secret.name).split(".")];
  }

  private references(secret: JobSecret): { path: string[]; text: string }[] {
    const text = `\${${this.path(secret).join(".")}}`;
    const further = secret.paths.slice(1).map((path) => ["values", this.appRoot, ...path.split(".")]);
    const config = secret.pulumiConfig === undefined ? [] : [["values", "pulumiConfig", secret.pulumiConfig]];
    return [...further, ["values", "environmentVariables", secret.name], ...config].map((path) => ({
      path,
      text,
    }));
  }

  /** Sets a node, making the mappings above it; `values: {}` of a new environment is flow style and would stay so. */
  private place(path: string[], node: unknown): void {
    this.document.setIn(path, node);
    for (let depth = 0; depth < path.length; depth += 1) {
      const above = depth === 0 ? this.document.contents : this.document.getIn(path.slice(0, depth));
      if (isMap(above)) above.flow = false;
    }
  }
}

/**
 * A secret as ESC stores it: `fn::secret` with a double-quoted literal, which no YAML reader takes for a number, a
 * boolean or a comment. Text in which ESC would see an interpolation is wrapped in base64: `${x}` is refused as
 * not literal, and escaped as `$${x}` it is encrypted, and later opened, with both dollars.
 */
function secretNode(value: Secret): unknown {
  const text = value.unwrap();
  if (PLAIN.test(text) && !ACTED_ON.test(text)) return { "fn::secret": quoted(text) };
  return { "fn::fromBase64": { "fn::secret": quoted(Buffer.from(text, "utf8").toString("base64")) } };
}

function quoted(text: string): Scalar<string> {
  const scalar = new Scalar(text);
  scalar.type = Scalar.QUOTE_DOUBLE;
  return scalar;
}
