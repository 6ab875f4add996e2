import { catalog as declared } from "../../secrets/catalog";
import { type Right, rightsOf } from "../../src/access/access-matrix";
import { spreadSecrets } from "../../src/catalog/carriers";
import { type Catalog, type ResolvedCatalog, resolveCatalog } from "../../src/catalog/entry";
import { parseSettings, type Settings } from "../../src/catalog/settings";
import { EMPTY_LEDGER, type Ledger } from "../../src/ledger/ledger";
import { rotationStatus } from "../../src/ledger/rotation";
import { pipelineOf } from "../../src/operations/report/pipeline";
import type { ReportData } from "../../src/operations/report/report-data";
import { tasksOf } from "../../src/operations/report/tasks";
import { reviewRows, type SignedReview } from "../../src/operations/reviews/review-state";
import type { Status } from "../../src/operations/status/find-status";

const NOW = new Date("2026-12-01T07:30:00Z");
const DAY_MS = 86_400_000;
const TODAY = "2026-12-01";

/** Numbers that look random and are the same in each run. */
function seeded(): () => number {
  let seed = 20_261_201;
  return () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
}

/** This organization's catalog, or one of many secrets in a dozen groups. */
function catalogOf(count: number | undefined): ResolvedCatalog {
  if (count === undefined) return resolveCatalog(declared as Catalog);
  const groups = Array.from(
    { length: 12 },
    (_, index) => `team-${String.fromCharCode(97 + index)}-credentials`,
  );
  return resolveCatalog({
    environments: ["development", "staging", "production"],
    groups: Object.fromEntries(
      groups.map((group, index) => [
        group,
        { description: `Credentials of ${group}`, rotationDays: 90, owner: `Team ${index % 7}` },
      ]),
    ),
    secrets: Array.from({ length: count }, (_, index) => ({
      name: `SERVICE_${String(index).padStart(4, "0")}_API_KEY`,
      group: groups[index % groups.length] ?? "",
      page: "https://vendor.example/keys",
    })),
    accessPolicies: declared.accessPolicies?.map((policy) => ({ ...policy, groups: "all" as const })) ?? [],
    applications: [{ name: "backend", repository: "app", language: "python", path: "a.py" }],
  });
}

function settingsOf(carriers: number): Settings {
  const { settings } = parseSettings({
    githubOrganization: "ai-cherry",
    pulumiOrganization: "scoobyjava-org",
    application: "sophia-ai",
    appRoot: "sophia",
    environments: '["production"]',
    organizationStack: "production",
    carriers: JSON.stringify(
      carriers === 1
        ? ["sophia-main"]
        : Array.from({ length: carriers }, (_, index) => `secrets-${index + 1}`),
    ),
  });
  if (settings === undefined) throw new Error("the sample's config is wrong");
  return settings;
}

