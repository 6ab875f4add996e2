import { SCRIPT_PATH } from "../catalog/layout";
import { diagnosticLine, type Problem, readDiagnostics } from "../errors";

/** Oldest Node.js that runs the script: `make bundle` compiles for it. */
const OLDEST_NODE = 20;

const SCRIPT_FILE = SCRIPT_PATH.slice(SCRIPT_PATH.lastIndexOf("/") + 1);

/**
 * A folder of this attempt of this job alone. The runner's temporary folder is emptied before and after a job, as far as the
 * runner may: files of a container's root stay. Inside a container the runner translates the variable, but not the
 * expression `runner.temp`.
 */
const FOLDER = "$RUNNER_TEMP/sync-secrets-$GITHUB_RUN_ID-$GITHUB_RUN_ATTEMPT-$GITHUB_JOB";

const FOLDER_TAKEN: Problem = {
  code: "runner-folder-taken",
  subject: "runner $RUNNER_NAME",
  cause: "$folder exists or cannot be made, so another job may have written it",
  remedy: "look who uses the runner's work folder, empty it there, then run the job again",
};
const NODE_MISSING: Problem = {
  code: "node-missing",
  subject: "runner $RUNNER_NAME",
  cause: `has no Node.js ${OLDEST_NODE} or newer, neither on PATH nor among the runner's own files`,
  remedy: "install it there, then run the job again",
};
const SCRIPT_MISSING: Problem = {
  code: "script-not-fetched",
  subject: `${SCRIPT_PATH} of $GITHUB_REPOSITORY`,
  cause: "neither git nor GitHub's REST API brought it; the log says why",
  remedy:
    "if the runner $RUNNER_NAME does not reach $GITHUB_SERVER_URL, set what docs/networks.md says; then run the job again",
};

/** What stands for a variable of the shell in a told problem: no quote, no separator and no substitution of a shell. */
const TOLD_NAME = "[\\w .:/@()-]+";

/**
 * The problem that the step told beside its run, with the names of that run; undefined for any other message. Only its own
 * sentences count: whoever may push a workflow could make a person read, and paste, others.
 *
 * @param message of an annotation.
 */
export function fetchProblemIn(message: string): Problem | undefined {
  const known = [FOLDER_TAKEN, NODE_MISSING, SCRIPT_MISSING].find((each) =>
    toldAs(each).test(message.trim()),
  );
  const [{ subject, cause, remedy } = {}] = known === undefined ? [] : readDiagnostics(message);
  if (known === undefined || subject === undefined || cause === undefined || remedy === undefined)
    return undefined;
  return { ...known, subject, cause, remedy };
}

