import { show } from "../inputs";
import { resourceRule } from "../rule";
import { canBeWorkflow, isFields, type Job, UNREADABLE, workflowIn } from "../workflow";

/** A tag or branch can be moved to other code; a commit's whole SHA and an image's digest can not. */
const PINNED = /^(?:\.\/\S*|[^@\s]+@[0-9a-f]{40}|docker:\/\/[^@\s]+@sha256:[0-9a-f]{64})$/;
/** What may be shown of an action: its name. */
const NAME = /^[\w-]+\/[\w./-]+(?=@|$)/;

/** An image by its digest. */
const IMAGE = /^(?:docker:\/\/)?[^@\s]+@sha256:[0-9a-f]{64}$/;

export const workflowActionsArePinned = resourceRule(
  {
    name: "workflow-actions-are-pinned",
    description: "A workflow names each action by a full commit SHA, and each image it runs by its digest.",
    remedy:
      "write OWNER/ACTION@ and the 40 digits of the commit, or IMAGE@sha256: and its digest, with the version as a comment",
    enforcementLevel: "mandatory",
  },
  canBeWorkflow,
  async function* (args) {
    const workflow = await workflowIn(args);
    if (workflow === "unreadable") yield UNREADABLE;
    if (typeof workflow !== "object") return;
    for (const { path, fields } of workflow.jobs.flatMap(withSteps)) {
      if (fields.uses === undefined || PINNED.test(String(fields.uses))) continue;
      const [name = "an action"] = NAME.exec(String(fields.uses)) ?? [];
      yield `${path} uses ${name} by something that can be moved`;
    }
    for (const path of workflow.jobs.flatMap(looseImages)) yield `${path} runs an image that can be moved`;
  },
);

/** A job uses a workflow as a step uses an action. */
function withSteps(job: Job) {
  return [job, ...job.steps];
}

/** Where a job's own container and its services name an image by something else than a digest. */
function looseImages({ path, fields }: Job): string[] {
  const services = isFields(fields.services) ? Object.entries(fields.services) : [];
  const images: [path: string, container: unknown][] = [
    [`${path}.container`, fields.container],
    ...services.map(([name, service]): [string, unknown] => [`${path}.services.${show([name])}`, service]),
  ];
  return images.flatMap(([place, container]) => {
    const image = isFields(container) ? container.image : container;
    // Without an image a job runs on its runner.
    return image === undefined || image === null || image === "" || IMAGE.test(String(image)) ? [] : [place];
  });
}
