import { Hono } from "hono";
import { isAdmin, organizationFor } from "./access";
import { type Cloud, type CloudContext, type CloudEnv, own } from "./cloud";

/** Routes below `/api/user`: who the token is. `pulumi login` and every `pulumi env` command ask. */
export function userRoutes(cloud: Cloud): Hono<CloudEnv> {
  const app = new Hono<CloudEnv>();

  app.get("/", (c) => {
    const { principal } = c.var;
    const organizations = cloud.security.organizationsOf(principal).flatMap((name) => summary(c, name));
    const login = principal.kind === "personal" ? principal.login : (principal.organization ?? "");
    const tokenInfo = {
      name: principal.login,
      organization: principal.organization,
      team: principal.team ?? "",
    };
    return c.json({
      id: `user-${login}`,
      githubLogin: login,
      name: login,
      email: "",
      avatarUrl: "",
      hasMFA: false,
      identities: [],
      isManagedByMultiOrg: false,
      isOrgManaged: false,
      organizations,
      ...(principal.kind === "personal" ? {} : { tokenInfo }),
    });
  });

  app.get("/organizations/default", (c) =>
    c.json({ GitHubLogin: cloud.security.organizationsOf(c.var.principal)[0] ?? "", Messages: [] }),
  );

  function summary(c: CloudContext, name: string) {
    if (own(cloud.state.organizations, name) === undefined) return [];
    const organization = organizationFor(cloud, c.var.principal, name);
    const role = isAdmin(organization, c.var.principal) ? "admin" : "member";
    return [{ githubLogin: name, name, avatarUrl: "", role }];
  }

  return app;
}
