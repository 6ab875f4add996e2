import { readCopy, saveCopy } from "../../src/loaders/typescript/last-known-good";
import { Secret } from "../../src/secret";

/** The TypeScript loader's last known good copy for the Python tests: `save PATH KEY ABOUT VALUES` or `read PATH KEY ABOUT`. */
function main([verb = "", path = "", key = "", about = "", values = "{}"]: string[]): void {
  const options = { path, key: new Secret(key), maxAge: 3600 };
  if (verb === "save") {
    saveCopy(options, about, JSON.parse(values));
    return;
  }
  const found = readCopy(options, about);
  const texts = found && Object.fromEntries([...found].map(([name, value]) => [name, value.unwrap()]));
  console.log(JSON.stringify(texts ?? null));
}

main(process.argv.slice(2));
