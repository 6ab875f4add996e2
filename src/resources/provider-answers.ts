import * as pulumi from "@pulumi/pulumi";

/** An environment's text, as the provider answers it. */
export async function textOf(yaml: unknown): Promise<string> {
  if (yaml instanceof pulumi.asset.StringAsset) return yaml.text;
  return typeof yaml === "string" ? yaml : "";
}

/** What a provider's error says, in one line: bridged providers begin with a count, and name the request in a list. */
export function saidByProvider(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (/^\s*\* (.+)$/m.exec(text)?.[1] ?? text.trim().split("\n", 1)[0] ?? "").trim();
}
