import { deepEqual, doesNotMatch, equal } from "node:assert/strict";
import { describeRunner, isOwnMachine, parseRunners, runnersOf } from "../../src/catalog/runners";
import { parseSettings } from "../../src/catalog/settings";

const WHOLE = {
  githubOrganization: "acme",
  pulumiOrganization: "acme-org",
  application: "app",
  appRoot: "app",
  environments: '["staging"]',
  organizationStack: "production",
  carriers: '["main"]',
};
const IMAGE = `node:24-slim@sha256:${"ab".repeat(32)}`;
const read = (runner: unknown, key = "runner") => parseSettings({ ...WHOLE, [key]: JSON.stringify(runner) });
const problems = (runner: unknown, key = "runner") =>
  (read(runner, key).problems ?? []).map(({ subject, cause }) => `${subject}: ${cause}`);
const remedies = (runner: unknown) => (read(runner).problems ?? []).map(({ remedy }) => remedy);

describe("a runner in a stack's config", () => {
  it("takes labels, a group, and a container with its credentials and options", () => {
    for (const runner of [
      { labels: ["self-hosted", "linux", "runs-on/cpu=2"] },
      { group: "Sync runners" },
      { group: "sync", labels: ["gpu"] },
      {
        container: {
          image: `ghcr.io/acme/tools${IMAGE.slice(4)}`,
          credentials: { username: "REGISTRY_USER", password: "REGISTRY_TOKEN" },
          options: "--cpus 1 --read-only",
        },
      },
    ])
      deepEqual(read(runner).settings?.runner, runner);
    deepEqual(read({ main: { group: "a" } }, "carrierRunners").settings?.carrierRunners, {
      main: { group: "a" },
    });
  });

  it("names each key that it does not have, with the nearest one", () => {
    deepEqual(problems({ lables: ["a"], group: "a" }), [
      "config runner: has a key lables, which a runner does not have there",
    ]);
    deepEqual(remedies({ lables: ["a"], group: "a" }), [
      "rename it to labels, if that is meant, or remove it: pulumi config rm --path 'runner.lables'",
    ]);
    // Carried out, it is read.
    deepEqual(read({ labels: ["a"], group: "a" }).settings?.runner, { labels: ["a"], group: "a" });
    deepEqual(problems({ main: { container: { image: IMAGE, option: "" } } }, "carrierRunners"), [
      "config carrierRunners.main.container: has a key option, which a runner does not have there",
    ]);
  });

  it("refuses bad forms, each by its place, and quotes none", () => {
    const wrong: [runner: unknown, subject: string][] = [
      ["hidden", "config runner"],
      [{ labels: "hidden" }, "config runner.labels"],
      [{ labels: [] }, "config runner.labels"],
      [{ labels: ["a", "A"] }, "config runner.labels"],
      [{ labels: ["hidden hidden"] }, "config runner.labels.0"],
      [{ labels: ["$" + "{{ secrets.HIDDEN }}"] }, "config runner.labels.0"],
      [{ labels: ["windows-latest"] }, "config runner.labels"],
      [{ labels: ["self-hosted", "Windows"] }, "config runner.labels"],
      [{ labels: ["macos-15"], container: { image: IMAGE } }, "config runner"],
      [{ group: "$" + "{{ vars.hidden }}" }, "config runner.group"],
      [{ group: " hidden" }, "config runner.group"],
      [{ container: {} }, "config runner.container.image"],
      [{ container: { image: "hidden:24" } }, "config runner.container.image"],
      [{ container: { image: `docker://${IMAGE}` } }, "config runner.container.image"],
      [{ container: { image: IMAGE.slice(0, -1) } }, "config runner.container.image"],
      [{ container: { image: IMAGE, options: "--network host" } }, "config runner.container.options"],
      [{ container: { image: IMAGE, options: "--privileged" } }, "config runner.container.options"],
      [{ container: { image: IMAGE, options: "-e KEY=hidden" } }, "config runner.container.options"],
      [{ container: { image: IMAGE, options: "--env=KEY=hidden" } }, "config runner.container.options"],
      [
        { container: { image: IMAGE, credentials: { username: "A", password: "hidden" } } },
        "config runner.container.credentials.password",
      ],
      [
        { container: { image: IMAGE, credentials: { username: "A" } } },
        "config runner.container.credentials.password",
      ],
    ];
    for (const [runner, subject] of wrong) {
      const found = read(runner).problems ?? [];
      deepEqual(
        found.map((each) => each.subject),
        [subject],
        JSON.stringify(runner),
      );
      doesNotMatch(JSON.stringify(found), /hidden/);
    }
  });
});

describe("the runner of a job", () => {
  const stacks = [
    {
      environments: ["production"],
      runner: { group: "sync" },
      carrierRunners: { second: { labels: ["a"] } },
    },
    { environments: ["staging"], runner: {}, carrierRunners: {} },
  ];

  it("is that of the carrier, else that of the stack that owns its deployment environment, else GitHub's", () => {
    const of = runnersOf(stacks);
    deepEqual(of("production", "first"), { group: "sync" });
    deepEqual(of("production", "second"), { labels: ["a"] });
    deepEqual(of("staging", "second"), {});
    equal(of("nowhere", "second"), undefined);
  });

  it("is read from the file of another stack, whose problems name it", () => {
    const raw = { environments: ["staging"], runner: { labels: ["a"] }, carrierRunners: undefined };
    deepEqual(parseRunners(raw, "staging").config?.runner, { labels: ["a"] });
    const { problems: found = [] } = parseRunners({ ...raw, runner: { labels: [] } }, "staging");
    deepEqual(
      found.map(({ subject }) => subject),
      ["stack staging: config runner.labels"],
    );
  });

  it("is the organization's own machine unless each label is one of GitHub's", () => {
    const own = [{ group: "a" }, { labels: ["self-hosted"] }, { labels: ["ubuntu-24.04", "big"] }];
    const hosted = [
      {},
      { labels: ["ubuntu-24.04-arm"] },
      { labels: ["macos-15"] },
      { container: { image: IMAGE } },
    ];
    deepEqual(own.map(isOwnMachine), [true, true, true]);
    deepEqual(hosted.map(isOwnMachine), [false, false, false, false]);
    equal(describeRunner({ labels: ["a", "b"], group: "g" }), "a, b of the group g");
  });
});
