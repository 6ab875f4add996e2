import { show, textsIn } from "../inputs";
import { TYPES } from "../resource-types";
import { resourceRule } from "../rule";
import { isSecretIn, WITHOUT_MARKS } from "./secret-marks";

/** Properties that hold accounts of registries, by type. */
const ACCOUNTS: Readonly<Record<string, string>> = {
  [TYPES.dockerProvider]: "registryAuth",
  "docker:index/image:Image": "registry",
  "docker-build:index:Image": "registries",
};

/** Whether a secret comes from ESC or from encrypted config, a pack cannot know: both arrive as a secret. */
export const dockerCredentialsAreSecret = resourceRule(
  {
    name: "docker-credentials-are-secret",
    description:
      "The password of a container registry comes from ESC or encrypted config, never in plain text.",
    remedy:
      "take it from ESC (pulumiConfig of the environment that the stack imports) or pulumi config set --secret, and read it with getSecret",
    enforcementLevel: "mandatory",
  },
  (type) => type in ACCOUNTS,
  async function* ({ type, urn, props }) {
    const property = ACCOUNTS[type] ?? "";
    const isSecret = isSecretIn(urn);
    // A provider's properties travel as JSON.
    const accounts = typeof props[property] === "string" ? fromJson(props[property]) : props[property];
    const passwords = (await textsIn(accounts, [property])).filter(
      ({ path, text }) => path.at(-1) === "password" && text !== "",
    );
    if (passwords.length > 0 && isSecret === undefined) yield WITHOUT_MARKS;
    for (const { path } of passwords) {
      if (isSecret?.(path) === false) yield `${show(path)} is not marked secret`;
    }
  },
);

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Its message would quote the text.
  }
}
