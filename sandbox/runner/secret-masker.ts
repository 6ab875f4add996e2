/** What a masked value becomes, in GitHub's runner and here. */
const MASK = "***";

/**
 * Replaces secrets in everything a job shows. Follows GitHub's runner (`SecretMasker.cs`, `ValueEncoders.cs`,
 * and `InitializeSecretMasker` of `Worker.cs`): the trimmed whole value, each of its lines, and each of these
 * in the encodings listed below. Anything else (reversed, split, hexadecimal) is NOT masked, there and here.
 */
export class SecretMasker {
  private readonly known = new Set<string>();
  private readonly needles = new Set<string>();

  /** A secret of the job: masked trimmed, as the runner does when it receives the job. */
  addSecret(value: string): void {
    this.addMask(value.trim());
  }

  /** What `::add-mask::` does: the value as it is, and each of its trimmed lines. */
  addMask(value: string): void {
    this.add(value);
    for (const line of value.split(/[\r\n]/)) this.add(line.trim());
  }

  mask(text: string): string {
    const spans = this.spansIn(text);
    let masked = "";
    let from = 0;
    for (const [start, end] of spans) {
      masked += text.slice(from, start) + MASK;
      from = end;
    }
    return masked + text.slice(from);
  }

  private add(value: string): void {
    if (value === "" || this.known.has(value)) return;
    this.known.add(value);
    for (const encoded of [value, ...encodings(value)]) if (encoded !== "") this.needles.add(encoded);
  }

  /** Spans to hide, sorted; those that touch or overlap are one, so that neighbours give one mask. */
  private spansIn(text: string): [number, number][] {
    const found: [number, number][] = [];
    for (const needle of this.needles) {
      for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1)) {
        found.push([at, at + needle.length]);
      }
    }
    found.sort((left, right) => left[0] - right[0]);
    const merged: [number, number][] = [];
    for (const span of found) {
      const last = merged.at(-1);
      if (last !== undefined && span[0] <= last[1]) last[1] = Math.max(last[1], span[1]);
      else merged.push([...span]);
    }
    return merged;
  }
}

/** The eleven encoders that the runner registers (`HostContext.cs`). */
function encodings(value: string): string[] {
  const bytes = Buffer.from(value, "utf8");
  const shifted = (by: number) => (bytes.length > by ? bytes.subarray(by) : bytes).toString("base64");
  return [
    bytes.toString("base64"),
    shifted(1), // base64 of `user:value` when the prefix leaves one or two bytes over
    shifted(2),
    value.replaceAll('"', '\\"'),
    value.replaceAll("'", "''"),
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(bytes.toString("utf8")).replace(/[!'()*]/g, percentEncoded),
    value.replace(/[<>"'&]/g, (character) => XML_ENTITIES[character] ?? character),
    value.length > 8 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : "",
    ...ampersandSections(value),
  ];
}

const XML_ENTITIES: Record<string, string> = {
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  "&": "&amp;",
};

function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** PowerShell prints a failed command in two sections around `&` (or `&+`); sections under 6 stay visible. */
function ampersandSections(value: string): string[] {
  const plus = value.indexOf("&+");
  const cut = plus >= 0 ? plus + 2 : value.lastIndexOf("&") + 1;
  if (cut === 0) return [];
  const after = plus >= 0 ? value.slice(cut + 1) : value.slice(cut);
  return [value.slice(0, cut), after].filter((section) => section.length >= 6);
}
