import { Hono } from "hono";
import type { AuditRecord } from "../core/audit";
import { requireAdmin } from "./access";
import type { Cloud, CloudContext, CloudEnv } from "./cloud";
import { has } from "./editions";
import { userInfo } from "./environment-event";
import { wholeNumber } from "./request-body";
import { badRequest, forbidden } from "./service-error";

/** Events a page holds. */
const PAGE = 100;

/** `GET /api/orgs/:org/auditlogs[/v2]`: the audit log in the vendor's shape, newest first, for administrators. */
export function auditLogRoutes(cloud: Cloud): Hono<CloudEnv> {
  const app = new Hono<CloudEnv>();

  // v1: `startTime` is the newest time wanted ("returns entries older than this"), `endTime` the oldest.
  app.get("/:org/auditlogs", (c) => {
    const start = wholeNumber(c, "startTime");
    if (start === undefined && !c.req.query("continuationToken"))
      throw badRequest("Either continuationToken or startTime is required");
    return page(c, wholeNumber(c, "endTime") ?? 0, start ?? Infinity);
  });

  // v2: `startTime` is the oldest time wanted, `endTime` the newest.
  app.get("/:org/auditlogs/v2", (c) =>
    page(c, wholeNumber(c, "startTime") ?? 0, wholeNumber(c, "endTime") ?? Infinity),
  );

  /** Seconds since the epoch, both ends included. */
  function page(c: CloudContext, oldest: number, newest: number): Response {
    const organization = requireAdmin(cloud, c.var.principal, c.req.param("org") ?? "", "audit-log-read");
    if (!has(organization, "audit-logs"))
      throw forbidden(`audit logs are not part of the edition '${organization.edition}'`);
    const [event, user] = [c.req.query("eventFilter"), c.req.query("userFilter")];
    // A place in the log, counted from its beginning: what is added between two pages moves nothing.
    const before = wholeNumber(c, "continuationToken") ?? Infinity;
    const mine = cloud.audit.list().flatMap((r, position) => {
      const time = secondsOf(r);
      if (r.service !== "pulumi" || r.target.split("/")[0] !== organization.name) return [];
      if (position >= before || time < oldest || time > newest) return [];
      const wanted = (!event || r.action === event) && (!user || r.actor === user);
      return wanted ? [{ position, shown: describe(r) }] : [];
    });
    const shown = mine.reverse().slice(0, PAGE);
    const next = mine.length > PAGE ? { continuationToken: String(shown.at(-1)?.position) } : {};
    return c.json({ auditLogEvents: shown.map((each) => each.shown), ...next });
  }

  return app;
}

const secondsOf = (record: AuditRecord) => Math.floor(Date.parse(record.at) / 1000);

function describe(record: AuditRecord) {
  const details = Object.entries(record.details ?? {}).map(([name, value]) => `${name}=${value}`);
  const outcome = record.outcome === "success" ? [] : [record.outcome];
  return {
    timestamp: secondsOf(record),
    sourceIP: "127.0.0.1",
    event: record.action,
    description: [record.target, ...outcome, ...details].join(" "),
    user: userInfo(record.actor),
    actorName: record.actor,
    ...(record.outcome === "denied" ? { authFailure: true } : {}),
  };
}
