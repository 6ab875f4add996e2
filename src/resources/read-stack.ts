import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { isThisMachine } from "../addresses";
import { isScoped } from "../catalog/applications";
import { spreadSecrets } from "../catalog/carriers";
import { checkAccessHere, ownTeams } from "../catalog/checks/check-access";
import { wholeApplications } from "../catalog/checks/check-applications";
import { parseCatalog } from "../catalog/checks/check-catalog";
import { checkConfigValues, checkEncrypted, checkSecrecy } from "../catalog/checks/check-config-values";
import { checkSharing } from "../catalog/checks/check-sharing";
import { checkOversight, checkPins, checkStacks } from "../catalog/checks/check-stacks";
import { checkTrust } from "../catalog/checks/check-trust";
import type { Catalog, ResolvedCatalog, ResolvedEntry } from "../catalog/entry";
import { checkEnvironmentTargets } from "../catalog/environment-slots";
import { ADOPTED_PLACES, ALLOW_EXISTING } from "../catalog/layout";
import { type RunnerOf, runnersOf } from "../catalog/runners";
import { EDITIONS_WITH_TEAMS, parseSettings, type Settings } from "../catalog/settings";
import type { Problem } from "../errors";
import { tellOfConfig } from "./config-notices";
import { programErrors } from "./diagnostics";
import { checkCarrierRunners, configInFile, otherStacks, runnersOfOthers } from "./other-stacks";

/** One stack's config and the catalog, checked against each other and the project's other stacks. */
export interface Stack {
  settings: Settings;
  /** With every default filled in. */
  catalog: ResolvedCatalog;
  /** Names of all stacks of the project. */
  stacks: readonly string[];
  /** Whether this stack owns the organization-wide objects. */
  ownsOrganization: boolean;
  /** Values that entries take from config, by name: secret. */
  values: pulumi.Output<Record<string, string>>;
  /** Where each job of the sync runs, by the config of every stack. */
  runnerOf: RunnerOf;
  /** Whether the command that runs this takes care of secrets that exist in GitHub alone. */
  allowsExisting: boolean;
  /** Names of the resources that such a command imports. */
  adoptedPlaces: readonly string[];
}

/**
 * Reads and checks everything that people wrote, before anything is declared.
 *
 * @param written the catalog as people write it.
 * @param today UTC: YYYY-MM-DD.
 * @throws pulumi.RunError with every problem at once; none quotes a value.
 */
export function readStack(written: Catalog, today: string): Stack {
  const config = ownConfig();
  const { settings, problems } = parseSettings(config);
  if (settings === undefined) throw refused(problems);
  const ownsOrganization = settings.organizationStack === pulumi.getStack();
  const { catalog, problems: ofCatalog } = parseCatalog(written, settings.appRoot);
  const secrets = catalog.entries;
  const owned = ({ perEnvironment, environments }: ResolvedEntry) =>
    perEnvironment ? environments.some((each) => settings.environments.includes(each)) : ownsOrganization;
  const claims = [
    {
      stack: pulumi.getStack(),
      environments: settings.environments,
      organizationStack: settings.organizationStack,
    },
    ...otherStacks(),
  ];
  const otherRunners = ownsOrganization ? runnersOfOthers() : [];
  const stacks = claims.map(({ stack }) => stack).sort();
  const place = {
    environments: catalog.environments,
    applications: wholeApplications(catalog.applications).whole,
    stacks,
    stateIn: pulumi.getOrganization(),
  };
  const found = [
    ...ofCatalog,
    ...checkStacks(claims, catalog.environments),
    ...checkAccessHere(catalog, settings),
    ...checkSharing(catalog, today),
    ...checkTogether(settings),
    ...checkCarrierRunners(settings),
    ...otherRunners.flatMap(({ problems: wrong = [] }) => wrong),
    ...checkPins(settings),
    ...checkOversight(settings, { ownsOrganization, ownTeams: ownTeams(catalog, settings) }),
    ...checkTrust(settings, place),
    ...spreadSecrets(secrets, settings.carriers, today).problems,
    ...checkEnvironmentTargets(secrets, settings.carriers, catalog.environments, today),
    ...wishesForTeams(catalog, settings),
    ...checkWebhook(config),
    ...checkClear(config),
    ...checkConfigValues(secrets, parse(config.values || "{}"), owned),
  ];
  if (found.length > 0) throw refused(found);
  const hasProxy = [process.env.HTTPS_PROXY, process.env.https_proxy].some(Boolean);
  tellOfConfig({ settings, catalog, webhookUrl: config.webhookUrl ?? "", hasProxy, today });
  const values = new pulumi.Config().getSecretObject<Record<string, string>>("values");
  return {
    settings,
    catalog,
    stacks,
    ownsOrganization,
    runnerOf: runnersOf([settings, ...otherRunners.flatMap(({ config: known }) => known ?? [])]),
    allowsExisting: process.env[ALLOW_EXISTING] === "true",
    adoptedPlaces: (process.env[ADOPTED_PLACES] ?? "").split(","),
    values: values ?? pulumi.secret<Record<string, string>>({}),
  };
}

