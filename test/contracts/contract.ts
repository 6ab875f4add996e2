import type { Exchange } from "../../sandbox/core/serve";
import type { Description, Difference } from "./description";
import type { Json } from "./json-schema";

/** Where the sandbox differs from a description on purpose, and why. */
export interface Exception {
  /** `GET /orgs/{org}` as described, or a pattern of it; every operation when left out. */
  operation?: string | RegExp;
  status?: number;
  code?: Difference["code"];
  /** Pattern of `Difference.detail`. */
  detail?: RegExp;
  reason: string;
}

/** What a vendor's descriptions say, and what of it is known to be otherwise. */
export interface ContractOptions {
  /** The first that knows an operation is asked. */
  descriptions: readonly Description[];
  exceptions: readonly Exception[];
  /** Paths that are no part of the vendor's API: the sandbox's own and pages. */
  ignored: RegExp;
  /** A path as it is described: GitHub's without `/api/v3`. */
  describedPath(path: string): string;
  /** What is wrong with an error's body where none is described; undefined when it has the vendor's form. */
  errorProblem(body: Json): string | undefined;
}

/** Compares answers with descriptions. */
export class Contract {
  constructor(private readonly options: ContractOptions) {}

  /** Differences that no exception names, one sentence each. */
  problems(exchange: Exchange): string[] {
    const { ignored, describedPath } = this.options;
    if (ignored.test(exchange.path)) return [];
    const path = describedPath(exchange.path);
    return this.differences({ ...exchange, path })
      .filter((difference) => !this.isExcepted(difference))
      .map(({ operation, status, code, detail }) => `${operation}: ${status} ${code} ${detail}`.trim());
  }

  /** The described operation, `GET /orgs/{org}`; undefined when there is none. */
  operationOf(method: string, path: string): string | undefined {
    const described = this.options.describedPath(path);
    return this.describing(method, described)?.operationOf(method, described);
  }

  private differences(exchange: Exchange): Difference[] {
    const { descriptions, errorProblem } = this.options;
    const { method, path, status, body } = exchange;
    const description = this.describing(method, path) ?? descriptions[0];
    return (description?.differences(exchange) ?? []).flatMap((difference) => {
      // Descriptions name an error and leave its body out.
      const isError = status >= 400 && difference.detail.startsWith("a body where none");
      if (!isError) return [difference];
      const problem = errorProblem(JSON.parse(body) as Json);
      return problem === undefined ? [] : [{ ...difference, detail: problem }];
    });
  }

  private describing(method: string, path: string): Description | undefined {
    return this.options.descriptions.find((each) => each.operationOf(method, path) !== undefined);
  }

  private isExcepted({ operation, status, code, detail }: Difference): boolean {
    // What nobody describes is not there, and a failure of the sandbox's own is nobody's contract.
    if ((code === "undescribed-route" && status === 404) || status >= 500) return true;
    return this.options.exceptions.some(
      (each) =>
        (each.operation === undefined ||
          (typeof each.operation === "string"
            ? each.operation === operation
            : each.operation.test(operation))) &&
        (each.status ?? status) === status &&
        (each.code ?? code) === code &&
        (each.detail?.test(detail) ?? true),
    );
  }
}

/** Watches a service's answers, and tells what is wrong with them when asked. */
export function watched(contract: Contract | undefined): {
  observe: (exchange: Exchange) => void;
  /** Routes that answered without an error, as the service writes them: `GET /orgs/:org`. */
  answered: Set<string>;
  /** @throws Error naming each difference once. */
  check(): void;
} {
  const problems = new Set<string>();
  const answered = new Set<string>();
  return {
    answered,
    observe: (exchange) => {
      if (exchange.status < 400) answered.add(exchange.route);
      for (const problem of contract?.problems(exchange) ?? []) problems.add(problem);
    },
    check: () => {
      if (problems.size === 0) return;
      const list = [...problems].sort().map((problem) => `\n  ${problem}`);
      problems.clear();
      throw new Error(`The sandbox's answers differ from the vendor's description:${list.join("")}`);
    },
  };
}
