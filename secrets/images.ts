import type { Image } from "../src/catalog/entry";

/** Sophia's images. To add one: a line here. */
export const IMAGES: readonly Image[] = [{ name: "backend", reference: "scoobyjava15/sophia-ai:latest" }];
