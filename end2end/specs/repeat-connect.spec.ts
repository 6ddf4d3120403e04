// People reload, go back and click twice. Each of it ends on a page that helps, and connects once.

import type { Page } from "@playwright/test";

import { simulator as officernd } from "../support/addresses.ts";
import { Admin, hasScript } from "../support/admin.ts";
import { expectPage } from "../support/pages.ts";
import { expect, test } from "../support/test.ts";

const returned = `${officernd}/connect/external-integration/return`;
const connect = (page: Page) => page.getByRole("button", { name: "Connect", exact: true });

// OfficeRnD's return page where a browser does not let it close the window.
test.beforeEach(({ simulator }) => simulator.switch("return_page", "stays"));

test("reloading before Connect asks the same again", async ({ page, simulator }) => {
  const link = await simulator.install((await simulator.harbour()).id, "tally-desk");
  await page.goto(link.connectUrl);
  const address = page.url();
  expect((await page.reload())?.status()).toBe(200);
  await expect(connect(page)).toBeVisible();
  // OfficeRnD's own link once more in the same browser leads to the same window, not to a used code.
  expect((await page.goto(link.connectUrl))?.status()).toBe(200);
  await expect(page).toHaveURL(address);
  await connect(page).click();
  await expect(page).toHaveURL(returned);
});

test("a window closed before Connect can be opened again", async ({ page, context, simulator }) => {
  const link = await simulator.install((await simulator.harbour()).id, "tally-desk");
  const window = await context.newPage();
  await window.goto(link.connectUrl);
  const address = window.url();
  await window.close();
  await page.goto(address);
  await connect(page).click();
  await expect(page).toHaveURL(returned);
});

test("going back after Connect says that it worked", async ({ page, simulator }) => {
  const link = await simulator.install((await simulator.harbour()).id, "tally-desk");
  await page.goto(link.connectUrl);
  await connect(page).click();
  await expect(page).toHaveURL(returned);
  await page.goBack();
  const worked = {
    heading: "Tallydesk Print is connected",
    title: "Connected – Tallydesk Print",
    says: ["You chose Connect, and it worked", "Only this window stayed open. You can close it."],
  };
  await expectPage(page, worked);
  await page.reload();
  await expectPage(page, worked);
  await page.goto(link.connectUrl);
  await expectPage(page, worked);
  await page.getByRole("link", { name: "Return to OfficeRnD" }).click();
  await expect(page).toHaveURL(returned);
});

test("going back after Cancel says that nothing was connected", async ({ page, simulator }) => {
  const link = await simulator.install((await simulator.harbour()).id, "tally-desk");
  await page.goto(link.connectUrl);
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page).toHaveURL(returned);
  await page.goBack();
  await expectPage(page, {
    heading: "You chose not to connect",
    title: "Not connected – Tallydesk Print",
    says: ["Nothing was connected, nothing was changed, and no login was kept."],
  });
});

for (const integration of [
  { slug: "tally-desk", button: "Connect", activity: "Connected" },
  { slug: "portunus-access", button: "Continue", activity: "Connected, set-up is not finished yet" },
]) {
  test(`two clicks on ${integration.button} connect once`, async ({ page, simulator }) => {
    const harbour = await simulator.harbour();
    const link = await simulator.install(harbour.id, integration.slug);
    // Slow enough that the second click comes while the first one is at work.
    await simulator.fault({ answer: "slow", at: "integration", organization: harbour.id, milliseconds: 700, times: 1 });
    await page.goto(link.connectUrl);
    await page.getByRole("button", { name: integration.button, exact: true }).dblclick();
    if (integration.button === "Connect") {
      await expect(page).toHaveURL(returned, { timeout: 10_000 });
    } else {
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign in to Portunus", { timeout: 10_000 });
    }
    expect(await simulator.subscriptions(harbour)).toBe(1);
    await page.goto(await simulator.signedUrl(link.integrationId, "configure"));
    const happened = page.getByRole("list").filter({ hasText: "Configure was opened" }).getByRole("listitem");
    await expect(happened.filter({ hasText: new RegExp(`^\\s*${integration.activity}`) })).toHaveCount(1);
  });
}

test("the return to OfficeRnD may take several hops", async ({ page, simulator }) => {
  const link = await simulator.install((await simulator.harbour()).id, "tally-desk");
  const admin = new Admin(page);
  const popUp = await admin.visit(link.connectUrl);
  const address = new URL(popUp.url()).pathname;
  const hops: string[] = [];
  popUp.on("request", (request) => {
    if (request.isNavigationRequest()) hops.push(`${request.method()} ${new URL(request.url()).pathname}`);
  });
  await simulator.switch("return_page", "moves");
  const moved = popUp.waitForRequest(`${returned}/moved`);
  const closed = hasScript() ? popUp.waitForEvent("close") : undefined;
  await connect(popUp).click();
  await moved;
  expect(hops).toEqual([`POST ${address}`, `GET ${new URL(returned).pathname}`, `GET ${new URL(returned).pathname}/moved`]);
  if (closed) await closed;
  else await expect(popUp.getByRole("heading", { level: 1 })).toHaveText("Back at OfficeRnD");
});

test("without OfficeRnD among the form’s targets the return would be stopped", async ({ page, complaints, simulator }) => {
  // Shows that the test above can fail: Chromium does check where a form's redirects lead.
  test.skip(test.info().project.name !== "light", "the same in every project");
  const link = await simulator.install((await simulator.harbour()).id, "tally-desk");
  await page.goto(link.connectUrl);
  await page.route(page.url(), async (route) => {
    if (route.request().method() !== "GET") return route.continue();
    const response = await route.fetch();
    const policy = response.headers()["content-security-policy"] ?? "";
    expect(policy).toMatch(/form-action 'self' http:\/\/127\.0\.0\.1:\*;/);
    const headers = { ...response.headers(), "content-security-policy": policy.replace(/form-action [^;]*/, "form-action 'self'") };
    await route.fulfill({ response, headers });
  });
  await page.reload();
  const address = page.url();
  complaints.expectMessage(/form-action/);
  await connect(page).click();
  await page.waitForTimeout(1_000);
  expect(page.url()).toBe(address);
});
