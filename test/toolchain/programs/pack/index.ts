import { PolicyPack } from "@pulumi/policy";

new PolicyPack("host-test-pack", {
  policies: [
    {
      name: "no-bad-parts",
      description: "A part is not called bad.",
      enforcementLevel: "mandatory",
      validateResource: ({ type, name }, reportViolation) => {
        if (type === "test:index:Part" && name === "bad")
          reportViolation(`rename it; checked in ${process.cwd()}`);
      },
    },
  ],
});
