import { CATALOG_PROOFS } from "./catalog-proofs";
import { CONFIG_PROOFS, commandProofs } from "./config-proofs";
import { ENV_FILE_PROOFS } from "./env-file-proofs";
import { FILE_PROOFS } from "./file-proofs";
import type { Proof } from "./proof";

/** Every proof that this folder has. What it says of a place is needed here, not what it starts. */
export const PROOFS: readonly Proof[] = [
  ...CATALOG_PROOFS,
  ...CONFIG_PROOFS,
  ...ENV_FILE_PROOFS,
  ...FILE_PROOFS,
  ...commandProofs(() => {
    throw new Error("only their places are asked here");
  }),
];
