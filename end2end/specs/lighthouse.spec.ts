// Lighthouse finds what it calls accessible and good practice: on the settings page in its phone, and on each page of the
// dashboard in its phone and its desktop. How fast pages are is measured by the bench.

import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type BrowserContext, chromium } from "@playwright/test";

import { product } from "../support/addresses.ts";
import { Admin } from "../support/admin.ts";
import { colleague } from "../support/backend.ts";
import { configure, doors, removeConnected } from "../support/connected.ts";
import { expectGood, type Profile, scores } from "../support/lighthouse.ts";
import { expect, test } from "../support/test.ts";

// Each page is loaded anew by Lighthouse, once in each profile.
test.describe.configure({ timeout: 900_000 });
test.afterEach(({ simulator }) => removeConnected(simulator));

/** A port that nobody listens at. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port"))));
    });
  });
}

/** A browser that Lighthouse can join: its tabs share the cookies of ours. */
async function joined(use: (context: BrowserContext, port: number) => Promise<void>): Promise<void> {
  const [port, folder] = [await freePort(), mkdtempSync(join(tmpdir(), "lighthouse-"))];
  const { launchOptions } = test.info().project.use;
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: launchOptions?.executablePath,
    args: [...(launchOptions?.args ?? []), `--remote-debugging-port=${port}`],
    locale: "en-GB",
  });
  try {
    await use(context, port);
  } finally {
    await context.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

test("the settings page in the phone's profile", async ({ simulator }) => {
  await joined(async (context, port) => {
    const admin = new Admin(await context.newPage());
    const window = await configure(admin, simulator, await doors(admin, simulator));
    const home = window.url();
    await expectGood(context, home, port, "mobile");
    await window.getByRole("navigation", { name: "Settings for" }).getByRole("link", { name: /^Bristol, Old Market/ }).click();
    await expect(window).toHaveURL(/\/locations\//);
    await expectGood(context, window.url(), port, "mobile");
  });
});

test("each page of the dashboard in both profiles", async ({ simulator }) => {
  // Two dozen runs of Lighthouse: minutes that a machine which does something else does not have.
  test.skip(process.env.LIGHTHOUSE !== "dashboard", "run by hand with LIGHTHOUSE=dashboard");
  await joined(async (context, port) => {
    const admin = new Admin(await context.newPage());
    await doors(admin, simulator);
    const desk = await context.newPage();
    await desk.setViewportSize({ width: 1280, height: 900 });
    const { email, password } = colleague("owner");
    await desk.goto(product);
    const judged: string[] = [desk.url()];
    for (const profile of ["mobile", "desktop"] satisfies Profile[]) await expectGood(context, desk.url(), port, profile);
    await desk.getByLabel("E-mail address").fill(email);
    await desk.getByLabel("Password").fill(password);
    await desk.getByRole("button", { name: "Sign in" }).click();
    await expect(desk.getByRole("heading", { level: 1 })).toHaveText("Overview");
    const hrefs = async (name: RegExp) =>
      (await desk.getByRole("link", { name }).evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href)))[0];
    const pages = ["/", "/tenants", "/activity", "/integrations", "/integrations/portunus-access", "/staff", "/account"]
      .map((path) => `${product}${path}`);
    await desk.goto(`${product}/tenants`);
    const tenant = await hrefs(/Harbour & Loom/);
    expect(tenant, "somebody is connected").toBeDefined();
    if (tenant) {
      await desk.goto(tenant);
      const connection = desk.url().includes("/connections/") ? desk.url() : await hrefs(/Portunus Access/);
      expect(connection).toBeDefined();
      pages.push(tenant);
      if (connection) pages.push(connection, ...["activity", "settings"].map((page) => `${connection}/${page}`));
    }
    for (const url of new Set(pages)) {
      judged.push(url);
      for (const profile of ["mobile", "desktop"] satisfies Profile[]) await expectGood(context, url, port, profile);
    }
    expect(judged.length, judged.join(" ")).toBeGreaterThan(9);
  });
});

/** Runs of the bench; what stands in the middle counts. */
const RUNS = 5;

test("performance of the settings page in the phone's profile", async ({ simulator }) => {
  test.skip(process.env.LIGHTHOUSE !== "performance", "measured by `cargo xtask bench`, on a machine that does nothing else");
  await joined(async (context, port) => {
    const admin = new Admin(await context.newPage());
    const window = await configure(admin, simulator, await doors(admin, simulator));
    const home = window.url();
    const found: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      const judged = await scores(home, port, "mobile", ["performance"]);
      found.push(judged.scores.performance ?? 0);
    }
    const middle = found.toSorted((one, other) => one - other)[Math.floor(RUNS / 2)] ?? 0;
    console.log(`Lighthouse, performance of the settings page in the phone's profile: ${found.join(", ")}; median ${middle}`);
    expect(middle).toBeGreaterThanOrEqual(0.95);
  });
});
