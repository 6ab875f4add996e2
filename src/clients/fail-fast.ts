import { type Http, type HttpRequest, NoAnswerError } from "./http";

/** How long a server counts as silent: a command that looks at twenty things is over by then. */
const SILENT_MS = 30_000;

/**
 * A client that does not wait for a silent server again: once a request got no answer in all its tries, further ones to
 * that server fail at once. Without it a command that looks at twenty things waits for each of them.
 *
 * Only requests that the client repeats make a server silent: a write whose answer was lost says nothing of the next.
 *
 * @throws NoAnswerError for a request that was not sent, and what the client throws.
 */
export function createFailFastHttp(http: Http, silentMs = SILENT_MS): Http {
  const silent = new Map<string, { error: NoAnswerError; until: number }>();
  return async (request) => {
    const server = URL.canParse(request.url) ? new URL(request.url).origin : "";
    const known = silent.get(server);
    if (known !== undefined && performance.now() < known.until) throw notSent(request, known.error);
    try {
      const answer = await http(request);
      silent.delete(server);
      return answer;
    } catch (error) {
      const isRepeated = request.method === "GET" || request.repeatable === true;
      if (error instanceof NoAnswerError && isRepeated)
        silent.set(server, { error, until: performance.now() + silentMs });
      throw error;
    }
  };
}

/** The same problem, about another path: never query, headers or body, because those may hold a token. */
function notSent({ method, url }: HttpRequest, { problem, advice }: NoAnswerError): NoAnswerError {
  const { origin, pathname } = new URL(url);
  return new NoAnswerError({ ...problem, subject: `${method} ${origin}${pathname}` }, advice);
}
