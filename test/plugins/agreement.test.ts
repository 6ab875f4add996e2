import assert from "node:assert/strict";
import { gitHubProvider } from "../../toolchain/plugins/github/github-provider";
import type { ProviderDefinition } from "../../toolchain/plugins/provider/definition";
import { type Properties, secret } from "../../toolchain/plugins/provider/wire";
import { pulumiserviceProvider } from "../../toolchain/plugins/pulumiservice/pulumiservice-provider";
import { skip } from "../skip";
import { githubFaults, githubFunctions, githubLives, githubRoutes } from "./github-lives";
import { askedOf, type Life, liveThrough } from "./life-of-resource";
import { type Plugin, startPlugin } from "./plugin-client";
import {
  pulumiserviceFaults,
  pulumiserviceFunctions,
  pulumiserviceLives,
  pulumiserviceRoutes,
} from "./pulumiservice-lives";
import { installedPlugin, startRealPlugin } from "./real-plugin";
import { type Recorder, type Routes, startRecorder } from "./recorder";

/* Where the real plugins are installed, each resource is put through its life with both, against servers that answer
 * alike: same calls with the same bodies, same checks and diffs, same state. */

describe("agreement with the real github plugin", () => {
  const settings = { owner: "acme", token: secret("t"), writeDelayMs: "0" };
  const pair = bothPlugins(gitHubProvider, (url) => ({ ...settings, baseUrl: `${url}/` }));
  for (const [name, life] of Object.entries(githubLives)) {
    it(`lives ${name} through alike`, () => pair.compare(life, githubRoutes));
  }
  for (const [fault, { life, routes }] of Object.entries(githubFaults)) {
    it(`lives ${life} through alike with ${fault}`, () =>
      pair.compare(githubLives[life] as Life, () => ({ ...githubRoutes(), ...routes })));
  }
  for (const [what, { token, args, routes }] of Object.entries(githubFunctions)) {
    it(`answers ${what} alike`, () => pair.ask(token, args, () => ({ ...githubRoutes(), ...routes })));
  }
});

describe("agreement with the real pulumiservice plugin", () => {
  const pair = bothPlugins(pulumiserviceProvider, (apiUrl) => ({ apiUrl, accessToken: secret("t") }));
  for (const [what, { token, args, routes }] of Object.entries(pulumiserviceFunctions)) {
    it(`answers ${what} alike`, () => pair.ask(token, args, () => ({ ...pulumiserviceRoutes(), ...routes })));
  }
  for (const [name, life] of Object.entries(pulumiserviceLives)) {
    it(`lives ${name} through alike`, () => pair.compare(life, pulumiserviceRoutes));
  }
  for (const [fault, routes] of Object.entries(pulumiserviceFaults)) {
    it(`lives an environment through alike with ${fault}`, async () => {
      const life = pulumiserviceLives["an environment"];
      assert.ok(life);
      await pair.compare(life, () => ({ ...pulumiserviceRoutes(), ...routes() }));
    });
  }
});

function bothPlugins<Client>(definition: ProviderDefinition<Client>, settings: (url: string) => Properties) {
  const { name, version } = definition;
  const path = installedPlugin(name, version);
  const plugins: Plugin[] = [];
  const servers: Recorder[] = [];

  before(async function () {
    if (path === undefined) return skip(this, `the real ${name} ${version} plugin is not installed`);
    console.log(`      compared with ${path}`);
    plugins.push(await startRealPlugin(name, path), await startPlugin(definition));
    for (const plugin of plugins) {
      const server = await startRecorder(name === "github" ? githubRoutes() : {});
      servers.push(server);
      await plugin.configure(settings(server.url));
    }
  });
  after(async () => {
    for (const plugin of plugins) plugin.close();
    for (const server of servers) await server.close();
  });

  const compare = async (life: Life, routes: () => Routes) => {
    const stories = await Promise.all(
      plugins.map((plugin, index) => {
        const server = servers[index];
        assert.ok(server);
        server.routes = routes();
        return liveThrough(plugin, server, life);
      }),
    );
    assert.deepEqual(stories[1], stories[0]);
  };
  const ask = async (token: string, args: Properties, routes: () => Routes) => {
    const answers = await Promise.all(
      plugins.map((plugin, index) => {
        const server = servers[index];
        assert.ok(server);
        server.routes = routes();
        return askedOf(plugin, server, token, args);
      }),
    );
    assert.deepEqual(answers[1], answers[0]);
  };
  return { compare, ask };
}
