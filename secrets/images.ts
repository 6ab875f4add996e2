/** A container image the platform runs, resolved to a digest at preview. */
export interface Image {
  /** Name of the stack output. */
  name: string;
  /** Repository and tag in the registry of the stack's config, without the registry's host. */
  reference: string;
}

/** Sophia's images. To add one: a line here. */
export const IMAGES: readonly Image[] = [{ name: "backend", reference: "scoobyjava15/sophia-ai:latest" }];
