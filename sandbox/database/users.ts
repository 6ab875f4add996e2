import { createHash, timingSafeEqual } from "node:crypto";

/** A login of the database. */
export interface DatabaseUser {
  /** PostgreSQL's own form, `md5` + md5(password + name) in hex; undefined for one that cannot log in. */
  stored?: string;
  /** May change other users' passwords; everybody may change their own. */
  isManager: boolean;
}

/** All that the database remembers: passwords only as the digests that its logins are checked against. */
export interface DatabaseState {
  users: Record<string, DatabaseUser>;
}

const md5 = (...parts: (string | Uint8Array)[]) => {
  const hash = createHash("md5");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};

/** The form in which a password is stored. */
export function storedPassword(name: string, password: string): string {
  return `md5${md5(password, name)}`;
}

/** Whether a login's answer to the salt was made with the stored password. */
export function fits(user: DatabaseUser | undefined, answer: string, salt: Uint8Array): boolean {
  if (user?.stored === undefined) return false;
  const expected = Buffer.from(`md5${md5(user.stored.slice(3), salt)}`); // without its own "md5"
  const given = Buffer.from(answer);
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/** A user by name; never something inherited, whatever the name is. */
export function userOf({ users }: DatabaseState, name: string): DatabaseUser | undefined {
  return Object.hasOwn(users, name) ? users[name] : undefined;
}
