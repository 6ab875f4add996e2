import { clusterIssuers } from "../../src/access/issuers";
import { resolveCatalog } from "../../src/catalog/entry";
import { type CloudFixture, ORG, startCloud, team } from "../pulumi-cloud/cloud-fixture";
import { type LocalIssuer, startIssuer } from "../pulumi-cloud/local-issuer";

/** The sandbox's Pulumi Cloud as the contract's cases need it, and a cluster whose service accounts it trusts. */
export interface ContractCloud {
  cloud: CloudFixture;
  issuer: LocalIssuer;
  close(): Promise<void>;
}

/** Service accounts of the cases, by deployment environment: `shop:backend-production` and so on. */
const ENVIRONMENTS = ["staging", "production"] as const;

/** Starts it with the teams and the trust that a stack declares for such an application. */
export async function startContractCloud(): Promise<ContractCloud> {
  const issuer = await startIssuer();
  const cloud = await startCloud();
  for (const each of ENVIRONMENTS) {
    for (const name of [`app-${each}`, `app-${each}-keys`])
      await cloud.environment(`contract/${name}`, "values: {}\n");
    await team(cloud, `app-${each}-application`, [], {
      [`contract/app-${each}`]: "open",
      [`contract/app-${each}-keys`]: "open",
    });
  }
  for (const { name, url, rules, seconds } of clusterIssuers(catalogOf(issuer), NAMING)) {
    const body = { name, url, maxExpiration: seconds };
    const { json } = await cloud.call("POST", `/api/orgs/${ORG}/oidc/issuers`, { body });
    const root = `/api/orgs/${ORG}/auth/policies`;
    const { id } = (await cloud.call("GET", `${root}/oidcissuers/${json.id}`)).json;
    const written = await cloud.call("PATCH", `${root}/${id}`, { body: { policies: rules } });
    if (written.status !== 200) throw new Error(written.text);
  }
  const close = async () => {
    issuer.close();
    await cloud.close();
  };
  return { cloud, issuer, close };
}

const NAMING = {
  edition: "enterprise",
  pulumiOrganization: ORG,
  escProject: "contract",
  application: "app",
} as const;

const catalogOf = ({ url }: LocalIssuer) =>
  resolveCatalog({
    environments: [...ENVIRONMENTS],
    groups: { keys: { description: "Keys", rotationDays: 90, owner: "Ops" } },
    secrets: [],
    applications: [
      {
        name: "backend",
        repository: "shop",
        language: "python",
        path: "secrets.py",
        kubernetes: ENVIRONMENTS.map((environment) => ({
          environment,
          issuer: url,
          namespace: "shop",
          serviceAccount: `backend-${environment}`,
        })),
      },
    ],
  });
