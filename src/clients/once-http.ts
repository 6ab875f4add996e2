import type { Http, HttpAnswer } from "./http";

/**
 * Sends each GET once: a later one for the same address with the same headers gets the first one's answer, or its error.
 * For a command that only reads and joins several views of the same facts. Everything else is sent each time.
 */
export function createOnceHttp(http: Http): Http {
  const answers = new Map<string, Promise<HttpAnswer>>();
  return (request) => {
    if (request.method !== "GET") return http(request);
    const key = JSON.stringify([request.url, request.headers]);
    const answer = answers.get(key) ?? http(request);
    answers.set(key, answer);
    return answer;
  };
}
