// Axe finds nothing on the settings pages of the three fixtures as the demo serves them: for all locations and for single
// ones, in both languages, with every list and detail open. The projects `light` and `dark` are the two schemes.

import type { Page } from "@playwright/test";

import { expectAccessible } from "../support/accessibility.ts";
import { Admin, hasScript } from "../support/admin.ts";
import { configure, doors, payments, removeConnected, wifi } from "../support/connected.ts";
import { expect, test } from "../support/test.ts";

const fixtures = { doors, wifi, payments };
const languages = ["en", "de"];
/** The others have the same fields. */
const LOCATIONS = 2;

// A page has hundreds of controls, and axe looks at each.
test.describe.configure({ timeout: 300_000 });
test.afterEach(({ simulator }) => removeConnected(simulator));

/** The page is there, its islands have begun, and no colour is on its way to another. */
async function open(page: Page, address: string, language: string): Promise<void> {
  await page.goto(`${address}?language=${language}`);
  await expect(page.locator("html")).toHaveAttribute("lang", language);
  await expect(page.locator("html")).toHaveAttribute("data-script", "");
  await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
}

/** Addresses of the places in the switcher, the organization's first. */
async function places(page: Page): Promise<string[]> {
  const home = new URL(page.url());
  const links = page.locator("nav a[href*='/locations/']");
  await expect(links.first()).toBeAttached();
  const found = await links.evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""));
  const locations = [...new Set(found.map((href) => new URL(href, home).pathname))];
  expect(locations.length, "locations to look at").toBeGreaterThanOrEqual(LOCATIONS);
  return [home.pathname, ...locations.slice(0, LOCATIONS)].map((path) => home.origin + path);
}

for (const [name, connected] of Object.entries(fixtures)) {
  test(`settings of ${name} are accessible`, async ({ page, simulator }) => {
    test.skip(!hasScript(), "axe is a script");
    const admin = new Admin(page);
    const window = await configure(admin, simulator, await connected(admin, simulator));
    await window.emulateMedia({ reducedMotion: "reduce" });
    for (const address of await places(window)) {
      for (const language of languages) {
        await test.step(`${new URL(address).pathname} in ${language}`, async () => {
          await open(window, address, language);
          await window.locator("details").evaluateAll((all) => {
            for (const fold of all) fold.setAttribute("open", "");
          });
          await expectAccessible(window);
        });
      }
    }
  });
}
