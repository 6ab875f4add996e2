import type { Properties } from "./wire";

/** Why an input is refused; `property` may be a path. */
export interface CheckFailure {
  property: string;
  reason: string;
}

/** What a resource looks like after the vendor answered. */
export interface Live {
  id: string;
  outputs: Properties;
}

/** What reading finds: the inputs are those that would lead to this state. */
export interface Found extends Live {
  inputs: Properties;
}

/** What `read` is given: a refresh has state and inputs, an import only an id. */
export interface Known {
  state: Properties;
  inputs: Properties;
}

/** One resource type. All properties arrive without secret wrappers; `secrets` puts them back on the way out. */
export interface ResourceDefinition<Client> {
  /** Inputs without which the check fails. */
  required: readonly string[];
  /** Filled in when the program leaves them out. */
  defaults?: Properties;
  /** Outputs that no input gives: unknown in the preview of a create. */
  computed: readonly string[];
  /** Outputs that hold a zero value where nothing else was said. */
  emptyOutputs?: Properties;
  /** Inputs the vendor fills in when they are left out: leaving one out is not a change. */
  optionalComputed?: readonly string[];
  /** Inputs and outputs that are secret even when the program passes them in plain text. */
  secrets?: readonly string[];
  /** Inputs whose change replaces the resource. */
  replaceOn: readonly string[];
  deleteBeforeReplace?: boolean;
  /** Lists whose order means nothing. */
  sets?: readonly string[];
  /** Property paths like `reviewers[0].users` are not known here: a change is reported at its top-level input. */
  check?(inputs: Properties): { inputs: Properties; failures: CheckFailure[] };
  /** Further replacements that depend on what changed. */
  replaceAlso?(changed: readonly string[], state: Properties, news: Properties): readonly string[];
  create(client: Client, inputs: Properties): Promise<Live>;
  /** Undefined when the resource is gone. */
  read(client: Client, id: string, known: Known): Promise<Found | undefined>;
  /** Left out where every change replaces. */
  update?(client: Client, id: string, state: Properties, news: Properties): Promise<Properties>;
  delete(client: Client, id: string, state: Properties): Promise<void>;
}

/** A function (`invoke`) of a provider. Answers the outputs. */
export type FunctionDefinition<Client> = (client: Client, args: Properties) => Promise<Properties>;

/** A whole provider. */
export interface ProviderDefinition<Client> {
  name: string;
  version: string;
  /**
   * A bridged Terraform provider: it plans from the state where others compare inputs with inputs, takes zero values
   * for absent ones, keeps the names of defaulted inputs as `__defaults` and the id among the outputs, and reports
   * what a check refuses by the resource's name.
   */
  bridged: boolean;
  /** Configuration with defaults filled in. */
  checkSettings(settings: Properties): Properties;
  /** @throws when the configuration cannot work; the engine shows the message. */
  connect(settings: Properties): Promise<Client>;
  resources: Record<string, ResourceDefinition<Client>>;
  functions: Record<string, FunctionDefinition<Client>>;
  /** The vendor provider's way of wrapping an error's text. */
  describeError(error: Error): string;
}

/** Created, but not completely: the engine keeps it in the state and says why it is not ready. */
export class PartlyCreated extends Error {
  constructor(
    readonly live: Live,
    reason: string,
  ) {
    super(reason);
  }
}
