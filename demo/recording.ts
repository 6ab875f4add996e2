/** One line that a command printed. */
export interface RecordedLine {
  /** Seconds from the beginning. */
  at: number;
  text: string;
}

/** A pause is never longer: nobody waits for a machine that is seen working. */
const LONGEST_PAUSE = 1.1;
/** Characters of a line. */
export const COLUMNS = 112;
const ROWS = 26;
const [WIDE, HIGH, EDGE, BAR] = [8.43, 20, 18, 34];

/** Shortens pauses, so that minutes of work become a recording that somebody watches. */
export function shortened(lines: readonly RecordedLine[]): RecordedLine[] {
  let [before, now] = [0, 0];
  return lines.map(({ at, text }) => {
    now += Math.min(LONGEST_PAUSE, Math.max(0.05, at - before));
    before = at;
    return { at: now, text };
  });
}

/**
 * A recording as one SVG that plays in a browser or on GitHub: lines appear in their time, and scroll. It has no script;
 * whoever wants no motion sees its end. The same for the same lines.
 */
export function renderRecording(title: string, recorded: readonly RecordedLine[]): string {
  const lines = shortened(recorded).flatMap(({ at, text }) =>
    folded(text).map((part) => ({ at, text: part })),
  );
  const shown = Math.min(ROWS, Math.max(6, lines.length));
  const width = Math.ceil(COLUMNS * WIDE + 2 * EDGE);
  const height = BAR + shown * HIGH + EDGE;
  const end = (lines.at(-1)?.at ?? 0) + 0.5;
  const texts = lines.map(
    ({ at, text }, index) =>
      `<text class="${lookOf(text)}" x="${EDGE}" y="${BAR + 14 + index * HIGH}" style="animation-delay:${at.toFixed(2)}s">${escaped(text)}</text>`,
  );
  const scrolled = lines
    .map(({ at }, index) => ({ at, up: Math.max(0, index + 1 - ROWS) * HIGH }))
    .filter(({ up }, index, all) => up !== (all[index - 1]?.up ?? 0));
  const steps = scrolled.map(
    ({ at, up }) => `${((at / end) * 100).toFixed(2)}%{transform:translateY(-${up}px)}`,
  );
  const last = scrolled.at(-1)?.up ?? 0;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">
<style>
text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d7dde4;white-space:pre}
.typed{fill:#fff;font-weight:600}.good{fill:#7ee2a8}.bad{fill:#ff9c94}.dim{fill:#8b97a5}.title{fill:#8b97a5;font-size:12px}
@media (prefers-reduced-motion:no-preference){
#lines text{opacity:0;animation:show .01s forwards}
#lines{animation:scroll ${end.toFixed(2)}s step-end forwards}
}
@media (prefers-reduced-motion:reduce){#lines{transform:translateY(-${last}px)}}
@keyframes show{to{opacity:1}}
@keyframes scroll{0%{transform:none}${steps.join("")}100%{transform:translateY(-${last}px)}}
</style>
<rect width="${width}" height="${height}" rx="10" fill="#12161b"/>
<circle cx="20" cy="17" r="5" fill="#ff5f57"/><circle cx="38" cy="17" r="5" fill="#febc2e"/><circle cx="56" cy="17" r="5" fill="#28c840"/>
<text class="title" x="78" y="21">${escaped(title)}</text>
<clipPath id="screen"><rect x="0" y="${BAR}" width="${width}" height="${height - BAR - 8}"/></clipPath>
<g clip-path="url(#screen)"><g id="lines">
${texts.join("\n")}
</g></g>
</svg>
`;
}

/** A line as a terminal of this width folds it. */
function folded(text: string): string[] {
  const parts = text.match(new RegExp(`.{1,${COLUMNS}}`, "gu"));
  return parts === null ? [""] : [...parts];
}

function lookOf(text: string): string {
  if (text.startsWith("$ ")) return "typed";
  if (/^\s*(✔|\[SUCCESS\])/.test(text)) return "good";
  if (/^(✖|error:|Remedy:)/.test(text)) return "bad";
  return /^\s*[›❯]/.test(text) ? "dim" : "plain";
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replace(/\p{Cc}/gu, "");
}
