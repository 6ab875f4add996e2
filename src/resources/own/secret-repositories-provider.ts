import { setTimeout as sleep } from "node:timers/promises";
import type { SecretVisibility } from "../../clients/github-secrets";
import type { SecretRepositories } from "../../clients/secret-repositories";
import { diagnosticLine, RemedyError } from "../../errors";
import type { Arguments } from "./arguments";

/** A list of repositories, as the program declares it and the state has it. */
export interface SecretRepositoriesState {
  secretName: string;
  selectedRepositoryIds: readonly number[];
  /** When GitHub says that the secret was made: one that was made again has lost its list. */
  secretCreatedAt?: string;
  /** The provider's text; the list of a stack that the GitHub provider kept until now has none. */
  __provider?: string;
}

interface Connection {
  repositories: SecretRepositories;
  /** Pause after each write; 0: as many at a time as the engine asks for. */
  writeDelayMs: number;
}

/**
 * Keeps the list of repositories of an organization secret with visibility `selected`. The GitHub provider's resource
 * (6.15.0) fails a refresh when the secret is gone, and an update when its visibility was changed; this one does not.
 * It sends no value, and deletes nothing.
 *
 * Each method throws RemedyError with code, cause and remedy in its message.
 */
export class SecretRepositoriesProvider {
  private connection: Connection | undefined;
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly connect: (argument: Arguments) => Connection) {}

  /** Called by the SDK before the first other method. */
  async configure({ config }: { config: { get(key: string): string | undefined } }): Promise<void> {
    this.connection = this.connect((key) => config.get(key));
  }

  async diff(_id: string, old: SecretRepositoriesState, wanted: SecretRepositoriesState) {
    const isSame = (key: keyof SecretRepositoriesState) => old[key] === wanted[key];
    const isMoved = !isSame("secretName");
    const isChanged =
      isMoved ||
      !isSame("__provider") ||
      !isSame("secretCreatedAt") ||
      !isSameSet(old.selectedRepositoryIds, wanted.selectedRepositoryIds);
    return { changes: isChanged, replaces: isMoved ? ["secretName"] : [] };
  }

  async create(wanted: SecretRepositoriesState) {
    return told(async () => {
      await this.write(wanted);
      return { id: wanted.secretName, outs: wanted };
    });
  }

  /** Writes only where GitHub has another list. */
  async update(_id: string, _old: SecretRepositoriesState, wanted: SecretRepositoriesState) {
    return told(async () => {
      const { visibility, repositoryIds } = await this.connected.repositories.now(wanted.secretName);
      const isRight = visibility === "selected" && isSameSet(repositoryIds, wanted.selectedRepositoryIds);
      if (!isRight) await this.write(wanted, visibility);
      return { outs: wanted };
    });
  }

  /** What GitHub has; without an id when the secret is gone, and the list with it. */
  async read(id: string, known: SecretRepositoriesState) {
    return told(async () => {
      const standing = await this.connected.repositories.listed(id);
      if (standing === undefined) return {};
      const { repositoryIds } = standing;
      // In the order that is known: a set that only comes in another one has not changed.
      const ids = isSameSet(repositoryIds, known.selectedRepositoryIds)
        ? known.selectedRepositoryIds
        : repositoryIds;
      const found = { ...known, secretName: id, selectedRepositoryIds: ids };
      return { id, props: { ...found }, inputs: { ...found } };
    });
  }

  /** Forgets it: an empty list would take the secret from every repository. */
  async delete(): Promise<void> {}

  private get connected(): Connection {
    if (this.connection === undefined) throw new Error("configure was not called");
    return this.connection;
  }

  private write(
    { secretName, selectedRepositoryIds }: SecretRepositoriesState,
    visibility?: SecretVisibility,
  ): Promise<void> {
    const { repositories, writeDelayMs } = this.connected;
    const send = () => repositories.replace(secretName, selectedRepositoryIds, visibility);
    if (writeDelayMs === 0) return send();
    const mine = this.last.then(send);
    this.last = mine.catch(() => undefined).then(() => sleep(writeDelayMs));
    return mine;
  }
}

/** What is not known in a preview is not a list. */
function isSameSet(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return false;
  const [one, other] = [new Set(a), new Set(b)];
  return one.size === other.size && [...one].every((each) => other.has(each));
}

/** The SDK's process prints the stack of what is thrown, and hands the message to the engine. */
async function told<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof RemedyError)) throw error;
    error.message = diagnosticLine(error.problem);
    error.stack = "";
    throw error;
  }
}
