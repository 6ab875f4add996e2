import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "puppeteer-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** A Chromium of this machine; undefined where there is none on PATH. No package of ours brings one: it has 300 MB. */
export function findBrowser(): string | undefined {
  const { CHROME_PATH, PATH = "" } = process.env;
  if (CHROME_PATH !== undefined && existsSync(CHROME_PATH)) return CHROME_PATH;
  return PATH.split(":")
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((file) => existsSync(file));
}

export const NO_BROWSER = "no Chromium on PATH (apt-get install chromium, or CHROME_PATH)";

/** How a reader has it. */
export interface Reader {
  width: number;
  height: number;
  dark?: boolean;
  /** Whether the page's own policy is set aside, so that a test may put code of its own in. */
  withoutPolicy?: boolean;
}

/** What a page asked and complained of. */
export interface Watched {
  page: Page;
  requests: string[];
  complaints: string[];
}

/** Opens a file as a reader would, and writes down every request, error and message of the browser's console. */
export async function openPage(browser: Browser, file: string, reader: Reader): Promise<Watched> {
  const page = await browser.newPage();
  const watched: Watched = { page, requests: [], complaints: [] };
  page.on("request", (request) => watched.requests.push(request.url()));
  page.on("console", (message) => watched.complaints.push(message.text()));
  page.on("pageerror", (error) => watched.complaints.push(String(error)));
  await page.setViewport({ width: reader.width, height: reader.height });
  await page.emulateMediaFeatures([
    { name: "prefers-color-scheme", value: reader.dark === true ? "dark" : "light" },
  ]);
  if (reader.withoutPolicy === true) await page.setBypassCSP(true);
  await page.goto(`file://${file}`);
  return watched;
}
