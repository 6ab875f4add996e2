/** A match of a rule, as indices into the text. */
export interface RuleMatch {
  rule: string;
  from: number;
  to: number;
}

export type VendorRules = (text: string) => Promise<RuleMatch[]>;

/** Secretlint's rules for vendors' keys, private keys, and addresses with a password. It asks nothing of the network. */
export async function loadVendorRules(): Promise<VendorRules> {
  const [{ lintSource }, preset, { secretLintProfiler }] = await Promise.all([
    import("@secretlint/core"),
    import("@secretlint/secretlint-rule-preset-recommend"),
    import("@secretlint/profiler"),
  ]);
  // It would keep some marks for each rule and file, until the process ends.
  secretLintProfiler.setEnabled(false);
  const config = { rules: [{ id: "@secretlint/secretlint-rule-preset-recommend", rule: preset.creator }] };
  // No name: a rule that leaves out files by theirs would let a secret pass there.
  const about = { filePath: "text", ext: "", contentType: "text" } as const;
  return async (text) => {
    const { messages } = await lintSource({
      source: { ...about, content: text },
      // The messages quote what they found; only the places are taken from them.
      options: { config, noPhysicFilePath: true, maskSecrets: true },
    });
    return messages.map(({ ruleId, messageId, range: [from, to] }) => ({
      rule: `${ruleId.replace("@secretlint/secretlint-rule-", "")}/${messageId}`,
      from,
      to,
    }));
  };
}
