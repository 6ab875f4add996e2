/** RFC 3339 to what Go's `time.Time.String()` prints, which is how the provider keeps times in the state. */
export function goTime(rfc3339: string): string {
  const [date = "", time = ""] = new Date(rfc3339).toISOString().split("T");
  return `${date} ${time.replace(/\.?0*Z$/, "")} +0000 UTC`;
}
