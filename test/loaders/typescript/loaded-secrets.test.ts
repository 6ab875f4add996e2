import { equal, throws } from "node:assert/strict";
import type { catalog } from "../../../secrets/catalog";
import type { LoadedSecrets } from "../../../src/loaders/typescript/loaded-secrets";
import type { Secret } from "../../../src/secret";
import { escDocument } from "./esc-document";
import { loadedWith } from "./loaded-with";
import { small, VALUES } from "./small-catalog";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Compiles only for `true`: these tests are run by the type checker (make check), and count as passed when it is. */
const holds = <Claim extends true>(claim: Claim): void => equal(claim, true);

type Production = LoadedSecrets<typeof small, "production">;
type Staging = LoadedSecrets<typeof small, "staging">;
type Either = LoadedSecrets<typeof small, "staging" | "production">;
type Sophia = LoadedSecrets<typeof catalog, "development" | "staging" | "production">;

describe("the loaded secrets' types", () => {
  const document = escDocument({ app: VALUES });
  const secrets = loadedWith(small, "production", document);

  it("have a property per app key and alias, and none for the pipeline's own credentials", () => {
    type Keys = Exclude<keyof Production, "get">;
    type Expected =
      | "plain_key"
      | "own_name"
      | "old_name"
      | "older_name"
      | "nested_key"
      | "optional_key"
      | "default_key"
      | "production_key";
    holds<Same<Keys, Expected>>(true);
  });

  it("are certain for what is required or has a default, and for nothing else", () => {
    holds<Same<Production["plain_key"], Secret>>(true);
    holds<Same<Production["old_name"], Secret>>(true);
    holds<Same<Production["default_key"], Secret>>(true);
    holds<Same<Production["optional_key"], Secret | undefined>>(true);
  });

  it("are certain only in the environments that have the secret", () => {
    holds<Same<Production["production_key"], Secret>>(true);
    holds<Same<Staging["production_key"], Secret | undefined>>(true);
    holds<Same<Either["production_key"], Secret | undefined>>(true);
  });

  it("know the app keys of Sophia's documents", () => {
    holds<Same<Sophia["openai_api_key"], Secret>>(true);
    holds<Same<Sophia["docker_hub_access_token"], Secret>>(true);
    holds<Same<Sophia["docker_hub_username"], Secret>>(true);
    holds<Same<Sophia["hubspot_access_token"], Secret>>(true);
    holds<Same<Sophia["vercel_api_token"], Secret>>(true);
    holds<Same<Sophia["github_token"], Secret>>(true);
    holds<Same<Sophia["pinecone_environment"], Secret | undefined>>(true);
    holds<Same<"pulumi_access_token" extends keyof Sophia ? true : false, false>>(true);
  });

  it("do not compile for a wrong key, a use without a check, or a value taken for text", () => {
    // @ts-expect-error no such key
    throws(() => secrets.plian_key, /the catalog has no such key/);
    // @ts-expect-error the pipeline's own
    throws(() => secrets.pipeline_key, /the catalog has no such key/);
    // @ts-expect-error may be undefined
    equal(secrets.optional_key?.unwrap() satisfies string, undefined);
    // @ts-expect-error a Secret is not text
    const text: string = secrets.plain_key;
    equal(String(text), "[secret]");
    // @ts-expect-error no such key
    const lookUp = () => secrets.get("plian_key");
    equal(typeof lookUp, "function");
    const assign = () => {
      // @ts-expect-error read-only
      secrets.plain_key = secrets.old_name;
    };
    equal(typeof assign, "function");
  });
});
