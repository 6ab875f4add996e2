import { createHash } from "node:crypto";
import type { AuditRecord } from "../core/audit";
import { organizationForOwner } from "./access";
import { auditFilter } from "./audit-phrase";
import type { GitHubApp, GitHubContext, GitHubParts } from "./github-app";
import { notFound } from "./github-error";
import { pageSize } from "./pagination";

/** `GET /orgs/{org}/audit-log`: Enterprise Cloud only, for owners; a refusal of the sandbox's own is not in it. */
export function auditRoutes(app: GitHubApp, parts: GitHubParts): void {
  app.get("/orgs/:org/audit-log", (c) => {
    const organization = organizationForOwner(c, parts, ["read:audit_log", "admin:org"]);
    if (organization.plan !== "enterprise") throw notFound();
    const matches = auditFilter(c.req.query("phrase") ?? "");
    const events = parts.audit
      .list()
      .map((record, position) => ({ record, id: idOf(record, position) }))
      .filter(({ record }) => record.service === "github" && record.outcome !== "denied")
      .filter(({ record: { target } }) => `${target}/`.startsWith(`${organization.login}/`))
      .filter(({ record }) => matches(record));
    if (c.req.query("order") !== "asc") events.reverse();
    return c.json(pageAfter(c, events).map((event) => json(event, organization.login)));
  });
}

interface LoggedEvent {
  record: AuditRecord;
  id: string;
}

/** Its place in the log tells two alike events apart. */
function idOf(record: AuditRecord, position: number): string {
  return createHash("sha256")
    .update(`${position}${JSON.stringify(record)}`)
    .digest("base64url")
    .slice(0, 22);
}

/** The log's pages go by cursors, which only the Link header tells: `?page=` means nothing here. */
function pageAfter(c: GitHubContext, events: LoggedEvent[]): LoggedEvent[] {
  const after = c.req.query("after") ?? "";
  const start = after === "" ? 0 : events.findIndex(({ id }) => id === after) + 1;
  const shown = events.slice(start, start + pageSize(c));
  const last = shown.at(-1);
  if (last !== undefined && start + shown.length < events.length) {
    const url = new URL(c.req.url);
    url.searchParams.set("after", last.id);
    url.searchParams.set("before", "");
    c.header("link", `<${url}>; rel="next"`);
  }
  return shown;
}

function json({ record: event, id }: LoggedEvent, org: string) {
  const at = new Date(event.at).getTime();
  const [owner, name] = event.target.split("/");
  const inRepository = !/^(org|team)\./.test(event.action) && name !== undefined;
  return {
    "@timestamp": at,
    created_at: at,
    _document_id: id,
    action: event.action,
    actor: event.actor,
    org,
    ...(inRepository ? { repo: `${owner}/${name}` } : {}),
    ...event.details,
  };
}
