/** Forms of what a catalog says; one that comes as data has passed no compiler. */
const FORMS = {
  text: (value: unknown) => typeof value === "string",
  list: (value: unknown) => Array.isArray(value),
  mapping: (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value),
};
export type Form = keyof typeof FORMS;

export function hasForm(value: unknown, form: Form): boolean {
  return FORMS[form](value);
}
