/**
 * The part of the stacks' config that an application must know, for there is no Pulumi where it runs. The same for
 * every stack; a test holds it against each Pulumi.<stack>.yaml.
 */
export const PLATFORM = {
  organization: "scoobyjava-org",
  escProject: "default",
  application: "sophia-ai",
  appRoot: "sophia",
} as const;
