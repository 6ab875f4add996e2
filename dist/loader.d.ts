import { IncomingHttpHeaders } from 'node:http';
import { inspect } from 'node:util';

/** Something wrong that a person can act on: an error, a fault of the catalog or a config. Never a value. */
export interface Problem {
	/** Names the kind of problem, for programs: kebab-case, and the same whatever the wording. */
	code: string;
	/** What is wrong, by the name people gave it: an entry, a config key, a file. */
	subject: string;
	cause: string;
	remedy: string;
}
/**
 * An error that carries its problem as data, and where one thing has several faults all of them, so that a person can fix
 * them at once. The message is the problem in one line, and a line for each of those.
 */
export declare class RemedyError extends Error {
	readonly problem: Problem;
	readonly problems: readonly Problem[];
	constructor(problem: Problem, { problems, ...options }?: ErrorOptions & {
		problems?: readonly Problem[];
	});
}
/**
 * A secret value that cannot be printed by accident: text, JSON, templates, `console.log` and error dumps show
 * `[secret]`. The value lies in a private field, so enumerating or spreading an object does not carry it along.
 */
export declare class Secret {
	#private;
	constructor(value: string);
	/** The value itself. Call it where the value is used, not where it is passed on. */
	unwrap(): string;
	/** UTF-8 bytes, for limits that are in bytes. */
	get bytes(): number;
	toString(): string;
	toJSON(): string;
	[Symbol.toPrimitive](): string;
	[inspect.custom](): string;
}
export interface HttpRequest {
	method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
	url: string;
	headers?: Readonly<Record<string, string>>;
	body?: string;
	/** A write that does no harm when it is carried out twice: it is repeated as a GET is. Default: false. */
	repeatable?: boolean;
}
export interface HttpAnswer {
	status: number;
	headers: IncomingHttpHeaders;
	text: string;
}
/** Sends one request. Answers of any status are returned; only a request without an answer throws. */
export type Http = (request: HttpRequest) => Promise<HttpAnswer>;
/** The service is down or overloaded: nothing is wrong with what was asked. */
export declare class UnavailableError extends RemedyError {
}
/**
 * What a loader is generated for: names of one organization's environments and secrets, no value. The contract's cases
 * (src/loaders/contract/cases.yaml) write one down; the Python package has it as `Spec`.
 */
