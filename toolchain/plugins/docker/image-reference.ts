/** What an image's name asks for. */
export interface ImageReference {
  /** Host and port, without protocol. */
  registry: string;
  repository: string;
  /** Tag, or a digest, which wins over a tag. */
  reference: string;
}

/** Takes a name apart as terraform-provider-docker does (`parseImageOptions`), Docker Hub's defaults included. */
export function parseImageReference(name: string): ImageReference {
  const firstSlash = name.indexOf("/");
  const head = name.slice(0, Math.max(firstSlash, 0));
  const isHost = /[.:]/.test(head) || head === "localhost" || name.split("/").length > 2;
  const registry = firstSlash !== -1 && isHost ? head : "";
  const rest = registry === "" ? name : name.slice(registry.length + 1);
  const [tagged = "", digest] = rest.split("@");
  const [repository = "", tag = "latest"] = tagged.split(":");
  if (registry !== "") return { registry, repository, reference: digest ?? tag };
  const official = repository.includes("/") ? repository : `library/${repository}`;
  return { registry: "registry-1.docker.io", repository: official, reference: digest ?? tag };
}