function toldAs(problem: Problem): RegExp {
  const text = diagnosticLine(problem).replace(/[.*+?^{}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${text.replace(/\$[A-Za-z_]+/g, TOLD_NAME)}$`);
}

/** A command of the shell that ends the step, with the problem beside the run. */
function complain(problem: Problem): string {
  return `complain "${diagnosticLine(problem)}"`;
}

/**
 * Asks GitHub's REST API for the script: where git is missing, is older than 2.31 (which ignores GIT_CONFIG_COUNT), or does
 * not trust an authority that NODE_EXTRA_CA_CERTS names. It stands in single quotes of the shell, so it has none.
 */
const BY_REST = `
    const { GITHUB_API_URL: api, GITHUB_REPOSITORY: repository, GITHUB_SHA: sha, GITHUB_TOKEN: token } = process.env;
    fetch(api + "/repos/" + repository + "/contents/${SCRIPT_PATH}?ref=" + sha, {
      headers: { accept: "application/vnd.github.raw+json", authorization: "Bearer " + token },
      redirect: "error",
      signal: AbortSignal.timeout(60000),
    }).then(async (answer) => {
      if (!answer.ok) throw new Error("GitHub answers " + answer.status);
      require("fs").writeFileSync("${SCRIPT_FILE}", Buffer.from(await answer.arrayBuffer()));
    }).catch((error) => {
      console.error("REST API: " + (error.cause || error).message);
      process.exit(1);
    });`;

/**
 * The step that brings the sync's script of exactly the run's commit, and Node.js where PATH has none. It takes the place
 * of actions/checkout and actions/setup-node, and runs in `sh` too: that is what the runner uses in containers.
 *
 * - git finds the script from the commit's id, and takes no object whose content has another id.
 * - No setting, helper or template of the machine's git counts, and none changes. Apple's git has settings that no variable
 *   turns off, so the helper is set to none too. A commit that no ref names runs no hook. `cat-file` writes the blob as
 *   it was committed: no filter (LFS, line ends) is applied. The workspace plays no part, whoever owns it.
 * - The token is in the environment alone. Its base64 is masked, because the runner masks only the token itself.
 */
export const FETCH_SCRIPT = `# Read docs/runners.md of sophia-secrets for what this does, and why it is no action.
umask 077
complain() {
  echo "::error title=sync_secrets::$1"
  exit 1
}
folder="${FOLDER}"
{ mkdir "$folder" && cd "$folder"; } ||
  ${complain(FOLDER_TAKEN)}

# Node.js: of PATH, or the one that the runner has for actions, in a container and beside its work folder.
for node in "$(command -v node)" /__e/node2*/bin/node "\${RUNNER_TEMP%/*/*}"/externals/node2*/bin/node ""; do
  [ -n "$node" ] && "$node" -e 'process.exit(parseInt(process.versions.node) < ${OLDEST_NODE} ? 1 : 0)' 2> /dev/null && break
done
[ -n "$node" ] ||
  ${complain(NODE_MISSING)}
[ "$node" = "$(command -v node)" ] || echo "\${node%/node}" >> "$GITHUB_PATH"

by_git() {
  basic=$(printf 'x-access-token:%s' "$GITHUB_TOKEN" | base64 | tr -d '\\n')
  echo "::add-mask::$basic"
  # shellcheck disable=SC2046
  unset $(git rev-parse --local-env-vars)
  export HOME="$folder" XDG_CONFIG_HOME="$folder" GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
  export GIT_TERMINAL_PROMPT=0 GIT_ASKPASS="" GIT_HTTP_LOW_SPEED_LIMIT=1000 GIT_HTTP_LOW_SPEED_TIME=30
  export GIT_CONFIG_COUNT=3
  export GIT_CONFIG_KEY_0="http.$GITHUB_SERVER_URL/.extraheader" GIT_CONFIG_VALUE_0="Authorization: Basic $basic"
  export GIT_CONFIG_KEY_1=http.followRedirects GIT_CONFIG_VALUE_1=false
  export GIT_CONFIG_KEY_2=credential.helper GIT_CONFIG_VALUE_2=""
  format=sha1
  [ "\${#GITHUB_SHA}" -eq 40 ] || format=sha256
  git init --quiet --bare --template= --object-format=$format git &&
    cd git &&
    git remote add origin "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY.git" &&
    git fetch --quiet --no-tags --depth=1 --filter=blob:none origin "$GITHUB_SHA" &&
    git cat-file blob "$GITHUB_SHA:${SCRIPT_PATH}" > ../${SCRIPT_FILE}
}
by_rest() {
  NODE_USE_ENV_PROXY=1 "$node" -e '${BY_REST}
  '
}
{ command -v git > /dev/null && (by_git); } || by_rest ||
  ${complain(SCRIPT_MISSING)}
`;

/**
 * The command of the step that starts the script. It leaves nothing behind, and does not start in the workspace, where
 * other jobs may have left files that decide which Node.js a version manager runs.
 */
export const RUN_SCRIPT = `cd "${FOLDER}" || exit 1
trap 'rm -rf "$PWD"' EXIT
node ${SCRIPT_FILE}
`;
