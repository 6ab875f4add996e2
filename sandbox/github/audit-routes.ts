import { createHash } from "node:crypto";
import type { AuditRecord } from "../core/audit";
import { organizationForOwner } from "./access";
import { auditFilter } from "./audit-phrase";
import type { GitHubApp, GitHubParts } from "./github-app";
import { notFound } from "./github-error";
import { page } from "./pagination";

/** `GET /orgs/{org}/audit-log`: Enterprise Cloud only, for owners; a refusal of the sandbox's own is not in it. */
export function auditRoutes(app: GitHubApp, parts: GitHubParts): void {
  app.get("/orgs/:org/audit-log", (c) => {
    const organization = organizationForOwner(c, parts, ["read:audit_log", "admin:org"]);
    if (organization.plan !== "enterprise") throw notFound();
    const matches = auditFilter(c.req.query("phrase") ?? "");
    const events = parts.audit
      .list()
      .filter((each) => each.service === "github" && each.outcome !== "denied")
      .filter(
        (each) => each.target === organization.login || each.target.startsWith(`${organization.login}/`),
      )
      .filter(matches);
    if (c.req.query("order") !== "asc") events.reverse();
    return c.json(page(c, events).map((event) => json(event, organization.login)));
  });
}

function json(event: AuditRecord, org: string) {
  const at = new Date(event.at).getTime();
  const id = createHash("sha256").update(JSON.stringify(event)).digest("base64url").slice(0, 22);
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
