import { defineCommand, EXIT } from "../command";
import { requiredEnvironment, text } from "../options";

/** For clusters that have the External Secrets Operator. */
export const externalSecretCommand = defineCommand({
  name: "external-secret",
  topic: "use",
  summary: "Print a manifest for the External Secrets Operator",
  details: [
    "Prints a SecretStore and an ExternalSecret with which the operator keeps a Kubernetes Secret of an environment's variables, in two requests each hour. The manifest holds names and no value. The operator's token comes from a Kubernetes Secret, which docs/load-in-kubernetes.md makes. Reads only the catalog.",
  ],
  options: {
    environment: requiredEnvironment("deployment environment"),
    application: text("<name>", "application of secrets/applications.ts, if it loads some groups only"),
  },
  examples: ["external-secret --environment staging | kubectl apply -n sophia -f -"],
  load: () =>
    require("../../operations/running/external-secret") as typeof import("../../operations/running/external-secret"),
  run: async ({ terminal, ...context }, { environment, application }, { externalSecret }) => {
    for (const line of externalSecret(context, environment, application).trimEnd().split("\n"))
      terminal.print(line);
    return EXIT.done;
  },
});
