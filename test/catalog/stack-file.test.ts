import { deepEqual, equal, throws } from "node:assert/strict";
import { parseSettings } from "../../src/catalog/settings";
import { fileOfStack, parseStackFile, stackOf, textsOf } from "../../src/catalog/stack-file";
import type { RemedyError } from "../../src/errors";

const read = (text: string) => parseStackFile(text, "Pulumi.live.yaml", "ours");

describe("a stack's file", () => {
  it("is known by its name", () => {
    equal(stackOf("Pulumi.eu.live.yaml"), "eu.live");
    for (const other of ["Pulumi.yaml", "Pulumi.live.yml", "aPulumi.live.yaml"])
      equal(stackOf(other), undefined);
    equal(stackOf(fileOfStack("live")), "live");
  });

  it("gives this program's keys alone, encrypted values as they stand", () => {
    const text =
      "config:\n  ours:a: x\n  ours:values:\n    KEY: { secure: AAA }\n  theirs:b: y\n  ours-too:c: z\n";
    deepEqual(read(text), { a: "x", values: { KEY: { secure: "AAA" } } });
    for (const empty of ["", "config:\n", "config: 5\n", "- a\n", "encryptionsalt: v1\n"])
      deepEqual(read(empty), {});
  });

  it("is refused by its line when it is not YAML, and never quoted", () => {
    const text = "config:\n  ours:a: x\n  ours:dockerPassword: 'canary\n";
    throws(
      () => read(text),
      ({ problem, message, stack }: RemedyError) => {
        equal(problem.code, "stack-file-unreadable");
        return /line [34]/.test(message) && !`${message}${stack}`.includes("canary");
      },
    );
  });

  it("is handed over as Pulumi does: lists and switches as JSON", () => {
    const texts = textsOf(
      read("config:\n  ours:carriers: [one, two]\n  ours:resolveImages: true\n  ours:branch: main\n"),
    );
    deepEqual(texts, { carriers: '["one","two"]', resolveImages: "true", branch: "main" });
    const { problems = [] } = parseSettings(texts);
    equal(
      problems.some(({ subject }) => /carriers|resolveImages|branch/.test(subject)),
      false,
    );
  });
});
