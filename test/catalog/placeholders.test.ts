// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of others are what is tested
// secretlint-disable -- vendors' example values, which this test refuses as placeholders
import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { FORMATS, type FormatName, oddity, unfit } from "../../src/catalog/formats";
import { isPlaceholder } from "../../src/catalog/placeholders";

const ALL = Object.keys(FORMATS) as FormatName[];
/** A right value of each format that takes one word. */
const RIGHT: Partial<Record<FormatName, string>> = {
  "openai-key": "sk-proj-9fK2mZ",
  "anthropic-key": "sk-ant-api03-9fK2mZ",
  "openrouter-key": "sk-or-v1-9fK2mZ",
  "slack-bot-token": "xoxb-17653672481",
  "slack-app-token": "xapp-1-A111-9fK2",
  "slack-webhook": "https://hooks.slack.com/services/T1/B1/9fK2mZ",
  "github-token": "github_pat_9fK2mZ",
  "pulumi-token": "pul-9fk2mz",
  "linear-key": "lin_api_9fK2mZ",
  "docker-token": "dckr_pat_9fK2mZ",
  "https-url": "https://cluster.weaviate.network/v1?x=%C3%A9",
  number: "4711",
};

describe("a value of a token or an address", () => {
  for (const [format, right] of Object.entries(RIGHT) as [FormatName, string][]) {
    const middle = Math.ceil(right.length / 2);
    const within = (text: string) => right.slice(0, middle) + text + right.slice(middle);
    const refused: [why: string, ...values: string[]][] = [
      ["a carriage return", `${right}\r`, `${right}\r\n`, within("\r"), `\r${right}`],
      ["begins or ends with a line end", `${right}\n`, `\n${right}`, `${right} \n`],
      [
        "begins or ends with a blank",
        ` ${right}`,
        `${right}\t`,
        `${right}\u00a0`,
        `\ufeff${right}`,
        `${right}\u3000`,
      ],
      ["begins or ends with a blank", `${right}\u2028`, `\u2029${right}`],
      ["holds a NUL byte", `${right}\0`],
      ["has quotes around it", `"${right}"`, `'${right}'`, `\`${right}\``, `“${right}”`, `‘${right}’`],
      ["begins with a header's word", `Bearer ${right}`, `token ${right}`, `Authorization: Bearer ${right}`],
      ["begins with NAME=", `export A=${right}`, `OTHER_KEY=${right}`, `set A=${right}`],
      ["contains a line end", within("\n"), `${right}\n${right}`],
      ["contains a blank", within(" "), within("\u2003"), within("\u2028"), within("\u00a0"), within("\t")],
      [
        "a second line, NAME=",
        `${right}\nOTHER_KEY=hidden`,
        `${right}\r\nexport OTHER=hidden`,
        `${right}\n  A=`,
      ],
      ["an invisible character, U+200B", within("\u200b"), `${right}\u200b`, `\u200b${right}`],
      ["an invisible character, U+202E", within("\u202e")],
      ["an invisible character, U+00AD", within("\u00ad")],
      ["an invisible character, U+FE0F", `${right}\ufe0f`],
      ["an invisible character, U+0007", within("\u0007")],
      ["an invisible character, U+E0041", within("\u{e0041}")],
    ];

    it(`is refused by name where it cannot be one, as ${format}`, () => {
      equal(unfit(format, right), undefined);
      for (const [why, ...values] of refused) {
        for (const value of values) {
          const reason = unfit(format, value) ?? "taken";
          equal(reason.includes(why), true, `${JSON.stringify(value)}: ${reason}`);
          doesNotMatch(reason, /hidden|9fK2/);
        }
      }
    });

    it(`is refused with a character that ${format} does not have`, () => {
      for (const character of ["é", "а", "‑", "“"]) {
        const reason = unfit(format, within(character));
        if (format === "docker-token") equal(reason, undefined, "a password may have it");
        else match(reason ?? "taken", /contains a non-ASCII character/);
      }
    });
  }

  it("is of a format that is tried here, or of one that takes more than a word", () => {
    const others = ALL.filter((format) => RIGHT[format] === undefined);
    deepEqual(others, ["text", "private-key"]);
  });
});

