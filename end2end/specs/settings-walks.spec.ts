// What people do on the settings page: set up from zero, let one location differ, go live, meet a colleague, come back.

import type { Locator, Page } from "@playwright/test";

import { Admin, hasScript } from "../support/admin.ts";
import { configure, doors, payments, printers, removeConnected } from "../support/connected.ts";
import { expectPage } from "../support/pages.ts";
import { expect, test } from "../support/test.ts";

const posted = /^\/settings\/con_[0-9a-f]+(\/locations\/[0-9a-f]+)?$/;

const save = (window: Page) => window.getByRole("button", { name: "Save changes" });
const saved = (window: Page) => window.getByRole("status").filter({ hasText: "Saved." });
const group = (window: Page, name: string) => window.getByRole("group", { name, exact: true });

/** The row of a plan in the table of a map. */
function row(window: Page, plan: string): Locator {
  return window.getByRole("row").filter({ has: window.getByRole("rowheader", { name: plan }) });
}

/** The switcher is folded on narrow windows, so people go by its link in a wide one. */
const location = (window: Page, name: string) =>
  window.getByRole("navigation", { name: "Settings for" }).getByRole("link", { name: new RegExp(`^${name}`) });

async function counted(window: Page, words: string): Promise<void> {
  if (hasScript()) await expect(window.getByRole("region", { name: "Save" }).getByRole("status")).toHaveText(words);
}

// Each walk connects through the vendor's steps first.
test.describe.configure({ timeout: 90_000 });
test.afterEach(({ simulator }) => removeConnected(simulator));

test("a community manager says which plan opens which doors", async ({ page, simulator }) => {
  const admin = new Admin(page);
  const window = await configure(admin, simulator, await doors(admin, simulator));
  await expectPage(window, {
    heading: "Settings for all locations",
    title: "Settings for all locations – Portunus Access",
    says: ["Later you can let single locations differ.", "Not filled in yet: Plans with access at any hour"],
  });

  const plan = row(window, "Hot desk 24/7");
  await plan.locator("summary").click();
  await plan.getByLabel("Front door").check();
  await plan.getByLabel("Members, day").check();
  await counted(window, "1 unsaved change");
  await group(window, "Plans with access at any hour").getByLabel("Hot desk 24/7").check();
  await counted(window, "2 unsaved changes");
  await save(window).click();

  await expect(saved(window)).toContainText("Saved. 2 changes.");
  await expect(saved(window)).toContainText(/Applies with the next run at \d\d:\d\d\./);
  await expect(row(window, "Hot desk 24/7").locator("summary")).toContainText("Front door, Members, day");
  await expect(window.getByText("Not filled in yet: Plans with access at any hour")).toHaveCount(0);
  await window.getByRole("link", { name: "History of changes" }).click();
  await expect(window.getByRole("main")).toContainText("Groups by plan");
  await expect(window.getByRole("main")).toContainText("Front door, Members, day");
});

test("an operations head lets one row differ at one location, and takes it back", async ({ page, simulator }) => {
  const admin = new Admin(page);
  const window = await configure(admin, simulator, await doors(admin, simulator));
  await location(window, "Bristol, Old Market").click();
  await expect(window.getByRole("heading", { level: 1 })).toHaveText("Settings for Bristol, Old Market");
  await row(window, "Dedicated desk").getByRole("button", { name: /^Change/ }).click();
  const plan = row(window, "Dedicated desk");
  const front = plan.getByLabel("Front door");
  // The page has answered as soon as the row can be reset, and not before is it known whether its list is open.
  await expect(plan.getByRole("button", { name: /^Reset/ })).toBeVisible();
  if (!(await front.isVisible())) await plan.locator("summary").click();
  await front.check();
  await save(window).click();
  await expect(saved(window)).toContainText("Saved. 1 change.");
  await expect(row(window, "Dedicated desk")).toContainText("Front door");
  await expect(location(window, "Bristol, Old Market")).toContainText("1 differs");

  await location(window, "All locations").click();
  await expect(window.getByRole("heading", { level: 1 })).toHaveText("Settings for all locations");
  await expect(row(window, "Dedicated desk")).not.toContainText("Front door,");
  await location(window, "Bristol, Old Market").click();
  await row(window, "Dedicated desk").getByRole("button", { name: /^Reset/ }).click();
  await save(window).click();
  await expect(saved(window)).toContainText("Saved. 1 change.");
  await expect(location(window, "Bristol, Old Market")).toContainText("none differ");
  await expect(row(window, "Dedicated desk")).toContainText("From the row for all others");
});

