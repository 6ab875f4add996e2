import type { Image } from "../src/catalog/entry";

/** Container images that the platform runs. The stacks resolve each to its digest. To add one: a line here. */
export const IMAGES: readonly Image[] = [{ name: "backend", reference: "scoobyjava15/sophia-ai:latest" }];