export interface LoaderSpec {
	/** Pulumi Cloud organization. */
	organization: string;
	/** Environment variable that names the deployment environment. */
	variable: string;
	/** Key below which the values stand. */
	root: string;
	/** What a new organization secret holds until someone sets it. */
	placeholder: string;
	/** What stands for a credential that ESC rotates until its first rotation. */
	unrotated: string;
	/** Path of the sync workflow, for remedies. */
	workflow: string;
	environments: Readonly<Record<string, LoaderPlace>>;
	/** In the order of the GitHub names. */
	entries: readonly LoaderEntry[];
}
/** Where one deployment environment's secrets are. */
export interface LoaderPlace {
	/** The ESC environment to open, `project/name`. */
	opens: string;
	/** ESC environments that it imports: a change of one of them is a change of the secrets. */
	watches: readonly string[];
	/** The team for which an identity is traded for a token. */
	team: string;
}
/** One secret. */
export interface LoaderEntry {
	/** Name of the GitHub secret, which errors tell people. */
	name: string;
	/** The app key, then its aliases. */
	keys: readonly string[];
	/** Path below the root key. */
	path: string;
	/** Deployment environments in which the loader refuses to go on without a value. */
	requiredIn: readonly string[];
}
export interface Missing {
	entry: LoaderEntry;
	reason: string;
	/** ESC makes it, and has not yet. */
	isUnrotated?: true;
}
/** Secrets the application cannot start without have no value. One error for all of them. */
export declare class MissingSecretsError extends RemedyError {
	/** App keys, in the order of the GitHub names. */
	readonly keys: readonly string[];
	constructor(spec: LoaderSpec, place: string, missing: readonly Missing[]);
}
/** An encrypted copy of the last secrets that were loaded, for a start during an outage. Off unless it is asked for. */
export interface LastKnownGood {
	path: string;
	/** 32 random bytes in base64, from anywhere but Pulumi Cloud: openssl rand -base64 32. */
	key: Secret;
	/** Seconds after which the copy is of no use. */
	maxAge: number;
}
/** For whom a token is wanted. */
export interface TokenContext {
	url: string;
	organization: string;
	/** The application's team in this deployment environment. */
	team: string;
	variables: Readonly<Record<string, string | undefined>>;
	http: Http;
}
/** Where a token comes from. */
export interface TokenSource {
	/** A token that is good for at least a minute. */
	token(context: TokenContext): Promise<Secret>;
	/** Drops a token that the service has refused. */
	forget(): void;
}
/** The identity of a GitHub Actions job with `permissions: id-token: write`, traded for a token of a team. */
export declare function githubActions(options?: {
	team?: string;
}): TokenSource;
/** The identity of a Kubernetes service account, from a token that is projected into a file for Pulumi Cloud. */
export declare function kubernetes(options?: {
	path?: string;
	team?: string;
}): TokenSource;
/** What an application may say about loading; everything has a default but the deployment environment. */
export interface LoaderOptions<Environment extends string = string> {
	/** The deployment environment. Default: the environment variable that the stacks' config names. None is guessed. */
	environment?: Environment;
	/** Pulumi Cloud organization. Default: PULUMI_ORG, then the one in the stacks' config. */
	organization?: string;
	/** Pulumi Cloud's address, https and without a path. Default: PULUMI_BACKEND_URL, then https://api.pulumi.com. */
	url?: string;
	/** Who asks. Default: PULUMI_ACCESS_TOKEN, then what `pulumi login` keeps. Also githubActions(), kubernetes(). */
	token?: Secret | string | TokenSource;
	/** Seconds for a whole load, every retry and wait included. Default: 30. */
	timeout?: number;
	/** Seconds after which a snapshot is asked for again at its next use. Default: never. */
	maxAge?: number;
	/** Whether a timer refreshes before `maxAge` is over, so that no use waits. It keeps no process alive. */
	background?: boolean;
	/** Seconds beyond `maxAge` for which an outage leaves the old snapshot in use. Default: 0. */
	staleIfError?: number;
	/** An encrypted copy for a start during an outage. Default: none. */
	lastKnownGood?: LastKnownGood;
	/** Environment variables. Default: the process's own. */
	variables?: Readonly<Record<string, string | undefined>>;
	/** A client to ask with, for tests. Default: node:https with retries. */
	http?: Http;
}
/** One organization's secrets for one process. Nothing happens before the first `load`. */
export interface Loader<Loaded> {
	/**
	 * The current snapshot: loaded at the first use, and again when it is older than `maxAge`. Calls at the same time share
	 * one load. Never returns less than the catalog asks for, and asks no other source.
	 *
	 * @throws MissingSecretsError when required secrets have no value, UnavailableError in an outage, RemedyError when an
	 *   option, the token or the environment is wrong.
	 */
	load(): Promise<Loaded>;
	/** Asks now whether anything changed, and loads it if so. A failure leaves the old snapshot. */
	refresh(): Promise<Loaded>;
	/** Calls a function with the new snapshot and the changed keys after each change. @returns how to end that. */
	onChange(listener: (secrets: Loaded, changed: readonly string[]) => void): () => void;
	/** Ends the background refresh and forgets what was loaded. */
	close(): void;
}
/**
 * A loader for a spec.
 *
 * @typeParam Loaded the shape of its snapshots: generated with the spec.
 * @throws RemedyError for options that mean nothing.
 */
export declare function createLoader<Loaded extends object>(spec: LoaderSpec, options?: LoaderOptions): Loader<Loaded>;
/**
 * Runs a function for which loaders of a spec have these values and no others, without a network. What is not given is
 * absent: reading a required one throws MissingSecretsError.
 *
 * @throws RemedyError at once for a key that the catalog does not have.
 */
export declare function withFake<Result>(spec: LoaderSpec, environment: string | undefined, values: Readonly<Record<string, string | undefined>>, run: () => Result): Result;

export {};
