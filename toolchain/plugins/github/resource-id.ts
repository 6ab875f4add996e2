/** Parts of an id joined by colons; a colon inside a part that is not the last becomes `??` (github/util.go). */
export function joinId(...parts: string[]): string {
  return parts.map((part, index) => (index < parts.length - 1 ? part.replaceAll(":", "??") : part)).join(":");
}

/** @throws when there are not `count` parts. */
export function splitId(id: string, count: number): string[] {
  const parts = id.split(":");
  const head = parts.slice(0, count - 1);
  if (parts.length < count) {
    throw new Error(`unexpected ID format ("${id}"); expected ${count} parts separated by ":"`);
  }
  return [...head.map((part) => part.replaceAll("??", ":")), parts.slice(count - 1).join(":")];
}
