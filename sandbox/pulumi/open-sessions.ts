import { randomUUID } from "node:crypto";

/** An opened environment, kept in memory alone: it holds plaintext. */
export interface OpenSession {
  org: string;
  /** `project/name`; undefined for text that was opened without being stored. */
  path: string | undefined;
  /** Who opened it, by audit name: nobody else may read it. */
  actor: string;
  /** The evaluated environment in the vendor's JSON shape. */
  environment: unknown;
  /** Milliseconds since the epoch. */
  expires: number;
}

/** Sessions kept at once; the oldest go first. A thousand evaluated groups of 40 secrets are about 100 MB. */
const MOST = 1000;

/** The environments that are open now. */
export class OpenSessions {
  private readonly sessions = new Map<string, OpenSession>();

  add(session: OpenSession): string {
    const now = Date.now();
    for (const [id, { expires }] of this.sessions) if (expires <= now) this.sessions.delete(id);
    for (const id of this.sessions.keys()) {
      if (this.sessions.size < MOST) break;
      this.sessions.delete(id);
    }
    const id = randomUUID();
    this.sessions.set(id, session);
    return id;
  }

  /** The session, unless it is unknown, expired, somebody else's or of another environment. */
  find(id: string, wanted: Pick<OpenSession, "org" | "path" | "actor">): OpenSession | undefined {
    const session = this.sessions.get(id);
    if (session === undefined || session.expires <= Date.now()) return undefined;
    const fits = session.org === wanted.org && session.path === wanted.path && session.actor === wanted.actor;
    return fits ? session : undefined;
  }

  clear(): void {
    this.sessions.clear();
  }
}
