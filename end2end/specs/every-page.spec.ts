// Every page in every state, as `app`'s tests wrote them down (`target/ui-pages`): whatever scheme,
// size, language or device a person has. What the pages do is walked in the other specs.

import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { expectEveryShape } from "../support/shapes.ts";
import { expect, test } from "../support/test.ts";

const folder = fileURLToPath(new URL("../../target/ui-pages/", import.meta.url));
const written = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".html")).sort() : [];
// Pages in the router's document have scripts that are not here, messages without their surroundings have less, and a
// failure with steps has only a bar more; the longest stands for it.
// Pages of the API's codes differ in their words only; the one with most of them stands for all.
const left = /^routed-|^bare-|^[A-Z].*-steps\./;
// Of pages of staff, one of each kind: the others differ by a line or a notice.
const staff = [
  "account", "audit", "bulk", "bulk-going", "integrations", "invitation", "overview", "set-up", "sign-in", "sign-in-code",
  "team", "team-link", "tenant-disconnect", "tenant-explain", "tenant-link-made", "tenant-organization",
  "tenant-reconnect", "tenant-run", "tenant-settings", "tenant-some_locations", "tenant-timeline", "tenants",
  "tenants-empty",
];
const of_staff = (name: string) => !name.startsWith("staff-") || staff.includes(name.slice(6, -5));
const code = /^problem-[a-z_]+\.html$/;
const stands = ["PermissionMissing-steps.html", "problem-too_many_requests.html"];
const pages = written.filter((name) => stands.includes(name) || (of_staff(name) && !left.test(name) && !code.test(name)));

// Hundreds of small looks at each page: a trace of them costs more than they do.
test.use({ trace: "off" });
// The page with every kind of field has hundreds of stops.
test.describe.configure({ timeout: 120_000 });
test("every page is written down", () => {
  expect(written.length, "`cargo xtask e2e` writes the pages and runs these tests").toBeGreaterThan(70);
});

for (const name of pages) {
  test(`${name.replace(/\.html$/, "")} fits everybody`, async ({ page }) => {
    await page.route("http://written.example/**", (route) =>
      route.fulfill({ path: folder + decodeURIComponent(new URL(route.request().url()).pathname) }));
    await page.goto(`http://written.example/${name}`);
    await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
    await expectEveryShape(page, name.startsWith("staff-") ? "window" : "pop-up");
  });
}
