// The partner's own sign-in in OfficeRnD's pop-up: there, back, allowed or not, and once more from Configure.

import type { Page } from "@playwright/test";

import { partner, product } from "../support/addresses.ts";
import { Admin, hasScript } from "../support/admin.ts";
import { watchPopUp } from "../support/opener.ts";
import { expectFits, expectPage } from "../support/pages.ts";
import { expect, test } from "../support/test.ts";
import { Traffic } from "../support/traffic.ts";

const integration = "Ledgerline Pay";
const promise = "Only one system will charge our customers";
const signInTitle = "Step 2 of 4: Authorize Ledgerline – Ledgerline Pay";

const go = (page: Page) => page.getByRole("button", { name: "Continue", exact: true });
const connect = (page: Page) => page.getByRole("button", { name: "Connect", exact: true });
const heading = (page: Page) => page.getByRole("heading", { level: 1 });

/** Confirms the step; the browser goes to the partner by itself, in the same window. */
async function leave(page: Page, button = "Continue"): Promise<void> {
  await page.getByLabel(promise).check();
  await page.getByRole("button", { name: button, exact: true }).click();
  await expect(heading(page)).toHaveText(`Let Deskbridge use your ${integration} account?`);
  await expect(page).toHaveURL(new RegExp(`^${partner}/`));
}

async function choose(page: Page, merchant: string): Promise<void> {
  await page.locator("label").filter({ hasText: merchant }).click();
  await expect(page.getByRole("radio", { name: merchant })).toBeChecked();
  await go(page).click();
}

test("an admin allows it at the partner's and comes back", async ({ page, context, simulator }) => {
  test.slow();
  const admin = new Admin(page);
  const harbour = await simulator.harbour();
  const closed = await watchPopUp(page);
  await admin.look(harbour);
  const traffic = new Traffic(context);
  const popUp = await admin.connect(integration);
  await expectPage(popUp, {
    heading: `Connect ${integration} to Harbour & Loom`,
    title: `Step 1 of 4: Scope – ${integration}`,
    says: ["Nothing is connected before you choose Continue."],
  });
  await go(popUp).click();
  await expectPage(popUp, {
    heading: "Authorize Ledgerline",
    title: signInTitle,
    says: [promise, `Continue leads to the sign-in page of ${integration}, in this window.`],
  });
  await expectFits(popUp, go(popUp));
  expect(traffic.scripts(), "no script on our pages").toEqual([]);

  // Denied: said in words that help, nothing lost, and the same window tries again.
  await leave(popUp);
  if (hasScript()) expect(await closed(), "OfficeRnD still holds its pop-up").toBe(false);
  await popUp.getByRole("button", { name: "Deny" }).click();
  await expect(popUp).toHaveURL(new RegExp(`^${product}/connect/ca_[0-9a-f]+/steps/authorize$`));
  await expectPage(popUp, {
    heading: "Authorize Ledgerline",
    title: signInTitle,
    says: [`You did not allow it at ${integration}`, "Nothing was linked, and your entries are kept."],
  });
  await expect(popUp.getByLabel(promise)).toBeChecked();
  await leave(popUp, "Try again");
  await popUp.getByRole("button", { name: "Allow" }).click();

  await expectPage(popUp, {
    heading: "Choose the merchant account",
    title: `Step 3 of 4: Choose the merchant account – ${integration}`,
  });
  await expect(popUp.getByRole("banner")).toContainText("account Harbour & Loom");
  expect(popUp.url(), "neither code nor state stands in an address that stays").not.toMatch(/code=|state=/);
  await choose(popUp, "Harbour & Loom BV");
  await expectPage(popUp, {
    heading: "Ready to connect",
    title: `Step 4 of 4: Review – ${integration}`,
    says: ["All locations, 4 today", "Harbour & Loom BV", "Confirmed"],
  });
  await expectFits(popUp, connect(popUp));
  if (hasScript()) expect(await closed(), "after the way to the partner and back").toBe(false);
  await admin.returns(popUp, () => connect(popUp).click());
  if (hasScript()) await expect.poll(() => context.pages().length, "the window is closed").toBe(1);
  const [installed] = await simulator.installed(harbour);
  expect((await simulator.call(installed?.id ?? "", "healthcheck")).body).toEqual({ accountName: "Harbour & Loom" });
});

test("another account is linked from Configure, and the page says so", async ({ page, simulator }) => {
  test.slow();
  const admin = new Admin(page);
  const link = await simulator.install((await simulator.harbour()).id, "ledgerline-pay");
  const popUp = await admin.visit(link.connectUrl);
  await go(popUp).click();
  await leave(popUp);
  await popUp.getByRole("button", { name: "Allow" }).click();
  await choose(popUp, "Harbour & Loom BV");
  await admin.returns(popUp, () => connect(popUp).click());

  const settings = await admin.visit(await simulator.signedUrl(link.integrationId, "configure"));
  await settings.getByRole("link", { name: "Link the account again" }).click();
  await leave(settings);
  await settings.getByLabel("The second account").check();
  await settings.getByRole("button", { name: "Allow" }).click();
  await expectPage(settings, {
    heading: "Choose the merchant account",
    title: `Choose the merchant account – ${integration}`,
    says: ["Linked to Harbour & Loom, second account", `From now on ${integration} works with this account.`],
  });
  await settings.reload();
  await expect(settings.getByText("Linked to Harbour & Loom")).toHaveCount(0);
  await choose(settings, "Harbour & Loom BV");
  await expect(heading(settings)).toHaveText("Settings for all locations");
  const body = (await simulator.call(link.integrationId, "healthcheck")).body;
  expect(body).toEqual({ accountName: "Harbour & Loom, second account" });
});
