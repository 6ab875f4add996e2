import { deepEqual, equal, ok } from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { byCode, type CodeSite, codeSites } from "../reference/error-codes";
import { LEFT, LEFT_COUNT } from "./left";
import { PROOFS } from "./proofs";
import { NOTHING_TO_DO, PROVEN_ELSEWHERE } from "./proven-elsewhere";

const ROOT = resolve(__dirname, "..", "..");
const CODES = byCode(codeSites(ROOT));

/** Where a remedy is said: a code has one in each file that says it. */
const PLACES = CODES.flatMap(([code, sites]) => placesOf(code, sites));

function placesOf(code: string, sites: readonly CodeSite[]): { place: string; hasRemedy: boolean }[] {
  const files = [...new Set(sites.map(({ file }) => file))];
  return files.map((file) => ({
    place: files.length === 1 ? code : `${code} in ${file}`,
    hasRemedy: sites.some((site) => site.file === file && site.remedy !== ""),
  }));
}

const NAMES = PLACES.map(({ place }) => place);
const PROVEN_HERE = new Set(
  PROOFS.map(({ code, file }) => {
    const one = `${code} in src/${file}`;
    return NAMES.includes(one) ? one : code;
  }),
);

describe("every remedy that a code has", () => {
  it("is carried out by a test, or stands in the list of those that are left", () => {
    const known = [...PROVEN_HERE, ...Object.keys(PROVEN_ELSEWHERE), ...NOTHING_TO_DO, ...LEFT];
    deepEqual(
      NAMES.filter((place) => !known.includes(place)),
      [],
    );
  });

  it("is of a code that there is", () => {
    const known = [...PROVEN_HERE, ...Object.keys(PROVEN_ELSEWHERE), ...NOTHING_TO_DO, ...LEFT];
    deepEqual(
      known.filter((place) => !NAMES.includes(place)),
      [],
    );
  });

  it("leaves the list when a test carries it out, and the list only gets shorter", () => {
    deepEqual(
      LEFT.filter((place) => PROVEN_HERE.has(place) || PROVEN_ELSEWHERE[place] !== undefined),
      [],
    );
    equal(LEFT.length, LEFT_COUNT, "lower LEFT_COUNT with the list; prove a new remedy instead of adding it");
  });

  it("stands in the test that is named for it", () => {
    for (const [place, { file, title, says }] of Object.entries(PROVEN_ELSEWHERE)) {
      ok(existsSync(join(ROOT, file)), file);
      const text = readFileSync(join(ROOT, file), "utf8");
      const [code = ""] = place.split(" ");
      ok(text.includes(title), `${file} has no test "${title}"`);
      ok(text.includes(says ?? code), `${file} does not mention ${says ?? code}`);
      const remedies = CODES.find(([each]) => each === code)?.[1].map(({ remedy }) => remedy) ?? [];
      ok(
        says === undefined || remedies.some((remedy) => remedy.includes(says)),
        `${code} does not say ${says}`,
      );
    }
  });

  it("is there for all but what is not a fault", () => {
    const without = PLACES.filter(({ place, hasRemedy }) => hasRemedy && NOTHING_TO_DO.includes(place));
    deepEqual(without, []);
  });
});
