export interface Person {
  name: string;
  email: string;
  /** RFC 3339, to the second. */
  date: string;
}

export interface Commit {
  sha: string;
  tree: string;
  parents: string[];
  author: Person;
  committer: Person;
  message: string;
}

/** For `git log -z --format`: every field ends with NUL, the one byte that a message cannot hold. */
export const LOG_FORMAT = "%H%x00%T%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B";
const FIELDS = LOG_FORMAT.split("%x00").length;

/** An author or committer as git writes it. Angle brackets and line ends would break the commit's header. */
export function identity({ name, email, date }: Person): string {
  const clean = (text: string) => text.replace(/[<>\n\0]/g, "").trim();
  return `${clean(name)} <${clean(email)}> ${Math.floor(new Date(date).getTime() / 1000)} +0000`;
}

/** What `git log -z --format=LOG_FORMAT` printed. */
export function parseLog(output: string): Commit[] {
  const fields = output.split("\0");
  const commits: Commit[] = [];
  for (let at = 0; at + FIELDS <= fields.length; at += FIELDS) {
    commits.push(commitOf(fields.slice(at, at + FIELDS)));
  }
  return commits;
}

function commitOf(fields: string[]): Commit {
  const [sha = "", tree = "", parents = "", an = "", ae = "", at, cn = "", ce = "", ct, message = ""] =
    fields;
  const person = (name: string, email: string, seconds: string | undefined): Person => ({
    name,
    email,
    date: `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}Z`,
  });
  return {
    sha,
    tree,
    parents: parents.split(" ").filter((parent) => parent !== ""),
    author: person(an, ae, at),
    committer: person(cn, ce, ct),
    message: message.replace(/\n+$/, ""),
  };
}
