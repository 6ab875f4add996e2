import { delimiter } from "node:path";
import type { Value } from "./expression";
import type { CommandFiles } from "./job-folder";
import type { JobSession } from "./job-session";
import type { Values } from "./run-request";

/** Keys of the `github` context that are shown to steps as GITHUB_*: the list of GitHub's runner. */
const SHOWN = [
  "action",
  "actor",
  "api_url",
  "base_ref",
  "event_name",
  "event_path",
  "graphql_url",
  "head_ref",
  "job",
  "ref",
  "ref_name",
  "ref_protected",
  "ref_type",
  "repository",
  "repository_id",
  "repository_owner",
  "repository_owner_id",
  "retention_days",
  "run_attempt",
  "run_id",
  "run_number",
  "server_url",
  "sha",
  "triggering_actor",
  "workflow",
  "workflow_ref",
  "workflow_sha",
  "workspace",
];

/**
 * The whole environment of a step's process. Of the sandbox's own environment it holds PATH and nothing else:
 * what the person who runs the sandbox has exported must not make a workflow pass that would fail on GitHub.
 *
 * @param environment `env` of workflow, job and step, merged.
 */
export function stepEnvironment(session: JobSession, environment: Values, files: CommandFiles): Values {
  const { facts, folder, contexts, idTokens } = session;
  const all: Values = {
    HOME: folder.home,
    CI: "true",
    ...facts.host.machine,
    ...environment,
    ...prefixed("GITHUB_", pick(contexts.github, SHOWN)),
    ...prefixed("RUNNER_", contexts.runner),
    ...prefixed("GITHUB_", files),
    GITHUB_ACTIONS: "true",
    RUNNER_TRACKING_ID: session.trackingId,
  };
  const path = all.PATH ?? process.env.PATH ?? "";
  all.PATH = [...[...session.addedPaths].reverse(), path].join(delimiter);
  if (idTokens !== undefined) {
    all.ACTIONS_ID_TOKEN_REQUEST_URL = idTokens.url;
    all.ACTIONS_ID_TOKEN_REQUEST_TOKEN = idTokens.bearer;
  }
  return all;
}

function prefixed(prefix: string, values: Record<string, Value>): Values {
  const entries = Object.entries(values).map(([key, value]) => [
    prefix + key.toUpperCase(),
    String(value ?? ""),
  ]);
  return Object.fromEntries(entries) as Values;
}

function pick(values: Record<string, Value>, keys: string[]): Record<string, Value> {
  return Object.fromEntries(keys.filter((key) => key in values).map((key) => [key, values[key] ?? ""]));
}
