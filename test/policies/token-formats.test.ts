// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the references of ESC and of shells look like templates
import { equal, ok } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { assignsSecret, writingOf } from "../../policies/assignments";
import { tokenIn } from "../../policies/token-formats";

const of = (alphabet: string, length: number) =>
  Array.from({ length }, (_, index) => alphabet[(index * 7) % alphabet.length]).join("");
const WORD = "a1B2c3D4e5F6g7H8";
const HEX = "0123456789abcdef";

/** Made up, one of each format, and put together here so that no scanner takes this file for a leak. */
const SAMPLES: readonly (readonly [name: string, text: string])[] = [
  ["private key", `-----BEGIN OPENSSH ${"PRIVATE KEY"}-----\n${of(WORD, 64)}`],
  ["private key", `{"key":"-----BEGIN ${"PRIVATE KEY"}-----\\n${of(WORD, 64)}"}`],
  ["GitHub token", `ghs_${of(WORD, 36)}`],
  ["GitHub token", `github_pat_${of(WORD, 22)}_${of(WORD, 59)}`],
  ["GitLab token", `glpat-${of(WORD, 20)}`],
  ["Pulumi token", `pul-${of(HEX, 40)}`],
  ["AWS access key", `AKIA${of("ABCDEFG234567", 16)}`],
  ["Google API key", `AIza${of(WORD, 35)}`],
  ["OpenAI key", `sk-proj-${of(WORD, 74)}T3BlbkFJ${of(WORD, 74)}`],
  ["Anthropic key", `sk-ant-api03-${of(WORD, 93)}AA`],
  ["Slack token", `xoxb-${of("12345", 12)}-${of("12345", 12)}-${of(WORD, 24)}`],
  ["Slack app token", `xapp-1-${of("A1B2", 11)}-${of("12345", 13)}-${of(HEX, 64)}`],
  ["Slack webhook", `https://hooks.slack.com/services/${of("AB1", 9)}/${of("AB1", 9)}/${of(WORD, 24)}`],
  ["Linear key", `lin_api_${of(WORD, 40)}`],
  ["Notion token", `ntn_${of("12345", 11)}${of(WORD, 35)}`],
  ["Hugging Face token", `hf_${of("abCDef", 34)}`],
  ["npm token", `npm_${of(WORD, 36)}`],
  ["PyPI token", `pypi-AgEIcHlwaS5vcmc${of(WORD, 60)}`],
  ["SendGrid key", `SG.${of(WORD, 66)}`],
  ["DigitalOcean token", `dop_v1_${of(HEX, 64)}`],
  ["password in an address", `mongodb+srv://shop:${of(WORD, 8)}@cluster.example.org/shop`],
];

const ROOT = join(__dirname, "..", "..");

describe("the published formats of tokens", () => {
  for (const [name, text] of SAMPLES) {
    it(`know a ${name} (${text.slice(0, 4)}...) alone, in quotes and in the middle of a text`, () => {
      for (const each of [text, `"${text}"`, `run it with ${text} , then`]) equal(tokenIn(each), name);
    });
  }

  it("let pass names, references, prefixes and addresses", () => {
    for (const text of [
      "${{ secrets.A_KEY }}",
      "sk-...",
      "ghp_...",
      "pul-",
      "https://x-access-token:${TOKEN}@github.com/acme/a.git",
      "https://user:***@host",
      "https://api.pulumi.com:443/a@b",
      "git@github.com:acme/a.git",
      "urn:pulumi:production::a::b:c:D::name",
      `actions/checkout@${of(HEX, 40)}`,
      `sha256:${of(HEX, 64)}`,
    ])
      equal(tokenIn(text), undefined, text);
  });

  it("find nothing in the job's bundle, in this project's own code and in its documents", () => {
    const files = [
      "dist/sync_secrets.cjs",
      "README.md",
      ...filesIn("src"),
      ...filesIn("secrets"),
      ...filesIn("docs"),
    ];
    ok(files.length > 100);
    for (const file of files) {
      const text = readFileSync(join(ROOT, file), "utf8");
      equal(tokenIn(text) ?? assignsSecret(text, writingOf(file)), false, file);
    }
  });

  it("answer on a megabyte before mocha loses patience, whatever stands in it", () => {
    for (const part of ["a:", "-----BEGIN ", "http://a:b", "password='a1", "xoxb-1-", " \\n"])
      tokenIn(part.repeat(1_000_000 / part.length));
  });
});

function filesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1));
}
