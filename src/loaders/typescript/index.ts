// What the package and the generated files offer. Names, not `*`: this is the public API.
export { UnavailableError } from "../../clients/pulumi-call";
export { RemedyError } from "../../errors";
export { Secret } from "../../secret";
export type { LoaderEntry, LoaderPlace, LoaderSpec } from "../generator/loader-spec";
export { MissingSecretsError } from "./collect-secrets";
export { createLoader, type Loader, withFake } from "./create-loader";
export type { LastKnownGood } from "./last-known-good";
export type { LoaderOptions } from "./loader-options";
export { githubActions, kubernetes, type TokenContext, type TokenSource } from "./token-sources";