describe("a value of any other text", () => {
  const PEM = "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n";

  it("is taken as it is, with a word on what looks like a slip", () => {
    const odd: [RegExp, ...string[]][] = [
      [/begins or ends with a blank or a line end/, " x", "x ", "x\n", "x\r\n", "\tx", "a\nb \n", "\u00a0x"],
      [/a second line, NAME=/, "x\nNAME=y", '{\n  "a": 1\n}\nexport KEY=1'],
      [/an invisible character, U\+200D/, "a\u200db"],
    ];
    for (const [why, ...values] of odd)
      for (const value of values) {
        equal(unfit("text", value), undefined, value);
        match(oddity("text", value) ?? "nothing", why, JSON.stringify(value));
      }
    match(oddity("private-key", ` ${PEM}`) ?? "nothing", /begins or ends/);
  });

  it("is told where it was copied with what stood around it, or is a program's word for nothing", () => {
    const odd: [RegExp, ...string[]][] = [
      [/has quotes around it/, '"x y"', "'x'", "“x”"],
      [/begins with a header's word/, "Bearer x", "Basic eDp5", "authorization: bearer x"],
      [/begins with NAME=/, "export A=x", "OTHER_KEY=x"],
      [/what programs write where there is no value/, "null", "None", "nil", "[object Object]", "null\u200b"],
    ];
    for (const [why, ...values] of odd)
      for (const value of values) {
        equal(unfit("text", value), undefined, value);
        match(oddity("text", value) ?? "nothing", why, JSON.stringify(value));
      }
  });

  it("is refused where nothing of it shows, or it is its own name or line", () => {
    for (const value of ["\u200b", "\u2060\ufeff ", "\u00ad\u3164"])
      equal(
        unfit("text", value),
        value.trim() === "" ? "is only white space" : "is only characters that do not show",
      );
    for (const value of ["API_KEY", " API_KEY\n"])
      equal(unfit("text", value, ["API_KEY"]), "is its own name");
    for (const value of [
      "API_KEY=x",
      "export API_KEY=x",
      "API_KEY = 'x'",
      "set API_KEY=x",
      "$env:API_KEY = 'x'",
    ]) {
      equal(unfit("text", value, ["OLD_KEY", "API_KEY"]), "begins with NAME=, as if copied from a .env file");
      equal(unfit("text", value, ["OTHER"]), undefined);
    }
    for (const value of ["API_KEY=", "API_KEY==", "API_KEYS"])
      equal(unfit("text", value, ["API_KEY"]), undefined);
  });

  it("is nothing to speak of where lines end as they do", () => {
    for (const value of ["x", "a b", "p√§ss", "a\nb\n", "a\r\nb\r\n", PEM, '{"a":\n 1}\n', "x=1"])
      equal(oddity("text", value), undefined, JSON.stringify(value));
    equal(oddity("private-key", PEM), undefined);
  });
});

describe("a placeholder", () => {
  const PLACEHOLDERS = [
    "changeme | CHANGEME | change_me | change-me | ChangeMe! | changeit | change_me_in_production",
    "replace-me | replace_with_your_key | TODO | todo | FIXME | tbd | placeholder | dummy | not-set",
    "your_api_key_here | your-api-key | YOUR_OPENAI_API_KEY | your token here | yourkeyhere_here",
    "api_key_here | insert your token | enter-your-password-here | put_the_key | paste it here | xxx",
    "XXXXXXXX | xxxx-xxxx-xxxx | **** | ... | … | ________ | 00000000 | <your key>",
    "<OPENAI_API_KEY> | {{ api_key }} | [YOUR_TOKEN] | %API_KEY% | __TOKEN__ | 'changeme'",
    '"your_api_key_here" | sk-xxxxxxxxxxxx | sk-your-key-here | sk-ant-xxxx',
    "sk-ant-api03-your-key-here | sk-proj-... | ghp_xxxxxxxx | xoxb-your-token | lin_api_changeme",
    "dckr_pat_<token> | pul-XXXXXXXX | sk_live_TODO | AKIAIOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY | your-256-bit-secret",
    "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
    "REDACTED | [REDACTED] | ***REDACTED*** | <redacted> | ******** | [secret] | (sensitive value) | •••••",
    "REPLACE_WITH_REAL_KEY | ${{ secrets.API_KEY }} | ${API_KEY} | $API_KEY | $(cat key) | {{ .Values.key }}",
    "op://Private/openai/key | postgres://app:<password>@db/app | https://your-cluster.weaviate.network",
    "postgresql://postgres:[YOUR-PASSWORD]@db.example/postgres | 04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "change\u200bme | \u200bTODO\ufeff",
  ]
    .flatMap((line) => line.split(" | "))
    .concat(
      "  TODO\n",
      `Calling [toString] on an [Output<T>] is not supported.\n\n${"To get the value. ".repeat(20)}`,
    );
  const VALUES = [
    "x | xx | no | yes | null | ~ | 0 | 1e3 | true | prod | staging | us-east-1 | $x | -x",
    "---a | correct horse battery staple | example-9fK2mZ7Q | my-example-password-17 | add-on",
    "set_1 | change_manager | app_sample | Yourself | hereditary | todo-list-4711 | a-here-b",
    '<a>b</a> | {"a": "<b>"} | [1, 2] | sk-9fK2mZ | sk-ant-api03-x9fK2',
    "xoxb-17653672481-19874698323 | https://x.example/ | https://< | password | your9fK2mZQx7vB",
    "$ecret_2024 | ${x} | ${sophia.other} | $(x)(y) | [a] | (a) | A_B=abc",
    "your-9fK2mZQx7vBw2LpRt | xxY9 | x-1 | postgres://app:pw@db.internal/app | ACCOUNTADMIN",
  ]
    .flatMap((line) => line.split(" | "))
    .concat("-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n");

  it("is known in all its forms", () => {
    deepEqual(
      PLACEHOLDERS.filter((text) => !isPlaceholder(text)),
      [],
    );
  });

  it("is not seen in what may be a value", () => {
    deepEqual(VALUES.filter(isPlaceholder), []);
  });

  it("is not seen in random credentials, nor anything odd", () => {
    for (let count = 0; count < 3000; count += 1) {
      const bytes = randomBytes(8 + (count % 40));
      for (const encoding of ["hex", "base64", "base64url"] as const) {
        const value = bytes.toString(encoding);
        deepEqual([unfit("text", value, ["API_KEY"]), oddity("text", value)], [undefined, undefined], value);
      }
    }
  });

  it("is refused whatever the format, and not quoted", () => {
    for (const format of ALL) {
      const reason = unfit(format, "your_hidden_key_here") ?? "taken";
      match(reason, /^is a placeholder or an example from a vendor's documentation$/);
    }
  });
});
