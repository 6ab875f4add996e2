import type { GitHubContext } from "./github-app";

const DEFAULT_PAGE = 30;
const LARGEST_PAGE = 100;

/**
 * The page of a list that `?per_page=&page=` asks for, with GitHub's Link header set.
 */
export function page<Item>(c: GitHubContext, items: Item[]): Item[] {
  const size = pageSize(c);
  const number = positive(c.req.query("page")) ?? 1;
  const last = Math.max(1, Math.ceil(items.length / size));
  const link = (target: number, rel: string) => {
    const url = new URL(c.req.url);
    url.searchParams.set("per_page", String(size));
    url.searchParams.set("page", String(target));
    return `<${url}>; rel="${rel}"`;
  };
  const links: string[] = [];
  if (number > 1) links.push(link(number - 1, "prev"));
  if (number < last) links.push(link(number + 1, "next"), link(last, "last"));
  if (number > 1) links.push(link(1, "first"));
  if (links.length > 0) c.header("link", links.join(", "));
  return items.slice((number - 1) * size, number * size);
}

/** Items a page has. As on GitHub a `per_page` above 100 means 100, one that is not a number means 30. */
export function pageSize(c: GitHubContext): number {
  return Math.min(LARGEST_PAGE, positive(c.req.query("per_page")) ?? DEFAULT_PAGE);
}

function positive(text: string | undefined): number | undefined {
  const number = Number(text);
  return Number.isInteger(number) && number > 0 ? number : undefined;
}
