// What Lighthouse says of a page, in the browser that the test drives.

import { expect, type BrowserContext } from "@playwright/test";
import lighthouse, { type Flags } from "lighthouse";

export type Profile = "mobile" | "desktop";
type Category = "accessibility" | "best-practices" | "performance";

const LEAST = 0.95;
/** What is judged stands in the document when it is loaded: waiting for a quiet machine would find nothing more. */
const atOnce = {
  throttlingMethod: "provided",
  maxWaitForLoad: 15_000,
  pauseAfterFcpMs: 0,
  pauseAfterLoadMs: 0,
  networkQuietThresholdMs: 0,
  cpuQuietThresholdMs: 0,
} satisfies Flags;
/** How a desktop is measured; the phone is what Lighthouse does when nothing is said. */
const desktop: Flags = {
  formFactor: "desktop",
  screenEmulation: { mobile: false, width: 1350, height: 940, deviceScaleFactor: 1, disabled: false },
};

/** Scores by category. One run: what is judged here does not depend on how fast the machine is at the moment. */
export async function scores(
  url: string,
  port: number,
  profile: Profile,
  categories: Category[] = ["accessibility", "best-practices"],
): Promise<{ scores: Record<string, number>; failed: string[] }> {
  const fast = !categories.includes("performance");
  const result = await lighthouse(url, {
    port,
    output: "json",
    logLevel: "silent",
    onlyCategories: categories,
    // The visit is in the cookies.
    disableStorageReset: true,
    disableFullPageScreenshot: true,
    ...(fast ? atOnce : {}),
    ...(profile === "desktop" ? desktop : {}),
  });
  if (!result) throw new Error(`Lighthouse has no answer for ${url}`);
  const { lhr } = result;
  if (lhr.runtimeError) throw new Error(`${url}: ${lhr.runtimeError.message}`);
  expect(lhr.finalDisplayedUrl, "the page that was asked for was judged").toBe(url);
  const found = Object.values(lhr.categories).map(({ id, score }) => [id, score ?? 0] as const);
  const failed = Object.values(lhr.audits)
    .filter(({ score, scoreDisplayMode }) => score !== null && score < 1 && scoreDisplayMode !== "informative")
    .map(({ id, title, displayValue }) => [id, title, displayValue].filter(Boolean).join(": "));
  return { scores: Object.fromEntries(found), failed };
}

/** 95 or more in each category, with what is missing where it is less. */
export async function expectGood(
  context: BrowserContext,
  url: string,
  port: number,
  profile: Profile,
): Promise<void> {
  const judged = await scores(url, port, profile);
  for (const [category, score] of Object.entries(judged.scores)) {
    expect(score, `${category} of ${url}, ${profile}: ${judged.failed.join("; ")}`).toBeGreaterThanOrEqual(LEAST);
  }
  expect(Object.keys(judged.scores)).toHaveLength(2);
  // Tabs that Lighthouse opened are its own.
  expect(context.pages().length).toBeGreaterThan(0);
}
