import assert from "node:assert/strict";
import { gitHubProvider } from "../../toolchain/plugins/github/github-provider";
import { secret } from "../../toolchain/plugins/provider/wire";
import { skip } from "../skip";
import { githubRoutes } from "./github-lives";
import { type Plugin, startPlugin } from "./plugin-client";
import { installedPlugin, startRealPlugin } from "./real-plugin";
import { startRecorder } from "./recorder";

const TYPE = "github:index/repositoryEnvironment:RepositoryEnvironment";
const PLACE = "/api/v3/repos/acme/app/environments/production";
const BRANCHES = { protectedBranches: false, customBranchPolicies: true };

/** What GitHub tells of an environment that a team reviews. */
const REVIEWED = {
  body: {
    id: 1,
    name: "production",
    can_admins_bypass: true,
    protection_rules: [
      {
        id: 1,
        type: "required_reviewers",
        prevent_self_review: false,
        reviewers: [{ type: "Team", reviewer: { id: 77, name: "Security", slug: "security" } }],
      },
    ],
    deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
  },
};

describe("an environment that a team reviews", () => {
  const real = installedPlugin("github", "6.15.0");
  const plugins: [string, (() => Promise<Plugin>) | undefined][] = [
    ["the stand-in", () => startPlugin(gitHubProvider)],
    [
      "the real plugin, where it is installed",
      real === undefined ? undefined : () => startRealPlugin("github", real),
    ],
  ];
  for (const [which, start] of plugins) {
    it(`is as declared after a refresh, though GitHub has no list of users to tell of: ${which}`, async function () {
      if (start === undefined) return skip(this, "the real github plugin is not installed");
      const routes = { ...githubRoutes(), [`GET ${PLACE}`]: REVIEWED, [`PUT ${PLACE}`]: REVIEWED };
      const server = await startRecorder(routes);
      const plugin = await start();
      try {
        await plugin.configure({
          owner: "acme",
          token: secret("t"),
          writeDelayMs: "0",
          baseUrl: `${server.url}/`,
        });
        const declared = { repository: "app", environment: "production", deploymentBranchPolicy: BRANCHES };
        const { inputs } = await plugin.check(TYPE, { ...declared, reviewers: [{ teams: [77] }] });
        const created = await plugin.create(TYPE, inputs);
        const refreshed = await plugin.refresh(TYPE, created);
        assert.ok(refreshed);
        assert.deepEqual((await plugin.diff(TYPE, refreshed, inputs)).changed, []);
        const others = { ...inputs, reviewers: [{ teams: [77, 78] }] };
        assert.deepEqual((await plugin.diff(TYPE, refreshed, others)).changed, ["reviewers"]);
      } finally {
        plugin.close();
        await server.close();
      }
    });
  }
});
