import { writeFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";

class Part extends pulumi.ComponentResource {
  constructor(name: string, options?: pulumi.ComponentResourceOptions) {
    super("test:index:Part", name, {}, options);
    this.registerOutputs({});
  }
}

const config = new pulumi.Config();

const guard = new pulumi.ResourceHook(
  "guard",
  async ({ name }) => {
    console.log(`guard saw ${name}`);
    if (config.getBoolean("refuse")) throw new Error(`guard refuses ${name}`);
  },
  { onDryRun: true },
);

new Part(config.get("part") ?? "good", { hooks: { beforeCreate: [guard] } });

export const greeting = config.require("greeting");
export const hidden = config.requireSecret("hidden");
export const where = {
  project: pulumi.getProject(),
  stack: pulumi.getStack(),
  folder: process.cwd(),
  nodeArguments: process.execArgv,
};

if (config.getBoolean("fail")) throw new Error("the program gives up");
if (config.getBoolean("exit")) process.exit(7);
const hang = config.get("hang");
if (hang) {
  writeFileSync(hang, `${process.pid} ${process.ppid}`);
  setInterval(() => undefined, 1000);
}
