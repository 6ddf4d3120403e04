// What the partner's staff do: sign in, find a tenant by any name, see what is wrong in one sentence, act, sign out.

import type { Page } from "@playwright/test";

import { product } from "../support/addresses.ts";
import { Admin } from "../support/admin.ts";
import { colleague } from "../support/backend.ts";
import { printers, removeConnected } from "../support/connected.ts";
import { expectPage } from "../support/pages.ts";
import { expect, test } from "../support/test.ts";

// Each walk connects first, and password hashes take their time.
test.describe.configure({ timeout: 90_000 });
test.afterEach(({ simulator }) => removeConnected(simulator));

const heading = (page: Page) => page.getByRole("heading", { level: 1 });

async function signIn(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await page.goto(product);
  await expect(heading(page)).toHaveText("Sign in");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(heading(page)).toHaveText("Overview");
}

async function find(page: Page, text: string): Promise<void> {
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Tenants" }).click();
  await page.getByLabel("Search tenants").fill(text);
  await page.getByRole("button", { name: "Search" }).click();
}

test("support finds a tenant, pauses it with a reason, and it goes on", async ({ page, simulator }) => {
  const admin = new Admin(page);
  const { organization } = await printers(admin, simulator);
  const desk = await page.context().newPage();
  await desk.setViewportSize({ width: 1280, height: 900 });
  await signIn(desk, colleague("support"));
  await expectPage(desk, { heading: "Overview", title: /^Overview/ });

  for (const name of [organization.slug, organization.id, organization.slug.slice(0, 16)]) {
    await find(desk, name);
    await expect(desk.getByRole("link", { name: "Harbour & Loom" }).first()).toBeVisible();
  }
  await find(desk, "nobody has a name like this");
  await expect(desk.getByRole("link", { name: "Harbour & Loom" })).toHaveCount(0);
  await find(desk, organization.slug);
  await expectPage(desk, { heading: "Tenants", title: /tenants/i });
  await desk.getByRole("link", { name: "Harbour & Loom" }).first().click();
  await expect(heading(desk)).toContainText("Harbour & Loom");
  await expect(desk.getByRole("main")).toContainText("Nobody has to act.");

  await desk.getByLabel("Pause synchronization").check();
  await desk.getByLabel("Reason").fill("Ticket 12; they move house");
  await desk.getByRole("button", { name: "Do it and record it" }).click();
  await expect(desk.getByRole("main")).toContainText("Paused by you");
  await expect(desk.getByRole("main")).toContainText("Ticket 12; they move house");
  await desk.getByLabel("Resume synchronization").check();
  await desk.getByLabel("Reason").fill("they have moved");
  await desk.getByRole("button", { name: "Do it and record it" }).click();
  await expect(desk.getByRole("main")).toContainText("Nobody has to act.");

  await desk.getByRole("button", { name: "Sign out" }).click();
  await desk.goto(`${product}/tenants`);
  await expect(heading(desk)).toHaveText("Sign in");
});

test("a viewer sees all of it and can do nothing", async ({ page, simulator }) => {
  const admin = new Admin(page);
  const { organization } = await printers(admin, simulator);
  const desk = await page.context().newPage();
  await desk.setViewportSize({ width: 1280, height: 900 });
  await signIn(desk, colleague("viewer"));
  await find(desk, organization.slug);
  await desk.getByRole("link", { name: "Harbour & Loom" }).first().click();
  await expect(heading(desk)).toContainText("Harbour & Loom");
  // But for what changes nothing but the page that one looks at.
  const buttons = desk.getByRole("main").getByRole("button").filter({ hasNotText: /live updates$/ });
  await expect(buttons).toHaveCount(0);
});
