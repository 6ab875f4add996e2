import { parse, stringify } from "yaml";
import type { Naming } from "./layout";
import { managingEnvironment, type Rotator, rotatedValues, UNROTATED } from "./rotators";

/** Characters of a password rotator's values where the catalog says nothing: more than 256 bits in letters and digits. */
const DEFAULT_LENGTH = 64;

/** First text of a managing environment; a person sets the user there, once, and GitHub never knows it. */
export const MANAGING_TEXT = stringify({
  values: { managingUser: { username: UNROTATED, password: { "fn::secret": UNROTATED } } },
});

/**
 * First text of a rotated environment. From then on it is ESC's: each rotation writes its state into it.
 *
 * The state is there from the start, with placeholders: without one, what the vendor's rotators open to is not
 * documented, and a mapping of a property that is not there keeps the whole composite from opening.
 */
export function renderRotated(
  naming: Naming & { appRoot: string },
  deployment: string,
  rotator: Rotator,
): string {
  const { name, kind } = rotator;
  const values = rotatedValues(rotator);
  const mapped = values.map(({ appKey, from }) => [appKey, `\${rotators["${name}"].${from.join(".")}}`]);
  const variables = values.map(({ name: variable, appKey }) => [variable, `\${${naming.appRoot}.${appKey}}`]);
  const call = { inputs: inputsOf(naming, deployment, rotator), state: firstState(rotator) };
  return stringify(
    {
      values: {
        rotators: { [name]: { [`fn::rotate::${kind}`]: call } },
        [naming.appRoot]: Object.fromEntries(mapped),
        environmentVariables: Object.fromEntries(variables),
      },
    },
    // ESC knows no aliases.
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
}

/** The inputs of the rotator's call. The managing user is taken from an environment that readers need no right on. */
export function inputsOf(naming: Naming, deployment: string, rotator: Rotator): Record<string, unknown> {
  if (rotator.kind === "password") return { length: rotator.length ?? DEFAULT_LENGTH, special: false };
  const { project, name } = managingEnvironment(naming, deployment, rotator);
  const [username1, username2] = rotator.users;
  const managingUser = `\${environments["${project}"]["${name}"].managingUser}`;
  return {
    database: { ...rotator.databases[deployment], managingUser },
    rotateUsers: { username1, username2 },
  };
}

/** The second user is current at first: the first rotation is then the first one's, as without a state. */
function firstState(rotator: Rotator): Record<string, unknown> {
  const secret = { "fn::secret": UNROTATED };
  if (rotator.kind === "password") return { current: secret, previous: secret };
  const [first, second] = rotator.users;
  return {
    current: { username: second, password: secret },
    previous: { username: first, password: secret },
  };
}

/** The inputs of a rotator as they stand in its environment's text; undefined for one that is not there. */
export function inputsIn(text: string, rotator: string): unknown {
  try {
    const document = parse(text) as {
      values?: { rotators?: Record<string, Record<string, { inputs?: unknown }>> };
    };
    const [call] = Object.values(document.values?.rotators?.[rotator] ?? {});
    return call?.inputs;
  } catch {
    return undefined;
  }
}
