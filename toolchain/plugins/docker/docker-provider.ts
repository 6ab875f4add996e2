import type { ProviderDefinition } from "../provider/definition";
import type { Properties } from "../provider/wire";
import { type RegistryAuth, RegistryClient } from "./registry-client";

/**
 * Stand-in for the docker provider 5.2.0: the one function that looks an image's digest up.
 *
 * It differs from the real one on purpose: the lookup goes to the registry directly and needs no container engine,
 * which is what the sandbox has it for. The real plugin fails with "failed to connect to any docker daemon" where no
 * engine is reachable. Building and pushing need an engine, so no resource is offered.
 */
export const dockerProvider: ProviderDefinition<RegistryClient> = {
  name: "docker",
  version: "5.2.0",
  bridged: true,
  checkSettings: (settings) => settings,
  connect: async (settings) => new RegistryClient(registriesOf(settings)),
  resources: {},
  functions: {
    "docker:index/getRegistryImage:getRegistryImage": (client, args) => client.registryImage(args),
  },
  describeError: (error) => `1 error occurred:\n\t* ${error.message}\n\n`,
};

/** Provider arguments that are not strings travel as JSON text. */
function registriesOf(settings: Properties): RegistryAuth[] {
  const given = settings.registryAuth;
  if (typeof given !== "string") return (given as RegistryAuth[] | undefined) ?? [];
  return given === "" ? [] : (JSON.parse(given) as RegistryAuth[]);
}
