import * as github from "@pulumi/github";
import type * as pulumi from "@pulumi/pulumi";

/**
 * Names in one page of a list of the organization's: enough to find what was likely meant by one that is not shown. In a
 * file of its own, because reviewers and repositories both ask it. None where GitHub does not show the list.
 */
export async function shownNames(
  organization: string,
  list: "repos" | "teams",
  field: "name" | "slug",
  opts: pulumi.InvokeOptions,
): Promise<string[]> {
  try {
    const { code, body } = await github.getRestApi(
      { endpoint: `orgs/${organization}/${list}?per_page=100` },
      opts,
    );
    const items = code === 200 ? (JSON.parse(body) as Partial<Record<typeof field, string>>[]) : [];
    return items.flatMap((each) => each[field] ?? []);
  } catch {
    return [];
  }
}
