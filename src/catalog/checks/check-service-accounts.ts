import { unfitAddress } from "../../addresses";
import type { Problem } from "../../errors";
import { type Application, environmentsOfApplication, isScoped, type ServiceAccount } from "../applications";
import type { ResolvedCatalog } from "../entry";

/** A namespace (RFC 1123 label, Kubernetes documentation, "Object Names and IDs"). */
const NAMESPACE = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** A service account's name, without the dots it may have: a `.` in a rule of trust matches any character. */
const ACCOUNT = /^[a-z0-9]([a-z0-9-]{0,251}[a-z0-9])?$/;
/** Hosts inside a cluster. Many clusters call their issuer like this, and Pulumi Cloud can read the keys of none. */
const INSIDE = /(^|\.)kubernetes\.default$|\.svc$|\.cluster\.local$|\.local$|\.internal$/;

/** Service accounts that applications name: each stands for one team, and for nobody else. */
export function checkServiceAccounts(
  applications: readonly Application[],
  { environments, groups }: Pick<ResolvedCatalog, "environments" | "groups">,
): Problem[] {
  return [
    ...applications.flatMap((application) => {
      const own = environmentsOfApplication(application, environments);
      return (application.kubernetes ?? []).flatMap((account) => checkAccount(application, account, own));
    }),
    ...checkTeams(applications, Object.keys(groups)),
  ];
}

function checkAccount({ name }: Application, account: ServiceAccount, own: readonly string[]): Problem[] {
  const { environment, issuer, namespace, serviceAccount } = account;
  const wrong = (cause: string, remedy: string): Problem => ({
    code: "application-service-account",
    subject: `application ${name}`,
    cause,
    remedy,
  });
  const problems: Problem[] = [];
  if (!own.includes(environment))
    problems.push(
      wrong(
        `has a service account in ${environment}, where it does not run`,
        `use ${own.join(" or ")}, or add ${environment} to its environments`,
      ),
    );
  const unfit = unfitAddress(issuer, { mayHavePath: true });
  const look = "take what the cluster says: kubectl get --raw /.well-known/openid-configuration";
  if (unfit !== undefined) problems.push(wrong(`an issuer in kubernetes ${unfit}`, look));
  else if (INSIDE.test(new URL(issuer).hostname))
    problems.push(
      wrong(
        `the issuer ${issuer} is an address inside a cluster, which Pulumi Cloud cannot reach and other clusters use too`,
        "give the cluster an issuer of its own that is public (kube-apiserver --service-account-issuer)",
      ),
    );
  if (!NAMESPACE.test(namespace))
    problems.push(wrong(`${namespace} is not a name of a namespace`, "kubectl get namespaces lists them"));
  if (serviceAccount === "default")
    problems.push(
      wrong(
        `trusts the service account default, which every pod in ${namespace} has`,
        `kubectl create serviceaccount ${name} -n ${namespace}, and use that`,
      ),
    );
  else if (!ACCOUNT.test(serviceAccount))
    problems.push(
      wrong(
        `${serviceAccount} is not a name of a service account in lower case, digits and hyphens`,
        "use one without a '.', which rules of trust take for any character",
      ),
    );
  return problems;
}

/**
 * A pod chooses the team that it asks for. One service account with two teams would let a pod of staging open production,
 * or one application what another loads.
 */
function checkTeams(applications: readonly Application[], groups: readonly string[]): Problem[] {
  const first = new Map<string, { team: string; environment: string; name: string }>();
  return applications.flatMap((application) =>
    (application.kubernetes ?? []).flatMap(({ environment, issuer, namespace, serviceAccount }) => {
      const key = JSON.stringify([issuer.replace(/\/+$/, ""), namespace, serviceAccount]);
      const team = `${environment} ${isScoped(application, groups) ? application.name : ""}`;
      const before = first.get(key);
      if (before === undefined) first.set(key, { team, environment, name: application.name });
      if (before === undefined || before.team === team) return [];
      return [
        {
          code: "service-account-shared",
          subject: `application ${application.name}`,
          cause: `the service account ${serviceAccount} in namespace ${namespace} would get what ${before.name} opens in ${before.environment} and what ${application.name} opens in ${environment}`,
          remedy: `give each its own: kubectl create serviceaccount ${application.name}-${environment} -n ${namespace}`,
        },
      ];
    }),
  );
}
