import sodium from "libsodium-wrappers";
import type { GitHubCall } from "../../src/clients/github-call";
import type { GitHub } from "../../src/clients/github-secrets";

/** GitHub's organization secrets in memory: written sealed, opened here, with times of whole seconds. */
export class MemoryGitHub {
  /** Values by name, as a run that is queued now would get them. */
  readonly values: Record<string, string> = {};
  private readonly updated = new Map<string, string>();

  private constructor(
    private readonly now: () => string,
    private readonly keys: { publicKey: Uint8Array; privateKey: Uint8Array },
  ) {}

  static async start(now: () => string): Promise<MemoryGitHub> {
    await sodium.ready;
    return new MemoryGitHub(now, sodium.crypto_box_keypair());
  }

  /** Sets it as a person in the console does, or a command that has sealed it. */
  set(name: string, value: string): string {
    this.values[name] = value;
    this.updated.set(name, this.now());
    return this.now();
  }

  /** @param step waits before each request and after its answer. */
  client(step: () => Promise<void>): GitHub {
    const ask = async <Result>(work: () => Result): Promise<Result> => {
      await step();
      const result = work();
      await step();
      return result;
    };
    const nobody = () => Promise.reject(new Error("nobody asks this here"));
    return {
      url: "https://github.invalid",
      listSecrets: () =>
        ask(() =>
          Object.keys(this.values).map((name) => {
            return { name, visibility: "selected" as const, updatedAt: this.updated.get(name) ?? "" };
          }),
        ),
      publicKey: () =>
        ask(() => ({
          keyId: "1",
          key: sodium.to_base64(this.keys.publicKey, sodium.base64_variants.ORIGINAL),
        })),
      writeSecret: (name, { sealed }) =>
        ask(() => {
          const box = sodium.from_base64(sealed?.box ?? "", sodium.base64_variants.ORIGINAL);
          const { publicKey, privateKey } = this.keys;
          return this.set(name, sodium.to_string(sodium.crypto_box_seal_open(box, publicKey, privateKey)));
        }),
      repositoryId: () => ask(() => 1),
      repositoriesOf: nobody,
      setRepositories: nobody,
      readableBy: nobody,
      repositorySecrets: nobody,
      environments: nobody,
      environmentSecrets: nobody,
    };
  }

  /** For the workflow's runs alone. @param newest id of the newest run, at the moment it is asked. */
  call(step: () => Promise<void>, newest: () => number): GitHubCall {
    const get = async () => {
      await step();
      const id = newest();
      await step();
      return { workflow_runs: [{ id }] };
    };
    const call = { organization: "ai-cherry", ofRepository: (name: string) => ({ thing: name }), get };
    return call as unknown as GitHubCall;
  }
}
