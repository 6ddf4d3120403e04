// Configure opens the connection's page: once, in one browser, with or without script.

import type { Page } from "@playwright/test";

import { product } from "../support/addresses.ts";
import { Admin, hasScript } from "../support/admin.ts";
import { expectFits, expectNarrow, expectPage } from "../support/pages.ts";
import type { Simulator } from "../support/simulator.ts";
import { expect, test } from "../support/test.ts";
import { Traffic } from "../support/traffic.ts";

const configure = /^\/i\/tally-desk\/configure$/;
const stale = {
  heading: "Open Configure again in OfficeRnD",
  says: [
    "good for one minute",
    "Your settings are unchanged.",
    "Return to OfficeRnD, Settings, Integrations.",
    "Did you only reload the page or come back to it after a break?",
  ],
};

/** A connection, made without looking at it. */
async function connected(admin: Admin, simulator: Simulator): Promise<string> {
  const harbour = await simulator.harbour();
  const link = await simulator.install(harbour.id, "tally-desk");
  const popUp = await admin.visit(link.connectUrl);
  await admin.returns(popUp, () => popUp.getByRole("button", { name: "Connect", exact: true }).click());
  return link.integrationId;
}

/** Islands run, or there are none to run. */
async function settled(window: Page): Promise<void> {
  if (hasScript()) await expect(window.locator("html")).toHaveAttribute("data-script", "");
}

test("the connection’s number can be copied", async ({ page, context, simulator }) => {
  const admin = new Admin(page);
  const id = await connected(admin, simulator);
  if (hasScript()) await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: product });
  const traffic = new Traffic(context);
  const window = await admin.visit(await simulator.signedUrl(id, "configure"));
  const number = window.getByLabel("Connection", { exact: true });
  const copy = window.getByRole("button", { name: "Copy Connection" });
  const value = await number.inputValue();
  expect(value).toMatch(/^con_[0-9a-f]{32}$/);
  expect(window.url()).toBe(`${product}/settings/${value}`);
  if (!hasScript()) {
    await expect(copy).toBeHidden();
    await expect(number).toHaveJSProperty("readOnly", true);
    return;
  }
  await settled(window);
  expect(traffic.scripts().length, "the island’s script came").toBeGreaterThan(0);
  await copy.click();
  await expect(window.getByRole("status").filter({ hasText: "Copied" })).toBeVisible();
  expect(await window.evaluate(() => navigator.clipboard.readText())).toBe(value);
});

test("a browser that refuses the clipboard is told how else", async ({ page, simulator }) => {
  test.skip(!hasScript(), "without script there is no button");
  const admin = new Admin(page);
  const id = await connected(admin, simulator);
  const window = await admin.visit(await simulator.signedUrl(id, "configure"));
  await settled(window);
  await window.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException("no", "NotAllowedError"));
  });
  await window.getByRole("button", { name: "Copy Connection" }).click();
  await expect(window.getByText("Not copied: select the number and copy it.")).toBeVisible();
});

test("pages of a connection fit a phone, and only its own page needs scripts", async ({ page, context, simulator }) => {
  const admin = new Admin(page);
  const id = await connected(admin, simulator);
  const window = await admin.visit(await simulator.signedUrl(id, "configure"));
  await settled(window);
  await expectNarrow(window);
  const traffic = new Traffic(context);
  await window.getByRole("link", { name: "Reconnect" }).click();
  await expectNarrow(window);
  expect(traffic.scripts(), "instructions need no scripts").toEqual([]);
  await window.goBack();
  await settled(window);
  const before = traffic.scripts().length;
  await window.getByRole("link", { name: "Disconnect" }).first().click();
  await expectNarrow(window);
  expect(traffic.scripts().length, "the question needs no scripts").toBe(before);
  await window.getByRole("button", { name: "Disconnect Tallydesk Print" }).click();
  await expect(window.getByRole("heading", { level: 1 })).toHaveText("Tallydesk Print is disconnected");
  await expectNarrow(window);
  expect(traffic.scripts().length, "nor does the end, at the address of a page that does").toBe(before);
});

