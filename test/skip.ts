import type { Context } from "mocha";

/**
 * Skips a test, or from a hook every test of its suite, and says why: `make test` lists the reasons at its end. The reason
 * goes into a title because titles are what a parallel run passes on.
 *
 * @throws always, as mocha's own skip does.
 */
export function skip(context: Context, reason: string): never {
  const { test } = context;
  const isHook = (test as { type?: string } | undefined)?.type === "hook";
  const titled = isHook ? test?.parent : test;
  if (titled !== undefined) titled.title = `${titled.title} [skipped: ${reason}]`;
  return context.skip();
}
