import { RemedyError } from "../errors";
import type { Context } from "../operations/context";

/** A typed repository as `owner/name`. @param option for the error. @throws RemedyError when it is none. */
export function repositoryIn({ project }: Pick<Context, "project">, typed: string, option: string): string {
  if (/^[\w.-]+(\/[\w.-]+)?$/.test(typed) && !/(^|\/)\.\.?($|\/)/.test(typed))
    return typed.includes("/") ? typed : `${project.settings.githubOrganization}/${typed}`;
  throw new RemedyError({
    code: "github-repository-invalid",
    subject: option,
    cause: "names no repository",
    remedy: "write OWNER/NAME, or NAME for the organization's",
  });
}
