// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of shells look like templates
import { secret, type Told } from "./run-pack";
import { allow, deployment, role, roleOfTeam, variable, webhook } from "./told-settings";
import {
  catalog,
  docker,
  environment,
  file,
  issuer,
  organizationSecret,
  permission,
  secretRepositories,
  settings,
  slotComponent,
  stack,
  stage,
  tag,
  team,
} from "./told-stack";

/** All of it together: a stack that no rule refuses. */
export const wholeStack = (): Told[] => [
  stack(),
  catalog(),
  slotComponent(),
  organizationSecret(),
  secretRepositories(),
  stage(),
  environment(),
  settings(),
  tag(),
  team(),
  permission(),
  issuer(),
  file(),
  file({ name: "infrastructure/.env", inputs: { file: ".env", content: "DB_PASSWORD=${DB_PASSWORD}\n" } }),
  variable("AWS_REGION", "eu-central-1"),
  webhook("https://hooks.example.org/shop"),
  deployment({ AWS_REGION: "eu-central-1", DB_PASSWORD: secret("not in plain text") }),
  role(allow("team:read")),
  roleOfTeam(),
  docker(secret(JSON.stringify([{ address: "docker.io", username: "shop", password: "not in plain text" }]))),
];
