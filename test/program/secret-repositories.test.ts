import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { createGitHubCall } from "../../src/clients/github-call";
import { createGitHub } from "../../src/clients/github-secrets";
import { createHttp } from "../../src/clients/http";
import { createSecretRepositories } from "../../src/clients/secret-repositories";
import { providerOf } from "../../src/resources/own/own-provider";
import {
  SecretRepositoriesProvider,
  type SecretRepositoriesState,
} from "../../src/resources/own/secret-repositories-provider";
import { Secret } from "../../src/secret";
import { ORG, putSecret, repositoryId, type StartedGitHub, startGitHub } from "../github/started-github";

const NAME = "OPENAI_API_KEY";
const MADE_AT = "2026-08-01 10:00:00 +0000 UTC";

describe("a secret's list of repositories, as the project's own resource", () => {
  let github: StartedGitHub;
  let sent: string[];
  let carrier: number;
  let other: number;
  beforeEach(async () => {
    github = await startGitHub();
    sent = [];
    const octokit = github.octokit("owner-token");
    [carrier, other] = [await repositoryId(octokit, "carrier"), await repositoryId(octokit, "other")];
    await putSecret(octokit, NAME, "a value", { visibility: "selected", selected_repository_ids: [carrier] });
  });
  afterEach(() => github.close());

  /** @param token whose it is. */
  const providerFor = async (token = "owner-token", writeDelayMs = 0) => {
    const http = createHttp({ tries: 1 });
    const counted: typeof http = (request) => {
      sent.push(`${request.method} ${new URL(request.url).pathname.split("/actions/secrets")[1] ?? ""}`);
      return http(request);
    };
    const at = { url: github.url, organization: ORG, token: new Secret(token), http: counted };
    const provider = new SecretRepositoriesProvider(() => ({
      repositories: createSecretRepositories(createGitHubCall(at), createGitHub(at)),
      writeDelayMs,
    }));
    await provider.configure({ config: { get: () => undefined } });
    return provider;
  };
  const state = (ids: readonly number[], more: Partial<SecretRepositoriesState> = {}) => ({
    secretName: NAME,
    selectedRepositoryIds: ids,
    secretCreatedAt: MADE_AT,
    __provider: providerOf("secretRepositories"),
    ...more,
  });
  const secrets = { org: ORG, secret_name: NAME };
  const standing = async () => {
    const { actions } = github.octokit("owner-token").rest;
    const { visibility } = (await actions.getOrgSecret(secrets)).data;
    const { repositories } = (await actions.listSelectedReposForOrgSecret(secrets)).data;
    return { visibility, ids: repositories.map(({ id }) => id) };
  };
  const value = () => github.service.hostOf(`${ORG}/carrier`).organizationSecrets()[NAME];
  const writes = () => sent.filter((each) => !each.startsWith("GET"));

  it("is read as GitHub has it, in the order that the state has", async () => {
    await github
      .octokit("owner-token")
      .rest.actions.setSelectedReposForOrgSecret({ ...secrets, selected_repository_ids: [carrier, other] });
    const provider = await providerFor();
    for (const known of [
      [carrier, other],
      [other, carrier],
    ])
      deepEqual(await provider.read(NAME, state(known)), {
        id: NAME,
        props: state(known),
        inputs: state(known),
      });
    const { inputs } = await provider.read(NAME, state([carrier]));
    deepEqual(new Set(inputs?.selectedRepositoryIds), new Set([carrier, other]));
  });

  it("is gone with its secret, and no error", async () => {
    await github.octokit("owner-token").rest.actions.deleteOrgSecret(secrets);
    deepEqual(await (await providerFor()).read(NAME, state([carrier])), {});
  });

  it("is not taken for gone where the token may not look", async () => {
    for (const token of ["owner-without-org", "member-token", "outsider-token", "nobody"]) {
      const provider = await providerFor(token);
      await rejects(provider.read(NAME, state([carrier])), (error: Error) => {
        match(error.message, /^\[github-[a-z-]+\] .*Remedy: /);
        equal(error.stack, "");
        return true;
      });
    }
  });

  it("is empty where somebody has changed the visibility, and comes back with it, the value untouched", async () => {
    const { actions } = github.octokit("owner-token").rest;
    for (const visibility of ["all", "private"] as const) {
      await actions.createOrUpdateOrgSecret({ ...secrets, visibility } as never);
      sent = [];
      const provider = await providerFor();
      const { inputs } = await provider.read(NAME, state([carrier]));
      deepEqual(inputs?.selectedRepositoryIds, []);
      equal((await provider.diff(NAME, state([]), state([carrier]))).changes, true);
      await provider.update(NAME, state([]), state([carrier]));
      deepEqual(await standing(), { visibility: "selected", ids: [carrier] });
      equal(value(), "a value");
    }
  });

  it("is written where it differs, and not where it is right already", async () => {
    const provider = await providerFor();
    await provider.update(NAME, state([other]), state([carrier]));
    deepEqual(writes(), []);
    await provider.update(NAME, state([carrier]), state([carrier, other]));
    deepEqual(writes(), [`PUT /${NAME}/repositories`]);
    deepEqual(new Set((await standing()).ids), new Set([carrier, other]));
  });

  it("changes with its ids, the secret's birth, its name and its provider, and with nothing else", async () => {
    const provider = await providerFor();
    const old = state([carrier, other]);
    const changes = async (wanted: SecretRepositoriesState) => provider.diff(NAME, old, wanted);
    deepEqual(await changes(state([other, carrier])), { changes: false, replaces: [] });
    for (const wanted of [
      state([carrier]),
      state([carrier, other], { secretCreatedAt: "later" }),
      state([carrier, other], { __provider: "another" }),
      state([carrier, other], { selectedRepositoryIds: "not known yet" as never }),
    ])
      deepEqual(await changes(wanted), { changes: true, replaces: [] });
    deepEqual(await changes(state([carrier, other], { secretName: "B" })), {
      changes: true,
      replaces: ["secretName"],
    });
  });

  it("takes over what the GitHub provider kept with an update that writes nothing", async () => {
    const provider = await providerFor();
    const former = { secretName: NAME, selectedRepositoryIds: [carrier] };
    equal((await provider.diff(NAME, former, state([carrier]))).changes, true);
    deepEqual(await provider.update(NAME, former, state([carrier])), { outs: state([carrier]) });
    deepEqual(writes(), []);
  });

  it("says by name that its secret is missing", async () => {
    const provider = await providerFor();
    const wanted = state([carrier], { secretName: "MISSING" });
    for (const run of [provider.create(wanted), provider.update("MISSING", wanted, wanted)])
      await rejects(run, /^RemedyError|\[github-not-found\] MISSING: /);
  });

  it("takes no access away when it is deleted", async () => {
    await (await providerFor()).delete();
    deepEqual(await standing(), { visibility: "selected", ids: [carrier] });
  });

  it("writes one after the other, with a pause, where the catalog is large", async () => {
    const provider = await providerFor("owner-token", 40);
    const started = performance.now();
    await Promise.all([0, 1, 2].map(() => provider.create(state([carrier]))));
    equal(writes().length, 3);
    equal(performance.now() - started >= 75, true);
  });
});
