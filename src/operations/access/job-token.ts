import { TOKEN_SECONDS } from "../../access/token-lifetimes";
import { type ProgramJob, programTeam } from "../../access/trust";
import type { Settings } from "../../catalog/settings";
import { exchangeToken, idTokenEndpoint, requestIdToken, type TokenWish } from "../../clients/oidc";
import { PULUMI_CLOUD, pulumiAddress } from "../../clients/pulumi-login";
import { RemedyError } from "../../errors";
import type { Secret } from "../../secret";
import type { Context } from "../context";

/** Whether a text names a job of the program's own workflows: preview, audit or up. */
export function isProgramJob(text: string): text is ProgramJob {
  return text !== "sync" && Object.hasOwn(TOKEN_SECONDS, text);
}

/**
 * Trades the identity of this GitHub job for a token of Pulumi Cloud.
 *
 * @param onSecret told of the identity and of the token as soon as each is known, so that a runner can hide them.
 * @returns the environment variables for the job's command: ours, and how it reaches its stack.
 * @throws RemedyError when the address is not confirmed, or when somebody refuses.
 */
export async function jobVariables(
  context: Context,
  job: ProgramJob,
  onSecret: (secret: Secret) => void,
): Promise<Record<string, string | undefined>> {
  const { stack, settings } = context.project;
  const url = addressOf(context);
  const token = await tokenFor(context, job, url, onSecret);
  return {
    ...context.env,
    PULUMI_ACCESS_TOKEN: token.unwrap(),
    PULUMI_BACKEND_URL: url,
    // With its organization: a token of no person has no default one.
    PULUMI_STACK: `${settings.pulumiOrganization}/${stack}`,
  };
}

/**
 * Whoever gets the identity can trade it in for the token, so a stack's config alone does not say where it goes: the
 * workflow has to say the same.
 *
 * @throws RemedyError when it does not.
 */
function addressOf({ project, env }: Context): string {
  const url = pulumiAddress(project.settings.pulumiApiUrl, env);
  if (url === PULUMI_CLOUD || url === pulumiAddress(undefined, env)) return url;
  throw new RemedyError({
    code: "address-not-confirmed",
    subject: "config pulumiApiUrl",
    cause: `is neither ${PULUMI_CLOUD} nor what this job's PULUMI_BACKEND_URL says, so it gets no identity of this job`,
    remedy: "where it is right, set PULUMI_BACKEND_URL to it in the workflow; otherwise look who changed it",
  });
}

async function tokenFor(
  { http, project, env }: Context,
  job: ProgramJob,
  url: string,
  onSecret: (secret: Secret) => void,
): Promise<Secret> {
  const { programRepository, pulumiOrganization: organization } = project.settings;
  if (programRepository === undefined) {
    throw new RemedyError({
      code: "program-repository-missing",
      subject: "config programRepository",
      cause: "is not set, so Pulumi Cloud trusts no job of this repository",
      remedy: "set it in every Pulumi.<stack>.yaml to this repository's name, then pulumi up by hand, once",
    });
  }
  const idToken = await requestIdToken(idTokenEndpoint(env), `urn:pulumi:org:${organization}`, http);
  onSecret(idToken);
  const wish = wishOf(project.settings, job);
  const token = await exchangeToken(
    { url, organization, idToken, expiration: TOKEN_SECONDS[job], ...wish },
    http,
  );
  onSecret(token);
  return token;
}

function wishOf(settings: Settings, job: ProgramJob): TokenWish {
  return job === "up" ? { admin: true } : { team: programTeam(settings, job) };
}