test("synchronization that OfficeRnD switches off is paused", async ({ page, simulator }) => {
  const admin = new Admin(page);
  const id = await connected(admin, simulator);
  expect((await simulator.call(id, "sync", { parameters: { enabled: "false" } })).body).toEqual({ status: "off" });
  const window = await admin.visit(await simulator.signedUrl(id, "configure"));
  await expectPage(window, {
    heading: "Settings for all locations",
    title: "Settings for all locations – Tallydesk Print",
    says: ["Synchronization was switched off in OfficeRnD.", "Switch synchronization on in OfficeRnD when you want to go on."],
  });
  expect((await simulator.call(id, "sync", { parameters: { enabled: "true" } })).body).toEqual({ status: "on" });
  await expect(window.getByRole("banner")).toContainText("Paused by you");
  await window.reload();
  await expect(window.getByRole("banner")).toContainText("Connected");
});

test("a link works once: again in this browser it leads back, in another it is stale", async ({ page, browser, complaints, simulator }) => {
  const admin = new Admin(page);
  const id = await connected(admin, simulator);
  const link = await simulator.signedUrl(id, "configure");
  const window = await admin.visit(link);
  const address = window.url();
  expect(new URL(address).search, "no signature in the address").toBe("");
  await window.goto(link);
  expect(window.url()).toBe(address);
  await window.goto(address);
  await expect(window.getByRole("heading", { level: 1 })).toHaveText("Settings for all locations");

  const other = await browser.newContext(hasScript() ? {} : { javaScriptEnabled: false });
  const stranger = await other.newPage();
  expect((await stranger.goto(link))?.status()).toBe(401);
  await expectPage(stranger, { ...stale, title: "This link has expired – Tallydesk Print" });
  // The address alone opens nothing either, and does not tell what it is of.
  expect((await stranger.goto(address))?.status()).toBe(401);
  await expectPage(stranger, { ...stale, title: "This link has expired" });
  await expect(stranger.locator("body")).not.toContainText("Harbour");
  await other.close();
  expect(complaints.list()).toEqual([]);
});

for (const { name, open } of [
  {
    name: "an old link",
    open: async (simulator: Simulator, id: string) => {
      const url = await simulator.signedUrl(id, "configure");
      await simulator.advance(120);
      return url;
    },
  },
  {
    name: "a link signed with another key",
    open: (simulator: Simulator, id: string) => simulator.signedUrl(id, "configure", { secret: "another" }),
  },
  {
    name: "a link that was changed on its way",
    open: (simulator: Simulator, id: string) => simulator.signedUrl(id, "configure", { tampered: { memberId: "x" } }),
  },
  {
    name: "a link without a signature",
    open: (simulator: Simulator, id: string) => simulator.signedUrl(id, "configure", { signature: "" }),
  },
]) {
  test(`${name} is stale`, async ({ page, context, complaints, simulator }) => {
    complaints.expectStatus(401, configure);
    const admin = new Admin(page);
    const id = await connected(admin, simulator);
    const traffic = new Traffic(context);
    const window = await admin.visit(await open(simulator, id));
    await expectPage(window, { ...stale, title: "This link has expired – Tallydesk Print" });
    const back = window.getByRole("link", { name: "Go to OfficeRnD" });
    await expectFits(window, back);
    expect(traffic.scripts()).toEqual([]);
    await admin.returns(window, () => back.click());
  });
}

test("a visit ends after an hour without a page", async ({ page, complaints, simulator }) => {
  const admin = new Admin(page);
  const id = await connected(admin, simulator);
  const window = await admin.visit(await simulator.signedUrl(id, "configure"));
  await simulator.advance(59 * 60);
  expect((await window.reload())?.status(), "each page keeps it alive").toBe(200);
  await simulator.advance(59 * 60);
  expect((await window.reload())?.status()).toBe(200);
  await window.getByRole("link", { name: "Disconnect" }).first().click();
  await simulator.advance(61 * 60);
  complaints.expectStatus(401, /^\/settings\//);
  await window.getByRole("button", { name: "Disconnect Tallydesk Print" }).click();
  await expectPage(window, { ...stale, title: "This link has expired" });
  expect((await simulator.call(id, "healthcheck")).body, "nothing was disconnected").toEqual({ accountName: "Harbour & Loom" });
});

test("two connections are two visits", async ({ page, complaints, simulator }) => {
  const admin = new Admin(page);
  const [mine, theirs] = [await connected(admin, simulator), await connected(admin, simulator)];
  const window = await admin.visit(await simulator.signedUrl(mine, "configure"));
  const first = window.url();
  const other = await simulator.call(theirs, "configure");
  complaints.expectStatus(401, /^\/settings\//);
  // The other address is known, the cookie for it is not.
  expect((await window.goto(product + (other.location ?? "")))?.status()).toBe(401);
  expect((await window.goto(first))?.status()).toBe(200);
});
