import type { Problem } from "../../errors";
import type { ResolvedEntry } from "../entry";

/** GitHub's rule for secret names; it stores them in upper case, so only upper case can be told from drift. */
const NAME = /^[A-Z_][A-Z0-9_]*$/;

/** Names and aliases: well formed, free to use, and each meaning one secret after upper-casing. */
export function checkNames(secrets: readonly ResolvedEntry[]): Problem[] {
  const owners = new Map<string, string[]>();
  for (const secret of secrets) {
    for (const name of namesOf(secret)) {
      const key = name.toUpperCase();
      owners.set(key, [...(owners.get(key) ?? []), secret.name]);
    }
  }
  const spelling = secrets.flatMap((secret) =>
    namesOf(secret).flatMap((name) => checkName(name, secret.name)),
  );
  const doubles = [...owners].flatMap(([name, entries]) =>
    entries.length > 1 ? [doubled(name, entries)] : [],
  );
  return [...spelling, ...doubles];
}

/** Every GitHub name an entry claims. An old name that another entry has, or that comes back, is claimed twice. */
function namesOf({ name, aliases, renamedFrom }: ResolvedEntry): string[] {
  return [name, ...aliases, ...(renamedFrom === undefined ? [] : [renamedFrom.name])];
}

function checkName(name: string, entry: string): Problem[] {
  const thing = name === entry ? entry : `${entry} (${name})`;
  if (name.toUpperCase().startsWith("GITHUB_")) {
    const remedy = `call it GH_${name.slice("GITHUB_".length)} and keep the application's name as appKey`;
    return [
      { code: "?", subject: thing, cause: "GitHub refuses secrets whose name begins with GITHUB_", remedy },
    ];
  }
  if (!NAME.test(name)) {
    const remedy = "use A-Z, 0-9 and _, not beginning with a digit";
    return [
      {
        code: "?",
        subject: thing,
        cause: "is not a name GitHub stores: upper case letters, digits and _",
        remedy,
      },
    ];
  }
  if (isObeyed(name)) {
    const remedy = "give it a name of its own and keep the application's name as appKey";
    return [
      {
        code: "?",
        subject: thing,
        cause: "as an environment variable it would change how a process itself runs",
        remedy,
      },
    ];
  }
  return [];
}

function doubled(name: string, entries: readonly string[]): Problem {
  const distinct = [...new Set(entries)];
  const cause =
    distinct.length === 1
      ? `stands ${entries.length} times in the catalog: as two entries, or as its own alias or old name`
      : `means several entries at once (name, alias or old name of ${distinct.join(" and ")})`;
  return {
    code: "?",
    subject: name,
    cause,
    remedy: "keep it in one place: one entry, or one entry's aliases",
  };
}

/**
 * Environment variables that a process obeys before its program can check anything: they load code, run a command, lead
 * traffic or trust elsewhere, or write down what is sent. By whoever obeys, and where it says so. To add one: a word here.
 *
 * Left out is what merely configures one program (KUBECONFIG, AWS_PROFILE), and prefixes that secrets have as well: GIT_,
 * NODE_ and LD_ (LaunchDarkly's).
 */
