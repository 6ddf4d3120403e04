// Addresses that lead nowhere: one plain page each, the right status, one way on.

import type { Page } from "@playwright/test";

import { product } from "../support/addresses.ts";
import { Admin } from "../support/admin.ts";
import { expectFits, expectPage } from "../support/pages.ts";
import { expect, test } from "../support/test.ts";
import { Traffic } from "../support/traffic.ts";

const back = (window: Page) => window.getByRole("link", { name: "Return to OfficeRnD" });

const addresses = [
  {
    name: "an unknown integration",
    path: "/i/nobody/connect?code=x&org_slug=a&integrationId=b",
    status: 404,
    heading: "There is no integration at this address",
    title: "Unknown integration",
    says: ["Nothing was connected and nothing was changed.", "Return to OfficeRnD, Settings, Integrations."],
  },
  {
    name: "an unknown integration’s configuration",
    path: "/i/nobody/configure?slug=a",
    status: 404,
    heading: "There is no integration at this address",
    title: "Unknown integration",
    says: ["tell the people behind the integration"],
  },
  {
    name: "a query that is no text",
    path: "/i/tally-desk/connect?code=%ff&org_slug=a&integrationId=b",
    status: 400,
    heading: "This address cannot be read",
    title: "Address not readable – Tallydesk Print",
    says: ["It is too long, cut off, or holds signs that do not belong there.", "choose the button there again."],
  },
  {
    name: "a code that stands there twice",
    path: "/i/tally-desk/connect?code=x&code=y&org_slug=a&integrationId=b",
    status: 400,
    heading: "This address cannot be read",
    title: "Address not readable – Tallydesk Print",
    says: ["Nothing was connected and nothing was changed."],
  },
  {
    name: "an address without a page",
    path: "/nowhere/at/all",
    status: 404,
    heading: "There is nothing at this address",
    title: "Page not found",
    says: ["We give the same answer in both cases", "Choose Configure beside the integration in OfficeRnD."],
  },
];

for (const { name, path, status, heading, title, says } of addresses) {
  test(`${name} is refused on a page that helps`, async ({ page, context, complaints }) => {
    complaints.expectStatus(status, new RegExp(`^${new URL(path, product).pathname}$`));
    const traffic = new Traffic(context);
    const admin = new Admin(page);
    const window = await admin.visit(product + path);
    await expectPage(window, { heading, title, says });
    await expectFits(window, back(window));
    await traffic.expectLight();
    expect((await window.reload())?.status()).toBe(status);
    await admin.returns(window, () => back(window).click());
  });
}

test("another method is refused on a page", async ({ page, request }) => {
  const answer = await request.post(`${product}/i/tally-desk/connect`, { headers: { origin: product } });
  expect(answer.status()).toBe(405);
  expect(answer.headers()["allow"]).toBe("GET");
  await page.setContent(await answer.text());
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("This page cannot be called that way");
});

test("a form of another site is refused on a page", async ({ page, complaints, simulator }) => {
  const harbour = await simulator.harbour();
  const link = await simulator.install(harbour.id, "tally-desk");
  await page.goto(link.connectUrl);
  const attempt = page.url();
  complaints.expectStatus(403, /^\/connect\//);
  await page.context().route("http://elsewhere.example/", (route) =>
    route.fulfill({
      contentType: "text/html",
      body: `<!doctype html><html lang="en"><title>Elsewhere</title><form method="post" action="${attempt}">
        <button name="act" value="next">Win a prize</button></form></html>`,
    }));
  await page.goto("http://elsewhere.example/");
  await page.getByRole("button").click();
  await expectPage(page, {
    heading: "This form came from somewhere else",
    title: "Form refused",
    says: ["Forms count only when they are sent from our own pages. Nothing was changed."],
  });
  const known = await simulator.call(link.integrationId, "healthcheck");
  expect(known.status, "nothing was connected").toBe(401);
});
