/**
 * How many bytes of environment variables a process can be given.
 *
 * Linux gives arguments and environment together a quarter of the soft limit on the stack, which is 8 MiB where nobody
 * changed it; each text counts with its NUL and its pointer (execve(2), "Limits on size of arguments and environment";
 * fs/exec.c, bprm_stack_limits). Measured
 * on Linux 6.18: 2,096,817 bytes pass, and 64 more end in E2BIG; with a stack of 16 MiB 4,193,988 do. GitHub's own Ubuntu
 * images set 16 MiB (actions/runner-images, configure-limits.sh); containers and other machines do not: 2 MiB hold
 * everywhere.
 */
const PROCESS_BYTES = 2_097_152;

/** What Linux takes of one variable, name and NUL included (MAX_ARG_STRLEN: 32 pages). */
export const MOST_OF_ONE = 131_072;

/** For all else that a step's process is given: GITHUB_*, RUNNER_*, PATH and the machine's own, some 10 KiB. */
const OTHER_BYTES = 65_536;

/** What the variables of a process may have together. */
export const MOST_VARIABLE_BYTES = PROCESS_BYTES - OTHER_BYTES;

/** The same in words. */
export const MOST_VARIABLES = kibs(MOST_VARIABLE_BYTES);

/** A variable by name, and how large its value is. */
export interface Sized {
  name: string;
  bytes: number;
}

/** What a variable takes besides name and value: `=`, a NUL, and a pointer of eight bytes. */
const BESIDE_VALUE = 1 + 1 + 8;

/** What variables take together. */
export function bytesTogether(variables: readonly Sized[]): number {
  return variables.reduce((sum, { name, bytes }) => sum + name.length + bytes + BESIDE_VALUE, 0);
}

/** Whole KiB of so many bytes, rounded up. */
export function kibOf(bytes: number): number {
  return Math.ceil(bytes / 1024);
}

/** Those that are named as taking most. */
const NAMED = 5;

/** `2,300 KiB together, most of it CA_BUNDLE (48 KiB), KUBECONFIG (40 KiB)`: names and sizes, never a value. */
export function describeSizes(variables: readonly Sized[]): string {
  const named = largestOf(variables).map(({ name, bytes }) => `${name} (${kibOf(bytes)} KiB)`);
  const most = named.length === 0 ? "" : `, most of it ${named.join(", ")}`;
  return `${kibs(bytesTogether(variables))} together${most}`;
}

/** Those that take most, the largest first. One of no more than a KiB is none of them. */
export function largestOf(variables: readonly Sized[]): Sized[] {
  return variables
    .filter(({ bytes }) => bytes > 1024)
    .sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1))
    .slice(0, NAMED);
}

/** With thousands told apart, whatever the machine's language. */
function kibs(bytes: number): string {
  return `${String(kibOf(bytes)).replace(/\B(?=(\d{3})+$)/g, ",")} KiB`;
}
