/**
 * Sophia's deployment environments, first to last. Each belongs to one stack: `environments` in Pulumi.<stack>.yaml
 * says which.
 */
export const ENVIRONMENTS = ["development", "staging", "production"] as const;
