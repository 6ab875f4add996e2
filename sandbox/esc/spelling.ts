/** Levenshtein distance; case and underscores do not count. */
export function levenshtein(left: string, right: string): number {
  const a = fold(left);
  const b = fold(right);
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** `; did you mean "x"?` for the nearest candidate within half of the name's length, else nothing. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  let best = "";
  let bestDistance = Math.floor((fold(name).length + 1) / 2);
  for (const candidate of [...candidates].sort()) {
    const distance = levenshtein(name, candidate);
    if (distance >= bestDistance) continue;
    best = candidate;
    bestDistance = distance;
  }
  return best === "" ? "" : `; did you mean "${best}"?`;
}

function fold(text: string): string {
  return text.replaceAll("_", "").toLowerCase();
}
