import { BlockList, isIP, isIPv6 } from "node:net";
import { isThisMachine } from "../addresses";
import { RemedyError } from "../errors";
import { Secret } from "../secret";

export type Variables = Readonly<Record<string, string | undefined>>;

/** An HTTP proxy that the environment names. */
export interface HttpProxy {
  /** Without user name and password. */
  url: URL;
  /** The environment variable that names it. */
  variable: string;
  /** What a Proxy-Authorization header holds. */
  authorization?: Secret;
}

/**
 * The proxy for a request: HTTPS_PROXY or HTTP_PROXY by its scheme, unless NO_PROXY names its host. Each is also read in
 * lower case, when the upper case is not set. This machine is asked directly, as Pulumi's own CLI does
 * (golang.org/x/net/http/httpproxy).
 *
 * @throws RemedyError address-invalid when the variable holds no proxy. Its text is never quoted: a password may stand
 *   in it.
 */
export function proxyFor(target: URL, env: Variables): HttpProxy | undefined {
  if (isThisMachine(target.hostname)) return undefined;
  const name = target.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const variable = [name, name.toLowerCase()].find((each) => (env[each] ?? "").trim() !== "");
  if (variable === undefined || isDirect(target, env.NO_PROXY || env.no_proxy || "")) return undefined;
  return readProxy(variable, (env[variable] ?? "").trim());
}

function readProxy(variable: string, text: string): HttpProxy {
  const address = text.includes("://") ? text : `http://${text}`;
  const url = URL.canParse(address) && !/\s/.test(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw unfit(variable, "is not the http(s) address of a proxy");
  // An unescaped `/`, `?` or `#` in a password ends up here, with the rest of the password in it.
  if (url.pathname !== "/" || /[?#]/.test(address))
    throw unfit(variable, "has more than user name, password, host and port");
  const authorization = loginOf(variable, url);
  url.username = url.password = "";
  return { url, variable, ...(authorization === undefined ? {} : { authorization }) };
}

function loginOf(variable: string, { username, password }: URL): Secret | undefined {
  if (username === "" && password === "") return undefined;
  try {
    const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return new Secret(`Basic ${Buffer.from(login).toString("base64")}`);
  } catch {} // The error quotes the text.
  throw unfit(variable, "has a % in its user name or password that begins no percent-encoding");
}

function unfit(variable: string, cause: string): RemedyError {
  return new RemedyError({
    code: "address-invalid",
    subject: variable,
    cause,
    remedy: `set it to http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, with special characters percent-encoded (@ is %40)`,
  });
}

/**
 * Whether a list as NO_PROXY has it names a host. Understood is what curl, Go and Python understand: `*`; a name, which
 * also means the names below it, with or without a dot or `*.` in front; an address of IPv4 or IPv6, in brackets or not;
 * a network such as 10.0.0.0/8; and a port after any of the first ones.
 */
function isDirect(target: URL, list: string): boolean {
  const host = target.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  const port = target.port || (target.protocol === "https:" ? "443" : "80");
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => names(entry, host, port));
}

function names(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  const [, inBrackets, name = "", only] =
    (isIPv6(entry) ? [entry, undefined, entry] : /^(?:\[(.*)\]|([^:]*))(?::(\d+))?$/.exec(entry)) ?? [];
  if (only !== undefined && only !== port) return false;
  const plain = (inBrackets ?? name).replace(/^\*?\./, "").replace(/\.$/, "");
  if (entry.includes("/")) return isInNetwork(host, entry);
  if (isIP(plain) !== 0) return isInNetwork(host, plain);
  return plain !== "" && (host === plain || (isIP(host) === 0 && host.endsWith(`.${plain}`)));
}

function isInNetwork(host: string, network: string): boolean {
  const [address = "", prefix = isIPv6(address) ? "128" : "32"] = network.split("/");
  if (isIP(host) === 0 || isIP(address) === 0 || !/^\d{1,3}$/.test(prefix)) return false;
  try {
    const list = new BlockList();
    list.addSubnet(address, Number(prefix), isIPv6(address) ? "ipv6" : "ipv4");
    return list.check(host, isIPv6(host) ? "ipv6" : "ipv4");
  } catch {
    return false; // a prefix that is too long
  }
}