test("a finance administrator goes live by typing the name", async ({ page, simulator, complaints }) => {
  const admin = new Admin(page);
  const window = await configure(admin, simulator, await payments(admin, simulator));
  await group(window, "Mode").getByLabel("Live").check();
  await window.getByLabel(/Webhook signing key/).fill("whsec-of-the-test-of-going-live");
  await save(window).click();
  await expect(window).toHaveURL(/\/confirm\//);
  await expectPage(window, {
    heading: /^Save (this change|these \d changes) for Harbour & Loom\?$/,
    title: /^Confirm for Harbour & Loom/,
    says: ["Nothing is saved yet.", "From now on invoices are charged for real.", "Type the name to go on"],
  });
  const yes = window.getByRole("button", { name: /^Save (this change|these \d changes) for/ });
  complaints.expectStatus(422, /\/confirm\//);
  await window.getByLabel("Name").fill("Harbor");
  await yes.click();
  await expect(window.getByRole("alert")).toBeVisible();
  await window.getByLabel("Name").fill("harbour loom");
  await yes.click();
  await expect(saved(window)).toContainText("Saved.");
  await expect(group(window, "Mode").getByLabel("Live")).toBeChecked();
});

test("two people change the same, and nothing is lost", async ({ page, context, simulator }) => {
  const admin = new Admin(page);
  const known = await printers(admin, simulator);
  const mine = await configure(admin, simulator, known);
  const theirs = await context.newPage();
  await theirs.goto(mine.url());
  await theirs.setViewportSize({ width: 1280, height: 900 });
  await group(theirs, "Jobs are released").getByLabel("With a badge").check();
  await save(theirs).click();
  await expect(saved(theirs)).toBeVisible();

  await group(mine, "Jobs are released").getByLabel("At once").check();
  await save(mine).click();
  await expect(mine.getByRole("main")).toContainText("changed the same settings while you were editing");
  await expect(mine.getByRole("main")).toContainText("none of them is lost");
  await mine.getByRole("radio", { name: /^Yours/ }).check();
  await mine.getByRole("button", { name: /^Save th/ }).click();
  await expect(saved(mine)).toBeVisible();
  await expect(group(mine, "Jobs are released").getByLabel("At once")).toBeChecked();
  await mine.getByRole("link", { name: "History of changes" }).click();
  await expect(mine.getByRole("main")).toContainText("With a badge");
});

test("a visit that ends in the middle of typing loses nothing", async ({ page, simulator, complaints }) => {
  const admin = new Admin(page);
  const known = await printers(admin, simulator);
  const window = await configure(admin, simulator, known);
  await group(window, "Jobs are released").getByLabel("With a badge").check();
  // Over an hour away from the desk.
  await simulator.advance(61 * 60);
  complaints.expectStatus(401, posted);
  await save(window).click();
  await expect(window.getByRole("heading", { level: 1 })).toHaveText("Open Configure again in OfficeRnD");
  await window.close();

  const again = await configure(admin, simulator, known);
  await expect(again.getByRole("main")).toContainText(/(was|were) not saved/);
  await again.getByRole("button", { name: "Go on with it" }).click();
  await expect(group(again, "Jobs are released").getByLabel("With a badge")).toBeChecked();
  await save(again).click();
  await expect(saved(again)).toContainText("Saved.");
});
