// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the references of the ESC language look like templates
import { deepStrictEqual } from "node:assert";
import { parseReference, referencesOf } from "../../sandbox/esc/references";

describe("references of an environment", () => {
  it("are its imports and what it names in place, once each", () => {
    const text = [
      "imports:",
      "  - d/a",
      "  - d/b@3: {merge: false}",
      "values:",
      "  x: ${environments.d.c.key}",
      '  y: ["pre ${environments.p[\\"with.dot\\"].key}", {fn::toJSON: "${environments.d.a}"}]',
      "  z: $${environments.d.escaped.key}",
      "  w: ${environments.d}",
    ];
    deepStrictEqual(referencesOf(`${text.join("\n")}\n`), ["d/a", "d/b@3", "d/c", "p/with.dot"]);
  });

  it("are none in a text that cannot be read", () => {
    deepStrictEqual(referencesOf("imports: [\n"), []);
  });

  it("come apart into project, environment and version", () => {
    deepStrictEqual(parseReference("p/e"), { project: "p", environment: "e" });
    deepStrictEqual(parseReference("e"), { project: "default", environment: "e" });
    deepStrictEqual(parseReference("p/e@12"), { project: "p", environment: "e", version: "12" });
    deepStrictEqual(parseReference("e@stable"), { project: "default", environment: "e", version: "stable" });
  });
});
