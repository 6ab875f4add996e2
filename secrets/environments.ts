/** Sophia's environments, in the order values travel through them. */
export const ENVIRONMENTS = ["development", "staging", "production"] as const;
