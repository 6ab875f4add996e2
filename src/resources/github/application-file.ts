import * as pulumi from "@pulumi/pulumi";
import type { DeclaredFile } from "./declared-files";
import { commitFile, type FileContext, keepCommitted } from "./repository-file";

/** An application's loader, as a file of the stack in the application's repository. */
export class ApplicationFile extends pulumi.ComponentResource {
  /** @param name of the application. */
  constructor(name: string, file: DeclaredFile, args: FileContext, opts: pulumi.ComponentResourceOptions) {
    super("sophia-secrets:github:Application", name, {}, opts);
    if (file.byPullRequest) keepCommitted(file, args, { parent: this });
    else commitFile(file, args, { parent: this });
    this.registerOutputs({});
  }
}
