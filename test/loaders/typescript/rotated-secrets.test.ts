import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { defineCatalog } from "../../../src/catalog/entry";
import { UNROTATED } from "../../../src/catalog/rotators";
import type { RemedyError } from "../../../src/errors";
import { MissingSecretsError } from "../../../src/loaders/typescript/collect-secrets";
import type { LoadedSecrets } from "../../../src/loaders/typescript/loaded-secrets";
import { Secret } from "../../../src/secret";
import { loadedWith } from "./loaded-with";

const catalog = defineCatalog({
  environments: ["staging", "production"],
  groups: { keys: { description: "Keys", rotationDays: 90, owner: "Ops" } },
  secrets: [{ name: "OPENAI_API_KEY", group: "keys" }],
  rotators: [
    {
      name: "orders",
      group: "keys",
      kind: "postgres",
      schedule: "0 3 1 * *",
      users: ["a", "b"],
      databases: { production: { host: "h", port: 5432, database: "d" } },
      username: "ORDERS_USER",
      password: "ORDERS_PASSWORD",
    },
    {
      name: "sessions",
      group: "keys",
      kind: "password",
      schedule: "0 4 * * 0",
      value: "SESSION_KEY",
      previous: "SESSION_KEY_BEFORE",
    },
  ],
});

/** As ESC answers it. */
const documentOf = (values: Record<string, string>) => ({
  properties: {
    app: { value: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value }])) },
  },
});
const COMPLETE = {
  openai_api_key: "sk-1",
  orders_user: "a",
  orders_password: "p",
  session_key: "s",
  session_key_before: UNROTATED,
};
const collect = <Environment extends "staging" | "production">(
  environment: Environment,
  values: Record<string, string>,
) => loadedWith(catalog, environment, documentOf(values));
const errorOf = (environment: "staging" | "production", values: Record<string, string>): RemedyError => {
  try {
    collect(environment, values);
  } catch (error) {
    if (error instanceof MissingSecretsError) return error;
  }
  throw new Error("nothing was missing");
};

describe("credentials that ESC rotates, in the loader", () => {
  it("are properties like all others", () => {
    const secrets = collect("production", COMPLETE);
    equal(secrets.orders_user.unwrap(), "a");
    equal(secrets.get("orders_password").unwrap(), "p");
    equal(String(secrets.session_key), "[secret]");
    equal(secrets.session_key_before, undefined);
    throws(() => secrets.get("orders_token" as "orders_user"), /orders_/);
  });

  it("are missing before their first rotation, with the way to it; nobody is sent to GitHub for them", () => {
    const { message } = errorOf("production", { ...COMPLETE, orders_password: UNROTATED });
    match(message, /orders_password \(ORDERS_PASSWORD\) has never been rotated.*rotate each once/);
    ok(!message.includes("GitHub") && !message.includes(UNROTATED));
    const { message: both } = errorOf("production", { orders_user: "a", session_key: "s" });
    match(both, /openai_api_key.*orders_password.*GitHub/);
  });

  it("are expected only where their environment has them", () => {
    const { orders_user: _user, orders_password: _password, ...values } = COMPLETE;
    equal(collect("staging", values).orders_password, undefined);
    errorOf("production", values);
  });

  it("are typed: certain where the environment has them", () => {
    const production: LoadedSecrets<typeof catalog, "production"> = collect("production", COMPLETE);
    const certain: Secret[] = [production.orders_user, production.orders_password, production.session_key];
    ok(certain.every((each) => each instanceof Secret));
    const staging = collect("staging", COMPLETE);
    // @ts-expect-error the rotator is in production alone
    const uncertain: Secret = staging.orders_password;
    // @ts-expect-error there is none before the second rotation
    const before: Secret = production.session_key_before;
    // @ts-expect-error no such key
    throws(() => production.orders_key, /the catalog has no such key/);
    deepEqual([uncertain instanceof Secret, before], [true, undefined]);
  });
});
