import { type PulumiCall, parseAnswer } from "./pulumi-call";

/** The login in Pulumi Cloud of whoever's token this is; an organization's or team's token answers with its name. */
export async function currentUser(call: PulumiCall): Promise<string> {
  const thing = "the token's owner";
  const { githubLogin, name } = parseAnswer(thing, await call(thing, "/api/user")) as Record<string, unknown>;
  const found = [githubLogin, name].find((each) => typeof each === "string" && each !== "");
  return String(found ?? "somebody");
}

/**
 * The login of the person whose token this is.
 *
 * @returns undefined for a token of an organization or team: those answer alike, whoever holds them.
 */
export async function currentPerson(call: PulumiCall): Promise<string | undefined> {
  const thing = "the token's owner";
  const answer = parseAnswer(thing, await call(thing, "/api/user")) as Record<string, unknown>;
  const { githubLogin, tokenInfo } = answer;
  const isMachine = tokenInfo !== undefined && tokenInfo !== null;
  return typeof githubLogin === "string" && githubLogin !== "" && !isMachine ? githubLogin : undefined;
}
