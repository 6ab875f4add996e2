import type { EvidenceSection } from "./section";

type Control = readonly [control: string, asks: string, answeredBy: string];

/**
 * Which section speaks to which control, by framework. Texts are shortened; the control's own wording has the last word.
 * Sources: AICPA Trust Services Criteria (2017, points of focus 2022), PCI DSS 4.0.1, 45 CFR 164, Regulation (EU)
 * 2016/679.
 */
const CONTROLS: Readonly<Record<string, readonly Control[]>> = {
  "SOC 2": [
    ["CC6.1", "Logical access to protected information is restricted", "access, measures"],
    ["CC6.2", "Access is authorized before credentials are issued, and removed when it ends", "access"],
    [
      "CC6.3",
      "Access follows roles, least privilege and segregation of duties",
      "access, access-differences",
    ],
    ["CC7.2", "Components are monitored for anomalies, which are analyzed", "openings, measures"],
    ["CC8.1", "Changes are authorized, documented, tested and approved", "changes, policies"],
  ],
  "PCI DSS 4.0.1": [
    ["7.2.4", "User accounts and their access are reviewed every six months", "access, access-differences"],
    ["7.2.5", "Application and system accounts have the least privileges they need", "access"],
    ["8.6.2", "Passwords of application and system accounts are not hard coded", "policies"],
    [
      "8.6.3",
      "They are changed at the frequency of the risk analysis and upon compromise",
      "rotation, changes",
    ],
    ["10.2.1", "Audit logs are enabled and active", "openings, changes, measures"],
  ],
  HIPAA: [
    [
      "164.308(a)(4)(ii)(C)",
      "Access is established, documented, reviewed and modified",
      "access, access-differences",
    ],
    ["164.308(a)(5)(ii)(D)", "Passwords are created, changed and safeguarded by procedure", "rotation"],
    ["164.312(a)(1)", "Access is allowed only to persons and programs that have been granted it", "access"],
    ["164.312(b)", "Activity is recorded and examined", "openings, changes"],
  ],
  GDPR: [
    [
      "Article 32(1)(b)",
      "Ongoing confidentiality, integrity, availability and resilience",
      "access, measures",
    ],
    [
      "Article 32(1)(d)",
      "Measures are regularly tested, assessed and evaluated",
      "access-differences, rotation, policies",
    ],
  ],
};

export function controlsSection(): EvidenceSection {
  return {
    name: "controls",
    title: "Controls",
    about: "Which section of this bundle speaks to which control. It supports a review and replaces none.",
    source: "the standards named; the wording here is shortened",
    columns: ["Framework", "Control", "Asks for", "Answered by"],
    rows: Object.entries(CONTROLS).flatMap(([framework, controls]) =>
      controls.map((control) => [framework, ...control]),
    ),
    unknown: ["whether a control applies to this organization: its assessor decides"],
  };
}
