interface Route {
  method: string;
  path: string;
}

/** A route that a service answers. */
export interface ServedRoute {
  method: string;
  /** `GET /orgs/:org`, without prefix. */
  name: string;
  /** A path that it answers. */
  sample: string;
}

/**
 * The routes of a service, each once. What answers any method is not a route: it looks before or answers what nothing else
 * does.
 *
 * @param prefix where a service has its routes a second time.
 */
export function servedRoutes(app: { routes: readonly Route[] }, prefix: RegExp): ServedRoute[] {
  const named = app.routes
    .filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => ({ method, path: path.replace(prefix, "") || "/" }));
  const each = new Map(named.map(({ method, path }) => [`${method} ${path}`, { method, path }]));
  return [...each].map(([name, { method, path }]) => ({ method, name, sample: sampleOf(path) }));
}

/** A parameter with a pattern of its own gets the first word of that pattern, any other one a letter. */
function sampleOf(path: string): string {
  return path.replace(/:\w+(\{([^}]*)\})?/g, (_, __, pattern: string | undefined) => {
    if (pattern === undefined || pattern === ".+") return "x";
    return pattern === "[0-9]+" ? "1" : (/[a-z]+/.exec(pattern)?.[0] ?? "1");
  });
}
