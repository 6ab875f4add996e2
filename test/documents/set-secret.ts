import { People } from "../engine/people";

/** Sets an organization secret as GitHub's settings do: whatever the value is. */
async function main([name = "", value = ""]: string[]): Promise<void> {
  const { SANDBOX_GITHUB_URL: url = "", GITHUB_TOKEN: token = "" } = process.env;
  await new People(url, token, "ai-cherry", "sophia-main").setSecret(name, value);
}

void main(process.argv.slice(2));
