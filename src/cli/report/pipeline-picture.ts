import { NODE_KINDS, type PipelineNode, type ReportData } from "../../operations/report/report-data";
import { counted } from "../../text";
import { type Html, html } from "./html";
import { lookOf } from "./looks";
import { cut, picture, round } from "./svg";

const HEADINGS: Readonly<Record<PipelineNode["kind"], string>> = {
  group: "Secrets by group",
  source: "Carrier and workflow",
  values: "Values in ESC",
  composite: "Opened in ESC",
  application: "Application",
  owner: "Owner",
};
const WIDTHS: Readonly<Record<PipelineNode["kind"], number>> = {
  group: 196,
  source: 132,
  values: 222,
  composite: 128,
  application: 92,
  owner: 132,
};
const GAP = 48;
const SPACE = 10;
const TOP = 34;
const SQUARE = 9;
const PER_LINE = 18;
/** Widest average of a letter at 12.5 px, in the fonts of the style sheet. */
const CHARACTER = 7;

interface Placed extends PipelineNode {
  index: number;
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * The pipeline from left to right. Each secret is a square in its group, in the colour of how it stands; nodes, lines and
 * squares carry numbers, by which the page's script shows the way of what a filter leaves.
 */
export function pipelinePicture({ pipeline, secrets, application }: ReportData): Html {
  const inGroup = new Map<string, number[]>();
  for (const [index, { group }] of secrets.entries())
    inGroup.set(group, [...(inGroup.get(group) ?? []), index]);
  const placed = place(pipeline, (label) => inGroup.get(label)?.length ?? 0);
  const at = new Map(placed.map((node) => [node.id, node]));
  const lines = pipeline.edges.map(({ from, to }) => {
    const [a, b] = [at.get(from), at.get(to)];
    if (a === undefined || b === undefined) return undefined;
    const [x1, y1, x2, y2] = [a.x + a.width, a.y + a.height / 2, b.x, b.y + b.height / 2];
    const bend = (x2 - x1) / 2;
    return html`<path class="flow" data-a="${a.index}" data-b="${b.index}" d="M${round(x1)} ${round(y1)}C${round(x1 + bend)} ${round(y1)} ${round(x2 - bend)} ${round(y2)} ${round(x2)} ${round(y2)}"/>`;
  });
  const boxes = placed.map((node) => {
    const { index, x, y, width, height, label, detail, kind } = node;
    const squares =
      kind === "group" &&
      (inGroup.get(label) ?? []).map((secret, place) => {
        const [column, line] = [place % PER_LINE, Math.floor(place / PER_LINE)];
        const found = secrets[secret];
        if (found === undefined) return undefined;
        return html`<rect class="square ${lookOf(found)}" data-s="${secret}" x="${x + 10 + column * (SQUARE + 0.6)}" y="${y + 28 + line * (SQUARE + 1)}" width="${SQUARE - 1}" height="${SQUARE - 1}"><title>${found.name}</title></rect>`;
      });
    return html`<g class="node" data-n="${index}"><title>${`${label}: ${detail}`}</title><rect class="box ${kind}" x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/><text class="label" x="${x + 10}" y="${y + 18}">${shortened(node, application)}</text>${squares}</g>`;
  });
  const heads = NODE_KINDS.filter((kind) => placed.some((node) => node.kind === kind)).map(
    (kind) => html`<text class="head" x="${columnAt(kind)}" y="16">${HEADINGS[kind]}</text>`,
  );
  const height = Math.max(...placed.map((node) => node.y + node.height), TOP) + 12;
  const width = columnAt("owner") + WIDTHS.owner;
  const summary = NODE_KINDS.map(
    (kind) => `${HEADINGS[kind]}: ${placed.filter((node) => node.kind === kind).map(({ label }) => label)}`,
  );
  return picture({
    ...{
      title: "Graph of the pipeline",
      summary: `${counted(secrets.length, "secret")}. ${summary.join(". ")}`,
    },
    ...{ width, height, inside: [heads, lines, boxes], id: "graph" },
  });
}

function columnAt(kind: PipelineNode["kind"]): number {
  return NODE_KINDS.slice(0, NODE_KINDS.indexOf(kind)).reduce((x, each) => x + WIDTHS[each] + GAP, 1);
}

/** In ESC project and application are the same everywhere: the picture leaves them out, its titles have them. */
function shortened({ label, kind }: PipelineNode, application: string): string {
  const name = kind === "values" || kind === "composite" ? label.slice(label.indexOf("/") + 1) : label;
  const prefix = `${application}-`;
  const own = name.startsWith(prefix) ? name.slice(prefix.length) : name;
  return cut(own, Math.floor((WIDTHS[kind] - 18) / CHARACTER));
}

/** The number by which the script knows each node, by id. */
export function nodeNumbers({ nodes }: ReportData["pipeline"]): Map<string, number> {
  return new Map(nodes.map(({ id }, index) => [id, index]));
}

/** Each column in the order of what leads to it, so that few lines cross; its middle at the middle of the highest. */
function place({ nodes, edges }: ReportData["pipeline"], squaresIn: (group: string) => number): Placed[] {
  const before = new Map<string, string[]>();
  for (const { from, to } of edges) before.set(to, [...(before.get(to) ?? []), from]);
  const placed = new Map<string, Placed>();
  const numbers = nodeNumbers({ nodes, edges });
  for (const kind of NODE_KINDS) {
    const weight = ({ id }: PipelineNode) => {
      const ys = (before.get(id) ?? []).map((each) => placed.get(each)?.y ?? 0);
      return ys.length === 0 ? 0 : ys.reduce((sum, y) => sum + y, 0) / ys.length;
    };
    const column = nodes
      .filter((node) => node.kind === kind)
      .map((node) => ({ node, weight: weight(node) }))
      .sort((a, b) => a.weight - b.weight || (a.node.label < b.node.label ? -1 : 1));
    let y = TOP;
    for (const { node } of column) {
      const lines = kind === "group" ? Math.ceil(squaresIn(node.label) / PER_LINE) : 0;
      const height = 28 + (lines === 0 ? 0 : lines * (SQUARE + 1) + 6);
      const index = numbers.get(node.id) ?? -1;
      placed.set(node.id, { ...node, index, x: columnAt(kind), y, width: WIDTHS[kind], height });
      y += height + SPACE;
    }
  }
  return centred([...placed.values()]);
}

function centred(placed: readonly Placed[]): Placed[] {
  const bottoms = new Map<string, number>();
  for (const { kind, y, height } of placed) bottoms.set(kind, Math.max(bottoms.get(kind) ?? 0, y + height));
  const most = Math.max(...bottoms.values());
  return placed.map((node) => ({ ...node, y: node.y + (most - (bottoms.get(node.kind) ?? most)) / 2 }));
}
