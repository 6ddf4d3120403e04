import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { defineConfig } from "@playwright/test";

import { demoArguments, product } from "./support/addresses.ts";

const workspace = fileURLToPath(new URL("..", import.meta.url));
// `cargo xtask e2e` names both; run by hand, the usual places do.
const binary = process.env.E2E_BINARY ?? `${workspace}target/debug/deskbridge`;
const chromium = process.env.CHROMIUM
  ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
if (!chromium) {
  throw new Error("Chromium is missing: `cargo xtask e2e` installs it on Debian, elsewhere set CHROMIUM to its path");
}
if (!existsSync(binary)) {
  throw new Error("Deskbridge is not built: `cargo xtask e2e` builds it and runs these tests");
}

// About pages that the tests of `app` wrote down.
const written = ["every-page.spec.ts", "pictures.spec.ts"];

// Two runs side by side keep out of each other's folders.
const beside = process.env.E2E_PORTS ? `-${new URL(product).port}` : "";
// Emptied before each run and left after it, for looking at what failed.
const data = `${workspace}target/end2end${beside}`;

export default defineConfig({
  testDir: "specs",
  outputDir: `test-results${beside}`,
  // One demo, one movable clock, one simulator: walks follow each other.
  workers: 1,
  fullyParallel: false,
  // A walk that passes only the second time is broken.
  retries: 0,
  forbidOnly: !!process.env.CI,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: process.env.CI ? [["list"]] : [["list"], ["html", { open: "never", outputFolder: `playwright-report${beside}` }]],

  use: {
    baseURL: product,
    locale: "en-GB",
    timezoneId: "Europe/London",
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: chromium,
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },

  projects: [
    { name: "light", use: { colorScheme: "light" }, testIgnore: written },
    // The net of the tests themselves is the same net in any colour.
    { name: "dark", use: { colorScheme: "dark" }, testIgnore: ["support.spec.ts", "lighthouse.spec.ts", ...written] },
    { name: "no-js", use: { colorScheme: "light", javaScriptEnabled: false }, testIgnore: ["lighthouse.spec.ts", ...written] },
    // It goes through the schemes itself.
    { name: "pages", use: { colorScheme: "light" }, testMatch: written },
  ],

  webServer: {
    name: "demo",
    command: `rm -rf '${data}' && exec '${binary}' demo ${demoArguments} --data-dir '${data}'`,
    cwd: workspace,
    url: `${product}/healthz`,
    timeout: 180_000,
    reuseExistingServer: false,
    gracefulShutdown: { signal: "SIGTERM", timeout: 10_000 },
    // Warnings and errors of the server appear between the tests that caused them.
    env: { RUST_LOG: "warn" },
    stdout: "ignore",
    stderr: "pipe",
  },
});
