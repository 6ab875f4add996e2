/** The few parts of a browser's page that the script below uses: the project's types know no browser. */
interface PageElement {
  hidden: boolean;
  open: boolean;
  value: string;
  textContent: string | null;
  readonly dataset: Record<string, string | undefined>;
  readonly classList: { toggle(name: string, force: boolean): void };
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
  closest(selector: string): PageElement | null;
  addEventListener(
    type: string,
    listener: (event: { target: PageElement; key?: string; preventDefault(): void }) => void,
  ): void;
  scrollIntoView(options: { block: string }): void;
  focus(): void;
}

interface Page extends PageElement {
  readonly documentElement: PageElement;
  readonly defaultView: {
    addEventListener(type: string, listener: () => void): void;
    navigator: { clipboard?: { writeText(text: string): Promise<void> } };
    getSelection(): { selectAllChildren(element: PageElement): void } | null;
    location: { hash: string };
  };
}

/**
 * The page's script: filter, way through the graph, copying, theme. The page has its text (`toString`), and its hash in
 * the policy, so it uses nothing from outside of itself. Without it the page shows everything.
 */
export function pageScript(page: Page): void {
  const all = (selector: string) => [...page.querySelectorAll(selector)];
  const view = page.defaultView;
  const graph = page.querySelector("#graph");
  const count = page.querySelector("#count");
  const search = page.querySelector("#q");
  const selects = all("select[data-by]");
  const words = (text: string | undefined) => (text ?? "").split(" ").filter((word) => word !== "");

  const look = () => {
    const rows = all("[data-row]").map((element) => ({
      element,
      text: (element.textContent ?? "").toLowerCase(),
      owner: element.dataset.owner,
      group: element.dataset.group,
      env: words(element.dataset.env),
      state: words(element.dataset.state),
      secret: element.dataset.s,
      of: element.dataset.of,
      path: words(element.dataset.p),
    }));
    const secrets = rows.filter(({ secret }) => secret !== undefined);
    const flows = all("#graph .flow").map((element) => ({
      element,
      from: element.dataset.a ?? "",
      to: element.dataset.b ?? "",
    }));
    // By node: a look at each line for each secret would be slow.
    const after = new Map<string, typeof flows>();
    for (const flow of flows) after.set(flow.from, [...(after.get(flow.from) ?? []), flow]);
    const waysOf = (path: readonly string[]) => {
      const own = new Set(path);
      return path.flatMap((from) => (after.get(from) ?? []).filter(({ to }) => own.has(to)));
    };
    return {
      rows,
      flows,
      secrets: secrets.map((row) => ({ ...row, ways: waysOf(row.path) })),
      byNumber: new Map(secrets.map((row) => [row.secret, row])),
      nodes: all("#graph [data-n]").map((element) => ({ element, number: element.dataset.n ?? "" })),
      squares: all("#graph [data-s]").map((element) => ({ element, secret: element.dataset.s })),
      cards: all("[data-card]").map((element) => ({
        element,
        own: [...element.querySelectorAll("[data-row]")],
      })),
      folded: all("#today .more"),
    };
  };
  // Not before somebody filters: the page is read first.
  let looked: ReturnType<typeof look> | undefined;
  const seen = () => {
    looked ??= look();
    return looked;
  };

  const fits = (
    row: ReturnType<typeof look>["rows"][number],
    asked: Record<string, string>,
    terms: readonly string[],
  ) => {
    // A task is about a secret: what is asked of the secret is asked of it, too.
    const about = row.of === undefined ? undefined : seen().byNumber.get(row.of);
    const group = row.group ?? about?.group;
    const states = [...row.state, ...(about?.state ?? [])];
    return (
      terms.every((term) => row.text.includes(term)) &&
      (asked.owner === "" || row.owner === undefined || row.owner === asked.owner) &&
      (asked.group === "" || group === undefined || group === asked.group) &&
      (asked.env === "" || row.env.length === 0 || row.env.includes(asked.env ?? "")) &&
      (asked.state === "" || states.length === 0 || states.includes(asked.state ?? ""))
    );
  };

  const showWay = (isFiltered: boolean) => {
    const { secrets, nodes, flows, squares } = seen();
    graph?.classList.toggle("filtered", isFiltered);
    const left = secrets.filter(({ element }) => !element.hidden);
    if (!isFiltered) return left.length;
    const lit = new Set(left.flatMap(({ path }) => path));
    const ways = new Set(left.flatMap((row) => row.ways));
    const numbers = new Set(left.map(({ secret }) => secret));
    for (const { element, number } of nodes) element.classList.toggle("on", lit.has(number));
    for (const flow of flows) flow.element.classList.toggle("on", ways.has(flow));
    for (const { element, secret } of squares) element.classList.toggle("on", numbers.has(secret));
    return left.length;
  };

  const filter = () => {
    const { rows, cards, secrets, folded } = seen();
    const terms = words((search?.value ?? "").toLowerCase());
    const asked = Object.fromEntries(selects.map((each) => [each.dataset.by ?? "", each.value]));
    for (const row of rows) {
      const hidden = !fits(row, asked, terms);
      if (row.element.hidden !== hidden) row.element.hidden = hidden;
    }
    for (const { element, own } of cards) element.hidden = own.every((row) => row.hidden);
    const isFiltered = terms.length > 0 || Object.values(asked).some((value) => value !== "");
    const left = showWay(isFiltered);
    for (const details of folded) if (details.open !== isFiltered) details.open = isFiltered;
    if (count !== null)
      count.textContent = isFiltered ? `${left} of ${secrets.length} secrets` : `${secrets.length} secrets`;
  };

  const reset = () => {
    if (search !== null) search.value = "";
    for (const select of selects) select.value = "";
    filter();
  };
  // The look takes longer than a filter: it is done when somebody reaches for one, before the first letter.
  page.querySelector(".filter")?.addEventListener("focusin", () => void seen());
  search?.addEventListener("input", filter);
  for (const select of selects) select.addEventListener("change", filter);
  page.querySelector("#reset")?.addEventListener("click", reset);
  page.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target === search) reset();
    if (event.key !== "/" || event.target.closest("input,select,textarea") !== null) return;
    event.preventDefault();
    search?.focus();
  });

  graph?.addEventListener("click", ({ target }) => {
    const row = seen().byNumber.get(target.closest("[data-s]")?.dataset.s);
    if (row === undefined) return;
    reset();
    view.location.hash = `s${row.secret}`;
  });

  for (const button of all(".copy")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const code = button.closest(".command")?.querySelector("code") ?? null;
      if (code === null) return;
      const select = () => view.getSelection()?.selectAllChildren(code);
      const done = () => {
        button.textContent = "Copied";
      };
      const { clipboard } = view.navigator;
      if (clipboard === undefined) select();
      else clipboard.writeText(code.textContent ?? "").then(done, select);
    });
  }

  const theme = page.querySelector("#theme");
  if (theme !== null) theme.hidden = false;
  theme?.addEventListener("click", () => {
    const { dataset } = page.documentElement;
    dataset.theme = dataset.theme === "dark" ? "light" : "dark";
  });
  for (const element of all(".filter")) element.hidden = false;
  view.addEventListener("beforeprint", () => {
    for (const details of all("details")) details.open = true;
  });
}
