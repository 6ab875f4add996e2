import { isMap, isScalar, parseDocument, visit } from "yaml";
import { ConflictError } from "../../src/clients/pulumi-call";
import type { EnvironmentText, PulumiCloud, Written } from "../../src/clients/pulumi-cloud";

interface Stored {
  text: string;
  revision: number;
  created: string;
}

/** Told of each write before it stands: who makes it, and the texts in plain text. */
export type OnWrite = (writer: string, environment: string, before: string, after: string) => void;

/** Pulumi Cloud in memory: texts with their secrets sealed again when they are set, revisions, and writes by ETag. */
export class MemoryCloud {
  private readonly stored = new Map<string, Stored[]>();
  private readonly opened = new Map<string, string>();
  private seals = 0;

  constructor(
    private readonly now: () => string,
    private readonly onWrite: OnWrite,
    private readonly onRead: (reader: string, environment: string) => void = () => {},
  ) {}

  make(environment: string): void {
    this.stored.set(environment, [{ text: "values: {}\n", revision: 1, created: this.now() }]);
  }

  clear(environment: string): string {
    return this.open(this.latest(environment).text);
  }

  sealed(environment: string, revision = this.latest(environment).revision): string {
    return this.stored.get(environment)?.find((each) => each.revision === revision)?.text ?? "";
  }

  revision(environment: string): number {
    return this.latest(environment).revision;
  }

  /** Writes whatever stands, as a person in the console may. */
  put(writer: string, environment: string, text: string): Written {
    this.onWrite(writer, environment, this.clear(environment), this.open(text));
    const revision = this.latest(environment).revision + 1;
    this.stored.get(environment)?.push({ text: this.sealedText(text), revision, created: this.now() });
    return { revision, etag: etagOf(environment, revision) };
  }

  /** A client of one writer. @param step waits before each request and after its answer. */
  client(writer: string, step: () => Promise<void>): PulumiCloud {
    const ask = async <Result>(work: () => Result): Promise<Result> => {
      await step();
      const result = attempt(work);
      await step();
      return result();
    };
    const textOf = (environment: string, text: string): EnvironmentText => {
      const { revision } = this.latest(environment);
      this.onRead(writer, environment);
      return { text, revision, etag: etagOf(environment, revision), at: this.now() };
    };
    const replace = (environment: string, text: string, etag: string) =>
      ask(() => {
        if (etag !== etagOf(environment, this.latest(environment).revision)) throw conflict(environment);
        return this.put(writer, environment, text);
      });
    return {
      read: (environment) => ask(() => textOf(environment, this.sealed(environment))),
      decrypt: (environment) => ask(() => textOf(environment, this.clear(environment))),
      replace,
      write: async (...given) => (await replace(...given)).revision,
      open: () => Promise.reject(new Error("nobody opens here")),
      revisions: {
        list: (environment, most) =>
          ask(() =>
            (this.stored.get(environment) ?? [])
              .map(({ revision: number, created }) => ({
                number,
                created,
                by: "",
                tags: [],
                retracted: false,
              }))
              .reverse()
              .slice(0, most),
          ),
        text: (environment, revision) => ask(() => this.sealed(environment, revision)),
        tag: () => ask(() => undefined),
      },
    };
  }

  /** Each text is read several times, and parsed once. */
  private open(text: string): string {
    const known = this.opened.get(text) ?? opened(text);
    this.opened.set(text, known);
    return known;
  }

  private latest(environment: string): Stored {
    const latest = this.stored.get(environment)?.at(-1);
    if (latest === undefined) throw new Error(`no ${environment}`);
    return latest;
  }

  private sealedText(text: string): string {
    return mapSecrets(text, (value) => {
      if (typeof value !== "string") return value;
      this.seals += 1;
      return { ciphertext: `${this.seals}.${Buffer.from(value).toString("base64")}` };
    });
  }
}

/** An answer or an error, to be given later. */
function attempt<Result>(work: () => Result): () => Result {
  try {
    const result = work();
    return () => result;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

const etagOf = (environment: string, revision: number) => `${environment}@${revision}`;

function conflict(environment: string): ConflictError {
  return new ConflictError({
    code: "write-conflict",
    subject: environment,
    cause: "written since",
    remedy: "again",
  });
}

function opened(text: string): string {
  return mapSecrets(text, (value) => {
    const { ciphertext } = (value ?? {}) as { ciphertext?: string };
    return ciphertext === undefined
      ? value
      : Buffer.from(ciphertext.split(".")[1] ?? "", "base64").toString();
  });
}

function mapSecrets(text: string, change: (value: unknown) => unknown): string {
  const document = parseDocument(text);
  visit(document, {
    Pair: (_, pair) => {
      if (!isScalar(pair.key) || pair.key.value !== "fn::secret") return undefined;
      const value = isMap(pair.value)
        ? pair.value.toJSON()
        : isScalar(pair.value)
          ? pair.value.value
          : pair.value;
      pair.value = document.createNode(change(value));
      return visit.SKIP;
    },
  });
  return document.toString({ lineWidth: 0 });
}
