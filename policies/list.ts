import type { ResourceValidationPolicy } from "@pulumi/policy";
import type { ResourceRule, StackRule } from "./rule";
import { addressesAreHttps } from "./rules/addresses-are-https";
import { carriersWithinTheCeiling } from "./rules/carriers-within-the-ceiling";
import { deploymentVariablesAreSecret } from "./rules/deployment-variables-are-secret";
import { dockerCredentialsAreSecret } from "./rules/docker-credentials-are-secret";
import { dueTombstonesAreRemoved } from "./rules/due-tombstones-are-removed";
import { environmentsAreTagged } from "./rules/environments-are-tagged";
import { escEnvironmentNames } from "./rules/esc-environment-names";
import { escTextsWithoutPlaintext } from "./rules/esc-texts-without-plaintext";
import { githubSecretNames } from "./rules/github-secret-names";
import { noAdminPermission } from "./rules/no-admin-permission";
import { noPlaintextSecrets } from "./rules/no-plaintext-secrets";
import { noStandingTokens } from "./rules/no-standing-tokens";
import { oidcRulesAreExact } from "./rules/oidc-rules-are-exact";
import { organizationSecretsNotForAll } from "./rules/organization-secrets-not-for-all";
import { ownRunnersNotForPublic } from "./rules/own-runners-not-for-public";
import { permissionsHaveAReason } from "./rules/permissions-have-a-reason";
import { productionEnvironmentsProtected } from "./rules/production-environments-protected";
import { publicTextsHoldNoSecrets } from "./rules/public-texts-hold-no-secrets";
import { repositoryFilesHoldNoSecrets } from "./rules/repository-files-hold-no-secrets";
import { rolesAreDeclaredHere } from "./rules/roles-are-declared-here";
import { secretMarks } from "./rules/secret-marks";
import { secretsHaveOwnerAndRotation } from "./rules/secrets-have-owner-and-rotation";
import { sharedValuesAreAcknowledged } from "./rules/shared-values-are-acknowledged";
import { slotGuards } from "./rules/slot-guards";
import { slotsOutliveTheirTombstone } from "./rules/slots-outlive-their-tombstone";
import { teamNamesFit } from "./rules/team-names-fit";
import { trustOfOthersIsNarrow } from "./rules/trust-of-others-is-narrow";
import { workflowActionsArePinned } from "./rules/workflow-actions-are-pinned";
import { workflowCheckoutsKeepNoToken } from "./rules/workflow-checkouts-keep-no-token";
import { workflowExpressionsAreTrusted } from "./rules/workflow-expressions-are-trusted";
import { workflowPermissionsAreLeast } from "./rules/workflow-permissions-are-least";
import { workflowSecretsAreNamed } from "./rules/workflow-secrets-are-named";
import { workflowTriggersAreSafe } from "./rules/workflow-triggers-are-safe";

/** Every rule, in the order people read them. To add one: a file in rules/, a line here, a row in README.md. */
export const RULES: readonly (ResourceRule | StackRule)[] = [
  // Values
  noPlaintextSecrets,
  escTextsWithoutPlaintext,
  repositoryFilesHoldNoSecrets,
  publicTextsHoldNoSecrets,
  deploymentVariablesAreSecret,
  dockerCredentialsAreSecret,
  addressesAreHttps,
  // Secrets in GitHub
  organizationSecretsNotForAll,
  slotGuards,
  slotsOutliveTheirTombstone,
  dueTombstonesAreRemoved,
  secretsHaveOwnerAndRotation,
  carriersWithinTheCeiling,
  // Who may do what
  noAdminPermission,
  rolesAreDeclaredHere,
  noStandingTokens,
  permissionsHaveAReason,
  sharedValuesAreAcknowledged,
  oidcRulesAreExact,
  trustOfOthersIsNarrow,
  productionEnvironmentsProtected,
  // Workflows
  workflowActionsArePinned,
  workflowPermissionsAreLeast,
  workflowSecretsAreNamed,
  workflowTriggersAreSafe,
  workflowExpressionsAreTrusted,
  workflowCheckoutsKeepNoToken,
  ownRunnersNotForPublic,
  // Names and tags
  githubSecretNames,
  escEnvironmentNames,
  teamNamesFit,
  environmentsAreTagged,
];

/** What the engine is given: the rules, and what they learn secrecy from. */
export const POLICIES: readonly (ResourceValidationPolicy | ResourceRule | StackRule)[] = [
  secretMarks,
  ...RULES,
];
