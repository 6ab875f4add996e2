import { environmentsOfApplication, groupsOfApplication, openingOf } from "../../catalog/applications";
import { carriersOf, type Spread } from "../../catalog/carriers";
import type { ResolvedCatalog } from "../../catalog/entry";
import {
  compositeEnvironment,
  type EscEnvironmentId,
  pathOf,
  valuesEnvironment,
  WORKFLOW_FILE,
} from "../../catalog/layout";
import { isIn, rotatedEnvironment, rotatedValues } from "../../catalog/rotators";
import type { Settings } from "../../catalog/settings";
import { counted } from "../../text";
import { NODE_KINDS, type Pipeline, type PipelineNode } from "./report-data";

/** One secret as the pipeline carries it. */
export interface Carried {
  name: string;
  group: string;
  owner: string;
  carriers: readonly string[];
  applications: readonly string[];
  /** Ids of the nodes that its value passes. */
  path: readonly string[];
}

/**
 * How every value travels: from its group through the carrier's workflow (or ESC's rotator) and the values environment to
 * the environment that an application opens, the application, and the owner who answers for it. A pure function.
 */
export function pipelineOf(
  catalog: ResolvedCatalog,
  settings: Settings,
  shards: Spread["shards"],
): { pipeline: Pipeline; carried: Map<string, Carried> } {
  const graph = new Graph();
  const carried = new Map<string, Carried>();
  const openers = openersIn(catalog, settings);
  const carry = (secret: Sourced) => carried.set(secret.name, carryOne(graph, secret, openers, catalog));
  for (const entry of catalog.entries) {
    const { name, group, owner, bootstrap, environments } = entry;
    const carriers = carriersOf(entry, shards);
    const detail = `its workflow ${WORKFLOW_FILE}`;
    const sources: Point[] = carriers.map((label) => ({ kind: "source", label, detail }));
    const places = (bootstrap ? [] : environments).map((deployment) => ({
      deployment,
      id: valuesEnvironment(settings, deployment, group),
    }));
    carry({ name, group, owner, carriers, sources, places });
  }
  for (const rotator of catalog.rotators) {
    const { group } = rotator;
    const detail = `ESC rotates by ${rotator.schedule} (UTC)`;
    const sources: Point[] = [{ kind: "source", label: `rotator ${rotator.name}`, detail }];
    const places = catalog.environments
      .filter((deployment) => isIn(rotator, deployment))
      .map((deployment) => ({ deployment, id: rotatedEnvironment(settings, deployment, rotator) }));
    const owner = catalog.groups[group]?.owner ?? "";
    for (const { name } of rotatedValues(rotator))
      carry({ name, group, owner, carriers: [], sources, places });
  }
  return { pipeline: graph.drawn(), carried };
}

/** One secret with what brings it to its values environments. */
interface Sourced extends Pick<Carried, "name" | "group" | "owner" | "carriers"> {
  sources: readonly Point[];
  places: readonly { deployment: string; id: EscEnvironmentId }[];
}

function carryOne(
  graph: Graph,
  { sources, places, ...secret }: Sourced,
  openers: ReturnType<typeof openersIn>,
  catalog: ResolvedCatalog,
): Carried {
  const path = new Set<string>();
  const visit = (point: Point) => {
    path.add(graph.visit(point, secret.name));
    return point;
  };
  const link = (from: Point, to: Point) => graph.link(visit(from), visit(to));
  const group = catalog.groups[secret.group]?.description ?? "";
  const start: Point = { kind: "group", label: secret.group, detail: group };
  const owner: Point = { kind: "owner", label: secret.owner, detail: "answers for it" };
  for (const source of sources) link(start, source);
  const users = new Set<string>();
  for (const { deployment, id } of places) {
    const values: Point = { kind: "values", label: pathOf(id), detail: `values of ${deployment}` };
    for (const source of sources) link(source, values);
    for (const { name, groups, opens } of openers) {
      const opened = opens[deployment];
      if (opened === undefined || !groups.includes(secret.group)) continue;
      const composite: Point = { kind: "composite", label: opened, detail: `opened for ${deployment}` };
      link(values, composite);
      if (name === undefined) continue;
      users.add(name);
      const application: Point = { kind: "application", label: name, detail: "loads it" };
      link(composite, application);
      link(application, owner);
    }
  }
  visit(start);
  visit(owner);
  return { ...secret, applications: [...users], path: [...path] };
}

interface Point {
  kind: PipelineNode["kind"];
  label: string;
  detail: string;
}

class Graph {
  readonly #nodes = new Map<string, { point: Point; secrets: Set<string> }>();
  readonly #edges = new Map<string, { from: string; to: string }>();

  /** @returns the node's id. */
  visit(point: Point, secret: string): string {
    const id = idOf(point);
    const node = this.#nodes.get(id) ?? { point, secrets: new Set() };
    node.secrets.add(secret);
    this.#nodes.set(id, node);
    return id;
  }

  link(from: Point, to: Point): void {
    const edge = { from: idOf(from), to: idOf(to) };
    this.#edges.set(`${edge.from}\0${edge.to}`, edge);
  }

  drawn(): Pipeline {
    const order = (kind: PipelineNode["kind"]) => NODE_KINDS.indexOf(kind);
    const nodes = [...this.#nodes].map(([id, { point, secrets }]) => ({
      id,
      ...point,
      detail: [point.detail, counted(secrets.size, "secret")].filter((each) => each !== "").join(", "),
      secrets: secrets.size,
    }));
    return { nodes: nodes.sort((a, b) => order(a.kind) - order(b.kind)), edges: [...this.#edges.values()] };
  }
}

function idOf({ kind, label }: Point): string {
  return `${kind}:${label}`;
}

/** Who opens what: each application, and the composite environments that nobody has declared an application for. */
function openersIn(catalog: ResolvedCatalog, settings: Settings) {
  const all = Object.keys(catalog.groups);
  const applications = catalog.applications.map((application) => {
    const groups = groupsOfApplication(application, all);
    const opens = environmentsOfApplication(application, catalog.environments).map((deployment) => [
      deployment,
      pathOf(openingOf(settings, deployment, application, all).environment),
    ]);
    return { name: application.name as string | undefined, groups, opens: Object.fromEntries(opens) };
  });
  const whole = Object.fromEntries(
    catalog.environments.map((deployment) => [
      deployment,
      pathOf(compositeEnvironment(settings, deployment)),
    ]),
  );
  return [{ name: undefined, groups: all, opens: whole }, ...applications];
}