const OBEYED_BY: Readonly<Record<string, string>> = {
  /** CI itself, and the ways to find programs, files and people. */
  system: "CI COMSPEC HOME LOGNAME OLDPWD PATH PATHEXT PWD SHELL TEMP TMP TMPDIR TZ TZDIR USER",
  /** glibc's unsecvars.h, ld.so(8); AIX, HP-UX. */
  loader: `GCONV_PATH GETCONF_DIR GLIBC_TUNABLES HOSTALIASES LIBPATH LOCALDOMAIN LOCPATH MALLOC_TRACE NIS_PATH NLSPATH
    RESOLV_HOST_CONF RES_OPTIONS SHLIB_PATH
    LD_AOUT_LIBRARY_PATH LD_AOUT_PRELOAD LD_AUDIT LD_BIND_NOT LD_BIND_NOW LD_DEBUG LD_DEBUG_OUTPUT LD_DYNAMIC_WEAK
    LD_HWCAP_MASK LD_LIBRARY_PATH LD_ORIGIN_PATH LD_PRELOAD LD_PROFILE LD_PROFILE_OUTPUT LD_SHOW_AUXV
    LD_TRACE_LOADED_OBJECTS LD_USE_LOAD_BIAS LD_VERBOSE LD_WARN`,
  /** sudo's initial_badenv_table (plugins/sudoers/env.c), bash(1), zsh(1). */
  shell: `BASHOPTS BASH_ENV CDPATH ENV FPATH GLOBIGNORE IFS NULLCMD PATH_LOCALE PROMPT_COMMAND PS4 READNULLCMD SHELLOPTS
    TERMCAP TERMINFO TERMINFO_DIRS TERMPATH TMPPREFIX ZDOTDIR`,
  /** Programs that many others start: editors, pagers, make, ssh. */
  started: `BROWSER EDITOR GNUMAKEFLAGS LESSCLOSE LESSOPEN MAKEFILES MAKEFLAGS MANPAGER PAGER SSH_ASKPASS SUDO_ASKPASS
    VISUAL`,
  /** nodejs.org, "Command-line API", "Environment variables". */
  node: `NODE_COMPILE_CACHE NODE_DEBUG NODE_DEBUG_NATIVE NODE_EXTRA_CA_CERTS NODE_ICU_DATA NODE_OPTIONS NODE_PATH
    NODE_REDIRECT_WARNINGS NODE_REPL_EXTERNAL_MODULE NODE_TLS_REJECT_UNAUTHORIZED NODE_USE_ENV_PROXY NODE_V8_COVERAGE`,
  /** sudo's table, and each language's own page: python(1), perlrun, ruby(1), `java`, lua(1), `php`, .NET, Go. */
  languages: `PYTHONBREAKPOINT PYTHONEXECUTABLE PYTHONHOME PYTHONINSPECT PYTHONPATH PYTHONPLATLIBDIR PYTHONPYCACHEPREFIX
    PYTHONSTARTUP PYTHONUSERBASE PYTHONWARNINGS PERL5DB PERL5LIB PERL5OPT PERL5SHELL PERLIO PERLIO_DEBUG PERLLIB
    BUNDLE_GEMFILE GEM_HOME GEM_PATH RUBYLIB RUBYOPT
    CLASSPATH GRADLE_OPTS JAVA_OPTS JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS MAVEN_OPTS _JAVA_OPTIONS
    LUA_CPATH LUA_INIT LUA_PATH PHPRC PHP_INI_SCAN_DIR GODEBUG GOFLAGS GOTOOLCHAIN
    CORECLR_ENABLE_PROFILING CORECLR_PROFILER CORECLR_PROFILER_PATH DOTNET_ADDITIONAL_DEPS DOTNET_STARTUP_HOOKS`,
  /** Proxies, trust anchors and key logs: openssl-env(7), curl(1), requests. */
  network: `ALL_PROXY FTP_PROXY HTTPS_PROXY HTTP_PROXY NO_PROXY
    CURL_CA_BUNDLE CURL_HOME OPENSSL_CONF OPENSSL_CONF_INCLUDE OPENSSL_ENGINES OPENSSL_MODULES REQUESTS_CA_BUNDLE
    SSLKEYLOGFILE SSL_CERT_DIR SSL_CERT_FILE`,
  /** git(1), "Environment Variables". */
  git: `GIT_ALLOW_PROTOCOL GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_ASKPASS GIT_COMMON_DIR GIT_CURL_VERBOSE GIT_DIR GIT_EDITOR
    GIT_EXEC_PATH GIT_EXTERNAL_DIFF GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_PAGER GIT_PROXY_COMMAND GIT_SEQUENCE_EDITOR
    GIT_SSH GIT_SSH_COMMAND GIT_SSH_VARIANT GIT_SSL_CAINFO GIT_SSL_CAPATH GIT_SSL_NO_VERIFY GIT_TEMPLATE_DIR
    GIT_WORK_TREE`,
  /** Where Pulumi sends its token, and finds programs (its documentation, "Environment variables"). */
  pulumi: "PULUMI_API PULUMI_CREDENTIALS_PATH PULUMI_HOME",
};

const OBEYED = new Set(Object.values(OBEYED_BY).flatMap((names) => names.split(/\s+/)));

/** What begins so is the runner's, the sync's own, or read as one of a family of settings. */
const OBEYED_PREFIXES = [
  "ACTIONS_",
  "BASH_FUNC_",
  "DYLD_",
  "GIT_CONFIG",
  "GIT_TRACE",
  "LDR_",
  "NPM_CONFIG_",
  "PULUMI_BACKEND",
  "RUNNER_",
  "SYNC_",
  "XDG_",
  "_RLD",
];

/**
 * Whether a process would obey an environment variable of this name before its program does: `pulumi env run` and the
 * sync job get secrets as environment variables.
 */
export function isObeyed(name: string): boolean {
  return OBEYED.has(name) || OBEYED_PREFIXES.some((prefix) => name.startsWith(prefix));
}
