import { appendFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";

/** Who did what to what, and how it ended. Names only: a record never holds a value. */
export interface AuditRecord {
  /** RFC 3339, UTC. */
  at: string;
  service: "github" | "pulumi" | "registry";
  /** Login, team, token or workflow run that acted; "anonymous" when no token was sent. */
  actor: string;
  /** The vendor's own event name where it has one: `org.update_actions_secret`, `environment.open`. */
  action: string;
  /** What it was done to: `acme/OPENAI_API_KEY`, `acme/default/app-production`. */
  target: string;
  outcome: "success" | "denied" | "failed";
  /** Further names: revision, visibility, run id. */
  details?: Record<string, string | number | boolean>;
}

/** The sandbox's audit log: one JSON record a line, appended before the request is answered. */
export class AuditLog {
  private readonly memory: AuditRecord[] = [];

  /** @param file where records are appended; undefined keeps them in memory only. */
  constructor(private readonly file: string | undefined) {
    if (file !== undefined) mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  }

  /** Throws when the record cannot be written: what cannot be audited must not happen (fail closed, as Vault does). */
  append(record: Omit<AuditRecord, "at">): void {
    const whole: AuditRecord = { at: new Date().toISOString(), ...record };
    if (this.file === undefined) this.memory.push(whole);
    else appendFileSync(this.file, `${JSON.stringify(whole)}\n`, { mode: 0o600 });
  }

  /** Oldest first. */
  list(): AuditRecord[] {
    if (this.file === undefined) return [...this.memory];
    try {
      const lines = readFileSync(this.file, "utf8").split("\n");
      return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as AuditRecord);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
  }

  reset(): void {
    this.memory.length = 0;
    if (this.file !== undefined) rmSync(this.file, { force: true });
  }
}
