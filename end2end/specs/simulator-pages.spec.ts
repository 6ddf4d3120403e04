// The simulator's own pages: what a developer sees and changes there, without script too.

import { expectAccessible } from "../support/accessibility.ts";
import { simulator as address } from "../support/addresses.ts";
import { Admin } from "../support/admin.ts";
import { expect, test } from "../support/test.ts";

test("an organization and its locations are changed on their page", async ({ page, simulator }) => {
  const organization = await simulator.harbour();
  await page.goto(`${address}/?org=${organization.slug}`);
  await page.getByRole("link", { name: "Organization and locations" }).click();
  await expectAccessible(page);

  await page.getByLabel("Name", { exact: true }).first().fill("Loom & Harbour");
  await page.getByRole("button", { name: "Save the organization" }).click();
  await expect(page.getByLabel("Organization", { exact: true }).first()).toContainText("Loom & Harbour");

  await page.getByText("Bristol, Old Market (Europe/London, GBP)").click();
  await page.getByRole("button", { name: "Archive Bristol, Old Market" }).click();
  await expect(page.getByText("Bristol, Old Market (Europe/London, GBP, archived)")).toBeVisible();
  await page.getByText("Bristol, Old Market (Europe/London, GBP, archived)").click();
  await expectAccessible(page);
  await page.goto(`${address}/?org=${organization.slug}`);
  await expect(page.getByLabel("Lisboa · Marvila")).toBeVisible();
  await expect(page.getByLabel("Bristol, Old Market")).toHaveCount(0);
  await expectAccessible(page);
});

test("calls and deliveries are explained", async ({ page, simulator }) => {
  const organization = await simulator.harbour();
  const admin = new Admin(page);
  await admin.look(organization);
  const window = await admin.connect("Tallydesk Print");
  await admin.returns(window, () => window.getByRole("button", { name: "Connect", exact: true }).click());
  const row = admin.row("Tallydesk Print");
  await admin.press(row, "Check");
  await page.getByLabel("Event", { exact: true }).selectOption("member.created");
  await page.getByRole("button", { name: "Send", exact: true }).click();

  await page.getByRole("link", { name: "Calls", exact: true }).click();
  await page.getByText(/GET healthcheck 200/).first().click();
  const opened = page.getByRole("listitem").filter({ hasText: /GET healthcheck 200/ }).first();
  await expect(opened.getByText("Signed text: HMAC-SHA-256 over exactly this, in hex.")).toBeVisible();
  await page.getByText(/POST exchange 200/).first().click();
  await expectAccessible(page);

  await page.goto(`${address}/deliveries?org=${organization.slug}`);
  await expect(page.getByRole("cell", { name: "delivered" })).toBeVisible();
  await page.getByText(/^Body/).first().click();
  await expectAccessible(page);

  await page.goto(`${address}/switches?org=${organization.slug}`);
  await expect(page.getByText("Confidence C: Whether a used refresh token works")).toBeVisible();
  await expectAccessible(page);
});

test("calls come to an open page", async ({ page, simulator }) => {
  const organization = await simulator.organization("Watched");
  // The page goes on loading for as long as it is open.
  await page.goto(`${address}/calls/live?org=${organization.slug}`, { waitUntil: "commit" });
  await expect(page.getByRole("heading", { name: "Calls as they come" })).toBeVisible();
  const { integrationId } = await simulator.install(organization.slug, "tally-desk");
  await simulator.call(integrationId, "healthcheck");
  await expect(page.getByText(/GET healthcheck 401/)).toBeVisible();
  await page.getByText(/GET healthcheck 401/).click();
  await expectAccessible(page);
});
