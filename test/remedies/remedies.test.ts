import { CATALOG_PROOFS } from "./catalog-proofs";
import { CONFIG_PROOFS, commandProofs } from "./config-proofs";
import { ENV_FILE_PROOFS } from "./env-file-proofs";
import { FILE_PROOFS } from "./file-proofs";
import { type Proof, prove } from "./proof";
import { PulumiProject } from "./pulumi-project";

describe("a remedy, carried out as it is printed, ends", function () {
  this.timeout(30_000);
  let project: PulumiProject;
  before(() => {
    project = PulumiProject.start(["production", "staging"]);
  });
  after(() => project?.close());

  const all: readonly Proof[] = [
    ...CATALOG_PROOFS,
    ...CONFIG_PROOFS,
    ...ENV_FILE_PROOFS,
    ...FILE_PROOFS,
    ...commandProofs(() => project),
  ];
  for (const proof of all) it(`${proof.code} where ${proof.when}`, () => prove(proof));
});
