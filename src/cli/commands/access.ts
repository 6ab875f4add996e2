import { RemedyError } from "../../errors";
import { oneOf } from "../choice-option";
import { defineCommand, EXIT } from "../command";
import { environment, flag, text, words } from "../options";

/** Who may do what, and why. */
export const accessCommand = defineCommand({
  name: "access",
  topic: "access",
  summary: "Show who can read, open or write which secrets, and why",
  details: [
    "Without names, a matrix of identity, group and deployment environment, and of what ESC rotates. With names, a line for each identity that has access. It is computed from the declaration. With PULUMI_ACCESS_TOKEN it is also compared with Pulumi Cloud: administrators, the default permissions, members, and permissions that nothing declares. Exit code 1 when they differ.",
    "--close-default changes one thing: it sets the organization's default environment permission to none. It is write unless someone changed it. The command refuses while declared access is not in place.",
    "--json prints { rights: [{ environment, group, rotator, identity, level, maxOpenDuration, because }], administratorsAlone, shared, cloud, unknown }; cloud is null without a token, else { defaultPermission, defaultStackPermission, administrators, teams, differences, elsewhere }.",
    "--review goes through every right that was never reviewed, changed since, or is due again (accessReview in the stack's config), and asks whether to keep it. It signs the answers with your SSH key and writes them to reviews/, for you to commit. reviews/allowed_signers says who may review. report and evidence show each right with its review.",
  ],
  positionals: {
    names: words("[names...]", "secrets of the catalog, values that ESC rotates, or rotators", {
      completes: "secret",
    }),
  },
  options: {
    environment: environment("only this deployment environment"),
    identity: text("<name>", "only this login or team; with a token, also the teams that the login is in"),
    json: flag("print rights, differences and what is not known as JSON"),
    review: flag("review the rights that are due, and sign the answers"),
    decide: oneOf("<answer>", "answer for every right asked about", ["keep", "remove"]),
    reviewer: text("<name>", "who reviews, as reviews/allowed_signers has it (default: git's user.email)"),
    key: text("<file>", "SSH key to sign with (default: the one git signs with)", { completes: "file" }),
    note: text("<text>", "a sentence about the review, in its record"),
    all: flag("with --review: also what was reviewed in time"),
    closeDefault: flag("set the organization's default environment permission to none"),
  },
  examples: [
    "access",
    "access POSTGRES_PASSWORD --environment production",
    "access --identity developer --json | jq -r '.rights[].group'",
    "access --close-default",
    "access --review --key ~/.ssh/id_ed25519",
    "access --review --identity contractor --decide remove",
  ],
  load: () => ({
    ...(require("../../operations/access/access-rights") as typeof import("../../operations/access/access-rights")),
    ...(require("../../operations/access/access-default") as typeof import("../../operations/access/access-default")),
    ...(require("../access-report") as typeof import("../access-report")),
    ...(require("../access-review") as typeof import("../access-review")),
  }),
  run: async (
    { terminal, ...context },
    { names, environment, identity, json, closeDefault, ...more },
    work,
  ) => {
    const { catalog, project } = context;
    const { review, ...typed } = more;
    refuseReviewOptions(review, typed, names.length > 0 || json || closeDefault);
    if (review) return work.reviewAccess(context, terminal, { ...typed, environment, identity });
    if (closeDefault) {
      if (names.length > 0 || environment !== undefined || identity !== undefined || json)
        throw new RemedyError({
          code: "options-exclusive",
          subject: "--close-default",
          cause: "it is for the whole organization",
          remedy: "give it alone",
        });
      const before = await work.closeDefault(context);
      const now = before === "none" ? "is none already" : `was ${before}, and is none now`;
      const kept = before === "none" ? "" : ". Members keep what teams give them";
      terminal.print(
        `${project.settings.pulumiOrganization}: the default environment permission ${now}${kept}`,
      );
      return EXIT.done;
    }
    const question = { names, environment, identity };
    const answer = await work.readAccess(context, question);
    const lines = json
      ? [JSON.stringify(work.accessDocument(answer))]
      : work.accessLines(catalog, project.settings.edition, question, answer, terminal.width);
    for (const line of lines) terminal.print(line);
    return answer.differences.length === 0 ? EXIT.done : EXIT.found;
  },
});

/** What belongs to a review and was typed without one would be lost in silence, and so would the reverse. */
function refuseReviewOptions(review: boolean, typed: object, others: boolean): void {
  const alone = Object.values(typed).some((value) => value !== undefined && value !== false);
  if (review ? !others : !alone) return;
  throw new RemedyError({
    code: "options-exclusive",
    subject: "--review",
    cause: review
      ? "takes no names, --json or --close-default"
      : "is missing, and the other options are for it",
    remedy: review ? "give it alone, or with --environment and --identity" : "add --review",
  });
}
