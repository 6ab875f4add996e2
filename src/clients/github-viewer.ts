import { RemedyError } from "../errors";
import type { GitHubCall } from "./github-call";
import type { Asked } from "./github-refusal";

/**
 * The login of whoever's token this is, as their issues show it: `github-actions[bot]` for a job's own. Asked of GraphQL,
 * for REST's `GET /user` refuses an App (403, "Resource not accessible by integration").
 *
 * @throws RemedyError when GitHub does not say.
 */
export async function gitHubViewer(call: GitHubCall, asked: Asked): Promise<string> {
  const { data } = await call.graphql(asked, "{ viewer { login } }");
  const { login } = (data as { viewer?: { login?: unknown } | null } | null | undefined)?.viewer ?? {};
  if (typeof login === "string" && login !== "") return login;
  const remedy = "use a person's token, an App's or a GitHub Actions job's, and check what stands in between";
  throw new RemedyError("GITHUB_TOKEN", "GitHub does not say whose it is", remedy);
}
