/**
 * Why a text is not an address to send a token to.
 *
 * @param mayHavePath of a server whose API may lie below one.
 * @returns undefined when it is one. Never quotes the text: a password may stand in it.
 */
export function unfitAddress(text: string, { mayHavePath = false } = {}): string | undefined {
  const url = URL.canParse(text) && !/\s/.test(text) ? new URL(text) : undefined;
  if (url?.protocol !== "https:" && url?.protocol !== "http:") return "must be an http(s) address";
  const hasPath = url.pathname !== "/" && !mayHavePath;
  if (hasPath || /[?#]/.test(text) || `${url.username}${url.password}` !== "")
    return `must have no ${mayHavePath ? "" : "path, "}query or user name`;
  if (url.protocol === "http:" && !isThisMachine(url.hostname))
    return "must be https: over http everybody on the way could read the token. Only this machine's own may be http";
  return undefined;
}

/** Addresses that leave no machine (RFC 6890 for 127.0.0.0/8); URL has brought all ways to write one into this form. */
export function isThisMachine(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