/** What an application asks for that takes a team of its own, or a team's token, in an edition without teams. */
function wishesForTeams({ applications, groups }: ResolvedCatalog, { edition }: Settings): Problem[] {
  if (EDITIONS_WITH_TEAMS.includes(edition)) return [];
  const all = Object.keys(groups);
  const orSet = `or, if the organization has it: pulumi config set edition ${EDITIONS_WITH_TEAMS[0]}`;
  return applications.flatMap((application) => {
    const subject = `application ${application.name}`;
    const wish = (code: string, what: string, key: string): Problem => ({
      code,
      subject,
      cause: `${what}, and edition ${edition} has no teams`,
      remedy: `leave ${key} out in secrets/applications.ts; ${orSet}`,
    });
    return [
      ...(isScoped(application, all)
        ? [wish("application-groups", "names groups, which takes a team of its own", "groups")]
        : []),
      ...(["githubActions", "kubernetes"] as const)
        .filter((key) => application[key] !== undefined)
        .map((key) => wish("application-trust", "an identity of its own gets a team's token", key)),
    ];
  });
}

function refused(problems: readonly Problem[]): pulumi.RunError {
  return programErrors("Nothing was declared", problems);
}

/** This project's config keys, without its name before them. */
function ownConfig(): Record<string, string> {
  const prefix = `${pulumi.getProject()}:`;
  const own = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value]));
}

/** The receiver of every change in ESC, told by an address that anybody could post to: never by http, and never quoted. */
function checkWebhook({ webhookUrl = "" }: Readonly<Record<string, string>>): Problem[] {
  const url = URL.canParse(webhookUrl) ? new URL(webhookUrl) : undefined;
  if (url?.protocol !== "http:" || isThisMachine(url.hostname)) return [];
  return [
    {
      code: "config-invalid",
      subject: "config webhookUrl",
      cause: "is an address by http, where everybody on the way can read it and what is sent there",
      remedy: "give it an https address, by standard input: pulumi config set --secret webhookUrl",
    },
  ];
}

/** The SDK has it and leaves it out of its types; its public function only warns in the log. */
const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };

/** Secret config in plain text: in the stack's file, which names the line, or from anywhere else. */
function checkClear(config: Readonly<Record<string, string>>): Problem[] {
  const inFile = checkEncrypted(configInFile(pulumi.getStack()));
  const prefix = `${pulumi.getProject()}:`;
  const elsewhere = checkSecrecy(config, (key) => isConfigSecret(`${prefix}${key}`));
  const known = ({ subject }: Problem) => inFile.some((each) => each.subject.startsWith(subject));
  return [...inFile, ...elsewhere.filter((problem) => !known(problem))];
}

/** Rules about two keys together. */
function checkTogether(settings: Settings): Problem[] {
  const problems: Problem[] = [];
  // Pulumi names every organization of a file or bucket backend "organization".
  if (settings.pulumiApiUrl === undefined && pulumi.getOrganization() === "organization") {
    problems.push({
      code: "config-missing",
      subject: "config pulumiApiUrl",
      cause:
        "is missing, and this stack's state is not in Pulumi Cloud, so the provider would look for ESC there",
      remedy: "set it to the address of Pulumi Cloud: pulumi config set pulumiApiUrl https://api.pulumi.com",
    });
  }
  const elsewhere = settings.pullRequestCarriers.filter((name) => !settings.carriers.includes(name));
  for (const name of elsewhere)
    problems.push({
      code: "config-invalid",
      subject: "config pullRequestCarriers",
      cause: `names ${name}, which is not in carriers`,
      remedy: `use names of carriers: ${settings.carriers.join(", ")}`,
    });
  const { protectCarriers, programRepository, deployAppId } = settings;
  if (protectCarriers !== undefined && programRepository !== undefined && deployAppId === undefined) {
    problems.push({
      code: "config-incomplete",
      subject: "config protectCarriers",
      cause:
        "is set and deployAppId is not, so the rulesets would refuse what CI's up commits to the carriers",
      remedy:
        "pulumi config set deployAppId NUMBER: the App ID on the settings page of the deploying GitHub App",
    });
  }
  if ((settings.dockerUsername === undefined) !== (settings.dockerPassword !== true)) {
    problems.push({
      code: "config-incomplete",
      subject: "config dockerUsername and dockerPassword",
      cause: "only one of them is set",
      remedy:
        settings.dockerUsername === undefined
          ? "pulumi config set dockerUsername NAME, or, for public images, pulumi config rm dockerPassword"
          : "pulumi config set --secret dockerPassword, or, for public images, pulumi config rm dockerUsername",
    });
  }
  return problems;
}
