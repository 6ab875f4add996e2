import { deepEqual, equal, match } from "node:assert/strict";
import { webhookHostProblem } from "../../src/resources/esc/webhook-host";

const failing = (code: string) => () => Promise.reject(Object.assign(new Error("canary.example"), { code }));

describe("the host of a webhook's address", () => {
  it("is a problem when nobody knows it, and is not quoted", async () => {
    const problem = await webhookHostProblem("https://hooks.canary.example/T0", failing("ENOTFOUND"));
    equal(problem?.code, "webhook-host-unknown");
    match(problem?.remedy ?? "", /pulumi config set --secret webhookUrl/);
    equal(JSON.stringify(problem).includes("canary"), false);
  });

  it("is none when it is known, cannot be asked for, is an address or this machine, or is not there", async () => {
    const asked: string[] = [];
    const known = async (host: string) => asked.push(host);
    equal(await webhookHostProblem("https://hooks.slack.com/services/T0", known), undefined);
    deepEqual(asked, ["hooks.slack.com"]);
    equal(await webhookHostProblem("https://hooks.slack.com/services/T0", failing("EAI_AGAIN")), undefined);
    for (const url of ["", "no address", "https://10.0.0.1/a", "https://[fd00::1]/a", "http://localhost:1/a"])
      equal(await webhookHostProblem(url, failing("ENOTFOUND")), undefined, url);
  });
});