/** A report as an organization would have it some months in: the same in each run, made of the real pure functions. */
export function sampleReport({
  secrets,
  carriers = 1,
}: {
  secrets?: number;
  carriers?: number;
} = {}): ReportData {
  const random = seeded();
  const [catalog, settings] = [catalogOf(secrets), settingsOf(carriers)];
  const { shards } = spreadSecrets(catalog.entries, settings.carriers, TODAY);
  const { pipeline, carried } = pipelineOf(catalog, settings, shards);
  const ages = new Map(catalog.entries.map(({ name }) => [name, Math.floor(random() ** 1.3 * 104)]));
  const states = catalog.entries.flatMap(({ name, environments, bootstrap }) =>
    bootstrap
      ? []
      : environments.map((environment) => statusOf(name, environment, random(), ages.get(name) ?? 0)),
  );
  const ledger: Ledger = {
    ...EMPTY_LEDGER,
    secrets: Object.fromEntries(
      [...ages].map(([name, days]) => {
        const changed = new Date(NOW.getTime() - days * DAY_MS).toISOString();
        return [name, { fingerprint: "f", source: name, changed, synced: changed, run: "1", commit: "c" }];
      }),
    ),
  };
  const ledgers = Object.fromEntries(catalog.environments.map((each) => [each, ledger]));
  const rotation = rotationStatus(catalog, ledgers, NOW, { dueWithinDays: 14 });
  const paused = [
    {
      environment: "staging",
      pause: {
        reason: "vendor migration",
        by: "ada",
        since: "2026-11-30T16:00:00Z",
        until: "2026-12-02T16:00:00Z",
      },
    },
  ];
  const missing = {
    code: "repositories-differ" as const,
    subject: catalog.entries[3]?.name ?? "",
    cause: "also readable by sophia-frontend",
    remedy: `./sophia-secrets repair ${catalog.entries[3]?.name}`,
  };
  const found = {
    rotation,
    status: { secrets: states, unread: [], leftovers: [], paused },
    drift: [missing],
    differences: [],
    checks: [],
    reviews: undefined,
  };
  const rights = rightsOf(catalog, settings);
  return {
    version: 1,
    organization: "ai-cherry",
    pulumiOrganization: "scoobyjava-org",
    application: "sophia-ai",
    stack: "production",
    asOf: NOW.toISOString(),
    since: new Date(NOW.getTime() - 30 * DAY_MS).toISOString(),
    publish: "artifact",
    environments: catalog.environments,
    groups: catalog.groups,
    today: tasksOf(found, {
      catalog,
      settings,
      carrierOf: (name) => carried.get(name)?.carriers[0],
      now: NOW,
    }),
    secrets: [...carried.values()].map((secret) => ({
      ...secret,
      rotated: false,
      perEnvironment: false,
      tombstone: undefined,
      page: catalog.entries.find(({ name }) => name === secret.name)?.page,
      states: states.filter(({ name }) => name === secret.name),
      ages: rotation.filter(({ name }) => name === secret.name),
    })),
    pipeline,
    paused: [{ environment: "staging", until: "2026-12-02T16:00:00Z", reason: "vendor migration" }],
    access: {
      rights,
      reviews: reviewRows(rights, [reviewOf(rights)], catalog, { now: NOW, interval: "yearly" }),
      managing: [],
      shared: [],
      isEnforced: true,
      cloud: { administrators: ["platform-engineer"], defaultPermission: "none", differences: [] },
    },
    drift: { declared: catalog.entries.length, drift: [missing], notes: [] },
    checks: [
      {
        subject: "workflow in sophia-main",
        code: "carrier-files-match",
        state: "ok",
        cause: "as the catalog gives",
      },
      {
        subject: "branch main of sophia-main",
        code: "carrier-unprotected",
        state: "warning",
        cause: "anyone with write may push to it, without a pull request",
        remedy: "pulumi config set protectCarriers branch -s production, and pulumi up -s production",
      },
    ],
    usage: undefined,
    syncs: Array.from({ length: 14 }, (_, index) => ({
      carrier: settings.carriers[0] ?? "",
      id: String(7_000_400 - index * 17),
      url: `https://github.com/ai-cherry/sophia-main/actions/runs/${7_000_400 - index * 17}`,
      started: new Date(NOW.getTime() - index * DAY_MS - 3 * 3_600_000).toISOString(),
      seconds: 9 + Math.floor(random() * 12),
      event: index === 4 ? "workflow_dispatch" : "schedule",
      actor: "platform-engineer",
      outcome: index === 6 ? "failure" : "success",
      changed: index % 5 === 4 ? ["OPENAI_API_KEY"] : [],
      refused: index === 6 ? ["SLACK_BOT_TOKEN"] : index === 0 ? [] : undefined,
    })),
    openings: {
      days: Array.from({ length: 31 }, (_, index) => ({
        day: new Date(NOW.getTime() - (30 - index) * DAY_MS).toISOString().slice(0, 10),
        opened: Math.floor(random() * 9),
        refused: index === 21 ? 2 : 0,
      })),
      by: [
        {
          who: "developer",
          opened: 61,
          refused: 0,
          environments: ["development"],
          last: "2026-12-01T06:58:00Z",
        },
        {
          who: "contractor",
          opened: 0,
          refused: 2,
          environments: ["production"],
          last: "2026-11-22T22:14:00Z",
        },
      ],
      unknown: [],
    },
    unread: [],
  };
}

/** An auditor's review of everybody but developers, some months ago. */
function reviewOf(rights: readonly Right[]): SignedReview {
  const reviewed = rights
    .filter(({ identity }) => identity.name !== "developer")
    .map((right) => ({ ...right, because: [...right.because], decision: "keep" as const }));
  const record = {
    kind: "sophia-secrets access review",
    version: 1,
    organization: "ai-cherry",
    application: "sophia-ai",
    reviewer: "auditor@sophia.example",
    at: "2026-06-30T10:00:00Z",
    rights: reviewed,
    secrets: {},
  } as const;
  return {
    record: { ...record, rights: reviewed },
    file: "reviews/2026-06-30T100000Z-auditor.json",
    key: "SHA256:x",
  };
}

/** Most are in sync; some of each other kind. */
function statusOf(name: string, environment: string, chance: number, days: number): Status {
  const at = new Date(NOW.getTime() - days * DAY_MS).toISOString();
  const about = { environment, name, causes: [], changed: at, synced: at };
  if (chance < 0.015)
    return {
      ...about,
      standing: ["refused"],
      open: true,
      detail: "refused twice in a row, counted last in run 7000298",
    };
  if (chance < 0.035)
    return {
      ...about,
      standing: ["newer-in-github"],
      open: true,
      detail: "maybe newer in GitHub, and no sync since",
    };
  if (chance < 0.05)
    return {
      ...about,
      standing: ["changed-by-hand"],
      open: true,
      detail: "changed in ESC after the last sync",
    };
  return { ...about, standing: ["in-sync"], open: false, detail: "" };
}
