import { deepEqual, equal, ok } from "node:assert/strict";
import { nameKey } from "../../src/operations/usage/file-names";
import { readFileNames } from "../../src/operations/usage/read-file";

const AROUND = { composites: ["default/sophia-ai-production"], loaders: ["auto_esc_config"] };
const WANTED = "openai_api_key";

type Kind = "reads" | "mentions" | "nothing";

/** What a file has to do with OPENAI_API_KEY. */
async function kindIn(path: string, text: string): Promise<Kind> {
  const found = await readFileNames(path, text, AROUND);
  ok(found.parsed, `${path}: ${text}`);
  const has = (list: readonly { name: string }[]) => list.some(({ name }) => nameKey(name) === WANTED);
  const takes = "taken" in found ? found.taken : [];
  if (has(found.reads) || has(takes)) return "reads";
  return has(found.mentions) ? "mentions" : "nothing";
}

const CASES: Readonly<Record<string, readonly (readonly [string, Kind])[]>> = {
  "a.py": [
    ['import os\nos.environ["OPENAI_API_KEY"]\n', "reads"],
    ["os.environ.get('OPENAI_API_KEY')\n", "reads"],
    ['os.getenv("OPENAI_API_KEY", "none")\n', "reads"],
    ["config.openai_api_key\n", "reads"],
    ['get_config_value("openai_api_key")\n', "reads"],
    ['config["openai_api_key"]\n', "reads"],
    ['NAME = "OPENAI_API_KEY"\nos.environ[NAME]\n', "reads"],
    ['os.environ["OPENAI" + "_API_KEY"]\n', "reads"],
    ['for each in "OPENAI_API_KEY,OTHER_KEY".split(","):\n    load(each)\n', "reads"],
    ["class S(BaseSettings):\n    openai_api_key: str\n", "reads"],
    [
      'class S(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix="OPENAI_")\n    api_key: str\n',
      "reads",
    ],
    [
      'class S(BaseSettings):\n    class Config:\n        env_prefix = "openai_"\n    api_key: SecretStr = None\n',
      "reads",
    ],
    ['class S(BaseSettings):\n    key: str = Field(alias="OPENAI_API_KEY")\n', "reads"],
    [
      'class S(BaseSettings):\n    key: str = Field(validation_alias=AliasChoices("K", "OPENAI_API_KEY"))\n',
      "reads",
    ],
    [
      'class Base(BaseSettings):\n    model_config = {"env_prefix": "OPENAI_"}\nclass S(Base):\n    api_key: str\n',
      "reads",
    ],
    [
      'class O(BaseModel):\n    api_key: str\nclass S(BaseSettings):\n    model_config = SettingsConfigDict(env_nested_delimiter="_")\n    openai: O\n',
      "reads",
    ],
    [
      'class S(BaseModel):\n    model_config = SettingsConfigDict(env_prefix="OPENAI_")\n    api_key: str\n',
      "nothing",
    ],
    ['subprocess.run("curl -H $OPENAI_API_KEY", shell=True)\n', "reads"],
    ["# OPENAI_API_KEY is set elsewhere\nx = 1\n", "mentions"],
    ['"""Needs OPENAI_API_KEY."""\n', "mentions"],
    ['def f():\n    """OPENAI_API_KEY"""\n', "mentions"],
    ['raise ValueError("set OPENAI_API_KEY first")\n', "mentions"],
    ["MY_OPENAI_API_KEY_2 = 1\n", "nothing"],
  ],
  "a.ts": [
    ["process.env.OPENAI_API_KEY", "reads"],
    ['process.env["OPENAI_API_KEY"] ?? ""', "reads"],
    ["const { OPENAI_API_KEY } = process.env;", "reads"],
    ["const { OPENAI_API_KEY: key = '' } = process.env;", "reads"],
    ["import { env } from 'node:process'; f(env.OPENAI_API_KEY)", "reads"],
    ["secrets.openai_api_key.unwrap()", "reads"],
    ["execSync(`curl -H ${process.env.OPENAI_API_KEY}`)", "reads"],
    ['cfg.requireSecret("openai_api_key")', "reads"],
    ["z.object({ OPENAI_API_KEY: z.string() })", "reads"],
    ["// OPENAI_API_KEY\nf();", "mentions"],
    ["/** reads OPENAI_API_KEY */\nf();", "mentions"],
    ['console.log("OPENAI_API_KEY is missing")', "mentions"],
    ["console.log(`OPENAI_API_KEY is missing in ${place}`)", "mentions"],
  ],
  "a.jsx": [["export const A = () => <p>{process.env.OPENAI_API_KEY}</p>;", "reads"]],
  "a.go": [
    ['package m\nfunc f() { os.Getenv("OPENAI_API_KEY") }\n', "reads"],
    ['package m\nfunc f() { os.LookupEnv("OPENAI_API_KEY") }\n', "reads"],
    ['package m\nfunc f() { viper.GetString("openai_api_key") }\n', "reads"],
    ['package m\nfunc f() { viper.BindEnv("key", "OPENAI_API_KEY") }\n', "reads"],
    ['package m\ntype C struct {\n\tKey string `env:"OPENAI_API_KEY,required"`\n}\n', "reads"],
    ["package m\n// OPENAI_API_KEY\n", "mentions"],
  ],
  "a.sh": [
    ['#!/bin/sh\ncurl -H "$OPENAI_API_KEY"\n', "reads"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell's
    ["echo ${OPENAI_API_KEY:-none}\n", "reads"],
    ["printenv OPENAI_API_KEY\n", "reads"],
    ["docker run -e OPENAI_API_KEY image\n", "reads"],
    ["cat <<EOF\nkey: $OPENAI_API_KEY\nEOF\n", "reads"],
    ["export OPENAI_API_KEY\n", "reads"],
    ["# OPENAI_API_KEY\ntrue\n", "mentions"],
    ["OPENAI_API_KEY=$(other)\n", "nothing"],
    ['echo "set OPENAI_API_KEY first"\n', "mentions"],
  ],
  "a.rb": [
    ['ENV["OPENAI_API_KEY"]', "reads"],
    ['ENV.fetch("OPENAI_API_KEY", nil)', "reads"],
    ["# OPENAI_API_KEY\nf()", "mentions"],
  ],
  "A.java": [
    ['class A { String a = System.getenv("OPENAI_API_KEY"); }', "reads"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Spring's
    ['class A { @Value("${OPENAI_API_KEY}") String b; }', "reads"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Spring's
    ['class A { @Value("${openai.api-key}") String b; }', "reads"],
    ["class A { /* OPENAI_API_KEY */ }", "mentions"],
  ],
  "a.rs": [
    ['fn m() { std::env::var("OPENAI_API_KEY"); }', "reads"],
    ["// OPENAI_API_KEY\nfn m() {}", "mentions"],
  ],
  "a.php": [["<?php getenv('OPENAI_API_KEY'); $_ENV['X'];", "reads"]],
  "a.cs": [['class A { void M() { Environment.GetEnvironmentVariable("OPENAI_API_KEY"); } }', "reads"]],
  "a.ps1": [
    ["$env:OPENAI_API_KEY", "reads"],
    ["# OPENAI_API_KEY\nGet-Date", "mentions"],
  ],
  "docker-compose.yml": [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Compose's
    ["services:\n  a:\n    environment:\n      - OPENAI_API_KEY=${OPENAI_API_KEY}\n", "reads"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Compose's
    ["services:\n  a:\n    environment:\n      KEY: ${OPENAI_API_KEY:?missing}\n", "reads"],
    ["services:\n  a:\n    environment:\n      - OPENAI_API_KEY\n", "reads"],
    ["services:\n  # OPENAI_API_KEY\n  a: {}\n", "mentions"],
    ["services:\n  a:\n    description: needs OPENAI_API_KEY\n", "mentions"],
  ],
  "k8s.yaml": [
    ["env:\n  - name: K\n    valueFrom:\n      secretKeyRef: { name: s, key: OPENAI_API_KEY }\n", "reads"],
    [
      "kind: ExternalSecret\nspec:\n  data:\n    - secretKey: k\n      remoteRef: { key: openai_api_key }\n",
      "reads",
    ],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: ESC's
    ["values:\n  environmentVariables:\n    K: ${sophia.openai_api_key}\n", "reads"],
  ],
  "a.json": [['{ "env": ["OPENAI_API_KEY"], "description": "nothing" }', "reads"]],
  "n.ipynb": [
    [
      '{"cells":[{"cell_type":"code","source":["%pip install x\\n","import os\\n","os.environ[\'OPENAI_API_KEY\']"]}]}',
      "reads",
    ],
    ['{"cells":[{"cell_type":"code","source":["# OPENAI_API_KEY"]}]}', "mentions"],
  ],
  "main.tf": [
    ['variable "openai_api_key" {}', "reads"],
    ["x = var.openai_api_key", "reads"],
    ['description = "the key, see OPENAI_API_KEY of ours"', "mentions"],
    ["# OPENAI_API_KEY\n", "mentions"],
    ["/* OPENAI_API_KEY\n */", "mentions"],
  ],
  Dockerfile: [
    ["FROM x\nARG OPENAI_API_KEY\n", "reads"],
    ["RUN --mount=type=secret,id=OPENAI_API_KEY cat /run/secrets/OPENAI_API_KEY\n", "reads"],
    ["# OPENAI_API_KEY\nFROM x\n", "mentions"],
  ],
  Makefile: [["deploy:\n\tcurl $(OPENAI_API_KEY)\n", "reads"]],
  "README.md": [["`OPENAI_API_KEY`", "mentions"]],
  ".env.example": [["OPENAI_API_KEY=", "mentions"]],
  "prompt.txt.md": [["OPENAI_API_KEY", "mentions"]],
};

describe("a file that names a secret", () => {
  for (const [path, cases] of Object.entries(CASES))
    for (const [text, kind] of cases)
      it(`${path}: ${JSON.stringify(text)} ${kind}`, async () => {
        equal(await kindIn(path, text), kind);
      });

  for (const [path, text] of [
    ["a.vue", "<!-- OPENAI_API_KEY -->"],
    ["a.py", "def broken(:\n  # OPENAI_API_KEY\n"],
    ["chart.yaml", "key: {{ .Values.OPENAI_API_KEY }}\n  - x: [\n"],
  ] as const)
    it(`counts by its words where its language is not known or it is not well formed: ${path}`, async () => {
      const found = await readFileNames(path, text, AROUND);
      equal(found.parsed, false);
      ok(found.reads.some(({ name }) => nameKey(name) === WANTED));
    });

  for (const [path, text] of [
    ["a.py", "os.environ[name]\n"],
    ["a.ts", "process.env[name]"],
    ["a.sh", "pulumi env run default/x -- ./app\n"],
    ["a.py", 'load("default/sophia-ai-production")\n'],
    ["Pulumi.prod.yaml", "environment:\n  - default/sophia-ai-production\n"],
    ["es.yaml", "kind: ExternalSecret\nspec:\n  dataFrom:\n    - extract: { key: all }\n"],
  ] as const)
    it(`may read any secret: ${JSON.stringify(text)}`, async () => {
      equal((await readFileNames(path, text, AROUND)).everything.length > 0, true);
    });

  for (const [path, text, before, after] of [
    ["a.py", 'os.environ[f"OPENAI_{kind}_KEY"]\n', "OPENAI_", "_KEY"],
    ["a.py", 'os.getenv("%s_API_KEY" % vendor)\n', "", "_API_KEY"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what is read
    ["a.ts", "process.env[`${vendor}_API_KEY`]", "", "_API_KEY"],
    ["a.ts", 'process.env["OPENAI_" + kind]', "OPENAI_", ""],
  ] as const)
    it(`computes a name: ${JSON.stringify(text)}`, async () => {
      const { computed } = await readFileNames(path, text, AROUND);
      deepEqual(computed, [{ before, after, line: 1 }]);
    });
});

describe("code", () => {
  const asked = async (path: string, text: string) =>
    (await readFileNames(path, text, AROUND)).asks.map(
      ({ name, from, hasDefault }) => `${from} ${name}${hasDefault ? " or a default" : ""}`,
    );
  for (const [path, text, ...names] of [
    ["a.py", 'os.environ["A_KEY"]\n', "environment A_KEY"],
    ["a.py", 'os.getenv("A_KEY", "x")\n', "environment A_KEY or a default"],
    ["a.py", 'os.environ.get("A_KEY") or "x"\n', "environment A_KEY or a default"],
    ["a.py", 'from os import environ as e\ne["A_KEY"]\n', "environment A_KEY"],
    ["a.py", 'os.environ["A_KEY"] = "x"\n'],
    ["a.py", "from backend.core.auto_esc_config import config as c\nc.a_key\n", "loader a_key"],
    ["a.py", 'from backend.core.auto_esc_config import config\nconfig["a_key"]\n', "loader a_key"],
    ["a.py", "from django.conf import config\nconfig.a_key\n"],
    ["a.py", 'get_config_value("a_key")\n', "loader a_key"],
    [
      "a.py",
      'class S(BaseSettings):\n    a_key: str\n    b_key: str = "x"\n',
      "environment A_KEY",
      "environment B_KEY or a default",
    ],
    ["a.ts", "process.env.A_KEY", "environment A_KEY"],
    ["a.ts", 'process.env.A_KEY ?? "x"', "environment A_KEY or a default"],
    [
      "a.ts",
      "const { A_KEY, B_KEY = 1 } = process.env",
      "environment A_KEY",
      "environment B_KEY or a default",
    ],
    ["a.ts", "const s = await loadSecrets();\nf(s.a_key.unwrap())", "loader a_key"],
    ["a.go", 'package m\nfunc f() { os.Getenv("A_KEY") }\n', "environment A_KEY"],
    ["a.ps1", "$env:A_KEY", "environment A_KEY"],
  ] as const)
    it(`asks for ${names.join(", ") || "nothing"} by ${JSON.stringify(text)}`, async () => {
      deepEqual(await asked(path, text), names);
    });
});

const WORKFLOW = (job: string, on = "push") =>
  `on: ${on}\njobs:\n  a:\n    runs-on: ubuntu-latest\n${job
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n")}\n`;

describe("a workflow", () => {
  const read = async (text: string) => {
    const found = await readFileNames(".github/workflows/ci.yml", text, AROUND);
    ok("taken" in found);
    return found;
  };
  const step = (value: string, more = "") =>
    WORKFLOW(`${more}steps:\n  - run: echo\n    env:\n      A: ${value}`);

  for (const [value, names] of [
    ["${{ secrets.OPENAI_API_KEY }}", ["OPENAI_API_KEY"]],
    ["${{ secrets['openai_api_key'] }}", ["openai_api_key"]],
    ["x ${{ secrets.A_KEY || secrets.B_KEY }} y", ["A_KEY", "B_KEY"]],
    ["${{ secrets[format('{0}_KEY', 'A')] }}", ["A_KEY"]],
    ["${{ secrets[github.ref == 'x' && 'A_KEY' || 'B_KEY'] }}", ["A_KEY", "B_KEY"]],
    ["${{ vars.OPENAI_API_KEY }}", []],
    ["\"${{ 'secrets.NOT' }}\"", []],
  ] as const)
    it(`takes ${names.join(", ") || "nothing"} by ${value}`, async () => {
      const { taken, everything } = await read(step(value));
      deepEqual([taken.map(({ name }) => name), everything], [names, []]);
    });

  it("takes what its matrix writes down, and tells what a pattern may be", async () => {
    const matrix = "strategy:\n  matrix:\n    vendor: [A, B]\n    include:\n      - vendor: C\n";
    const { taken } = await read(step("${{ secrets[format('{0}_KEY', matrix.vendor)] }}", matrix));
    deepEqual(
      taken.map(({ name }) => name),
      ["A_KEY", "B_KEY", "C_KEY"],
    );
    const { computed } = await read(step("${{ secrets[format('{0}_KEY', inputs.vendor)] }}"));
    deepEqual(
      computed.map(({ before, after }) => [before, after]),
      [["", "_KEY"]],
    );
  });

  for (const value of ["${{ toJSON(secrets) }}", "${{ secrets[inputs.name] }}", "${{ secrets.* }}"])
    it(`may take any by ${value}`, async () => {
      equal((await read(step(value))).everything.length, 1);
    });

  it("does not take what a comment names", async () => {
    const { taken } = await read(`# \${{ secrets.A_KEY }}\n${step("x")}`);
    deepEqual(taken, []);
  });

  it("knows the GitHub environment of a job", async () => {
    const { taken } = await read(step("${{ secrets.A_KEY }}", "environment: production\n"));
    deepEqual(
      taken.map(({ environment }) => environment),
      ["production"],
    );
  });

  it("hides a secret by a variable of its name that is something else", async () => {
    const text = WORKFLOW(
      "env:\n  A_KEY: plain\n  B_KEY: ${{ secrets.B_KEY }}\n  C_KEY: ${{ steps.esc.outputs.C_KEY }}\nsteps:\n  - run: echo $A_KEY",
    );
    const { hidden, reads } = await read(text);
    deepEqual(
      hidden.map(({ name }) => name),
      ["A_KEY"],
    );
    ok(!reads.some(({ name }) => name === "A_KEY"));
  });

  it("reads in a script what no variable of its own gives", async () => {
    const { reads } = await read(WORKFLOW("steps:\n  - run: |\n      # $NOT_READ\n      curl -H $A_KEY\n"));
    deepEqual(
      reads.filter(({ name }) => /READ|A_KEY/.test(name)).map(({ name, line }) => [name, line]),
      [["A_KEY", 8]],
    );
  });

  it("tells what it calls, and whether only others start it", async () => {
    const caller = await read(
      "on: push\njobs:\n  a:\n    uses: ai-cherry/other/.github/workflows/x.yml@main\n    secrets: inherit\n",
    );
    deepEqual(caller.calls, [
      { uses: "ai-cherry/other/.github/workflows/x.yml@main", line: 5, inherits: true },
    ]);
    equal((await read(WORKFLOW("steps: []", "workflow_call"))).isOnlyCalled, true);
    equal((await read(WORKFLOW("steps: []", "[push, workflow_call]"))).isOnlyCalled, false);
  });

  it("that GitHub would not take counts by its words, and says so", async () => {
    const found = await read("on: push\njobs: [\n  ${{ secrets.A_KEY }}\n");
    deepEqual([found.parsed, found.taken.map(({ name }) => name)], [false, ["A_KEY"]]);
  });
});
