// The partner's steps: entries, refusals, a list, the review; in the pop-up and from Configure.

import { type BrowserContext, type Page } from "@playwright/test";

import { Admin, hasScript } from "../support/admin.ts";
import { watchPopUp } from "../support/opener.ts";
import { expectFits, expectNarrow, expectPage, tabTo } from "../support/pages.ts";
import type { Simulator } from "../support/simulator.ts";
import { expect, test } from "../support/test.ts";
import { Traffic } from "../support/traffic.ts";

const acknowledgement = "This login is a service account, not a person’s own login";
const steps = /\/steps\/(credentials|site)$/;
const signInTitle = "Step 2 of 4: Sign in to Portunus – Portunus Access";
const siteTitle = "Step 3 of 4: Choose the Portunus site – Portunus Access";

const go = (page: Page) => page.getByRole("button", { name: "Continue", exact: true });
const connect = (page: Page) => page.getByRole("button", { name: "Connect", exact: true });
const heading = (page: Page) => page.getByRole("heading", { level: 1 });

async function signIn(page: Page, client: string, secret: string, button = "Continue"): Promise<void> {
  const region = page.getByRole("radio", { name: "Europe" });
  // Once the connection works it is only shown.
  if (await region.count()) await region.check();
  else await expect(page.getByText("It cannot be changed once the connection works.")).toBeVisible();
  await page.getByLabel("Client ID").fill(client);
  await page.getByLabel("Client secret").fill(secret);
  await page.getByLabel(acknowledgement).check();
  await page.getByRole("button", { name: button, exact: true }).click();
}

/** The whole card is the label, so that is what a person clicks. */
async function choose(page: Page, site: string): Promise<void> {
  await page.locator("label").filter({ hasText: site }).click();
  await expect(page.getByRole("radio", { name: site })).toBeChecked();
}

/** A pop-up at the first step of Portunus Access, and OfficeRnD's id of what it connects. */
async function atFirstStep(admin: Admin, simulator: Simulator): Promise<[popUp: Page, integrationId: string]> {
  const link = await simulator.install((await simulator.harbour()).id, "portunus-access");
  const popUp = await admin.visit(link.connectUrl);
  await go(popUp).click();
  await expect(heading(popUp)).toHaveText("Sign in to Portunus");
  return [popUp, link.integrationId];
}

test("an admin links an account in the pop-up", async ({ page, context, simulator, complaints }) => {
  // Axe looks at eight pages on the way.
  test.slow();
  const admin = new Admin(page);
  const traffic = new Traffic(context);
  const [popUp, integration] = await atFirstStep(admin, simulator);
  await expectPage(popUp, {
    heading: "Sign in to Portunus",
    title: signInTitle,
    says: ["It looks like hl-prod-7.", "Portunus shows it once. We store it encrypted and never show it again."],
  });
  await expectFits(popUp, go(popUp));

  // Our own judgement, then the partner's, in the same places.
  complaints.expectStatus(422, steps);
  await go(popUp).click();
  await expectPage(popUp, {
    heading: "Sign in to Portunus",
    title: `Error: ${signInTitle}`,
    says: ["Nothing is saved yet: 3 entries need fixing", "Enter Client ID", "Enter Client secret", `Confirm: ${acknowledgement}`],
  });
  await signIn(popUp, "mia@harbour.example", "a-secret-of-mia");
  await expectPage(popUp, {
    heading: "Sign in to Portunus",
    title: `Error: ${signInTitle}`,
    says: ["Nothing is saved yet: 2 entries need fixing", "Enter Client ID, not an e-mail address", "Enter Client secret again."],
  });
  const [client, secret] = [popUp.getByLabel("Client ID"), popUp.getByLabel("Client secret")];
  await expect(client).toHaveValue("mia@harbour.example");
  await expect(client).toHaveAttribute("aria-invalid", "true");
  await expect(client).toHaveAccessibleDescription(/^Error: Enter Client ID, not an e-mail address/);
  await expect(secret).toHaveValue("");
  expect(await popUp.content(), "a secret is never sent back").not.toContain("a-secret-of-mia");
  await expect(popUp.getByLabel(acknowledgement)).toBeChecked();
  await popUp.getByRole("link", { name: "Enter Client ID, not an e-mail address" }).click();
  await expect(client).toBeFocused();
  await expectFits(popUp, go(popUp));
  await signIn(popUp, "wrong-client", "a-secret");
  await expectPage(popUp, {
    heading: "Sign in to Portunus",
    title: `Error: ${signInTitle}`,
    says: ["Portunus Access did not accept these entries", "The sample partner does not know this value."],
  });
  await expect(client).toHaveValue("wrong-client");
  await signIn(popUp, "hl-prod-7", "a-secret");

  await expectPage(popUp, {
    heading: "Choose the Portunus site",
    title: siteTitle,
    says: ["Choose the site that most of your locations use.", "Harbour NL", "6 door groups, 1 door", "Harbour UK"],
  });
  await expect(popUp.getByRole("banner")).toContainText("account hl-prod-7");
  await go(popUp).click();
  await expectPage(popUp, { heading: "Choose the Portunus site", title: `Error: ${siteTitle}`, says: ["Choose Portunus site"] });
  await choose(popUp, "Harbour UK");
  await popUp.getByRole("button", { name: "Refresh list" }).click();
  await expect(popUp.getByRole("radio", { name: "Harbour UK" }), "refreshing keeps the choice").toBeChecked();
  await expectFits(popUp, go(popUp));
  await go(popUp).click();

  await expectPage(popUp, {
    heading: "Ready to connect",
    title: "Step 4 of 4: Review – Portunus Access",
    says: ["All locations, 4 today", "hl-prod-7", "Harbour UK", "Stored encrypted, never shown", "Nothing begins before"],
  });
  await popUp.getByRole("link", { name: "Back" }).click();
  await expect(popUp.getByRole("radio", { name: "Harbour UK" })).toBeChecked();
  await go(popUp).click();
  await expectFits(popUp, connect(popUp));
  expect(traffic.scripts()).toEqual([]);
  await admin.returns(popUp, () => connect(popUp).click());
  expect((await simulator.call(integration, "healthcheck")).body).toEqual({ accountName: "hl-prod-7" });

  const settings = await admin.visit(await simulator.signedUrl(integration, "configure"));
  const happened = settings.getByRole("listitem").filter({ hasText: acknowledgement });
  await expect(happened, "who confirmed it, and when").toContainText(/Confirmed.*20\d\d, \d\d:\d\d, an OfficeRnD administrator/);
  await expect(happened).toHaveCount(1);
});

test("OfficeRnD holds its pop-up until the end", async ({ page, simulator, complaints }) => {
  test.skip(!hasScript(), "only a script opens pop-ups");
  complaints.expectStatus(422, steps);
  const admin = new Admin(page);
  const closed = await watchPopUp(page);
  const [popUp] = await atFirstStep(admin, simulator);
  expect(await closed(), "a step").toBe(false);
  await signIn(popUp, "wrong-client", "a-secret");
  expect(await closed(), "a refusal").toBe(false);
  await signIn(popUp, "hl-prod-7", "a-secret");
  await choose(popUp, "Harbour NL");
  await go(popUp).click();
  await expect(heading(popUp)).toHaveText("Ready to connect");
  expect(await closed(), "the review").toBe(false);
  // Three hops after the form: ours, OfficeRnD's return page, and where that one leads.
  await simulator.switch("return_page", "moves");
  const gone = popUp.waitForEvent("close");
  await connect(popUp).click();
  await gone;
  expect(await closed(), "OfficeRnD closed it").toBe(true);
});

test("the keyboard alone links an account", async ({ page, simulator }) => {
  const admin = new Admin(page);
  const link = await simulator.install((await simulator.harbour()).id, "portunus-access");
  const popUp = await admin.visit(link.connectUrl);
  const keys = popUp.keyboard;
  await tabTo(popUp, go(popUp));
  await keys.press("Enter");
  await expect(heading(popUp)).toHaveText("Sign in to Portunus");
  await tabTo(popUp, popUp.getByRole("radio", { name: "Europe" }));
  await keys.press("ArrowDown");
  await expect(popUp.getByRole("radio", { name: "United States" })).toBeChecked();
  await tabTo(popUp, popUp.getByLabel("Client ID"));
  await keys.type("hl-prod-7");
  await tabTo(popUp, popUp.getByLabel("Client secret"));
  await keys.type("a-secret");
  await tabTo(popUp, popUp.getByLabel(acknowledgement));
  await keys.press("Space");
  await tabTo(popUp, go(popUp));
  await keys.press("Enter");
  // Return presses Continue, and not Refresh list, which stands before it.
  await expect(heading(popUp)).toHaveText("Choose the Portunus site");
  await tabTo(popUp, popUp.getByRole("radio", { name: "Harbour NL" }));
  await keys.press("Space");
  await keys.press("Enter");
  await expect(heading(popUp)).toHaveText("Ready to connect");
  await tabTo(popUp, connect(popUp));
  await admin.returns(popUp, () => keys.press("Enter"));
  expect((await simulator.call(link.integrationId, "healthcheck")).body).toEqual({ accountName: "hl-prod-7" });
});

test("a partner in trouble loses nothing", async ({ page, simulator, partner, complaints }) => {
  complaints.expectStatus(502, steps);
  const admin = new Admin(page);
  const [popUp, integration] = await atFirstStep(admin, simulator);
  await partner.set("fails");
  await signIn(popUp, "hl-prod-7", "a-secret");
  const trouble = {
    heading: "Sign in to Portunus",
    title: signInTitle,
    says: ["Portunus Access did not answer", "Your entries are kept; try again."],
  };
  await expectPage(popUp, trouble);
  await expect(popUp.getByLabel("Client ID")).toHaveValue("hl-prod-7");
  const again = popUp.getByRole("button", { name: "Try again", exact: true });
  await expectFits(popUp, again);
  // Also after the window was closed, and the secret with them.
  const address = popUp.url();
  await popUp.goto(address.replace(/\/steps\/.*$/, ""));
  await expect(popUp).toHaveURL(address);
  await expect(popUp.getByLabel("Client ID")).toHaveValue("hl-prod-7");
  await expect(popUp.getByText("One is stored. Leave this empty to keep it.")).toBeVisible();
  await partner.set("answers");
  await go(popUp).click();

  await expect(heading(popUp)).toHaveText("Choose the Portunus site");
  await choose(popUp, "Harbour UK");
  await partner.set("fails");
  await popUp.getByRole("button", { name: "Refresh list" }).click();
  await expectPage(popUp, { heading: "Choose the Portunus site", title: siteTitle, says: ["The list could not be loaded."] });
  await expectNarrow(popUp);
  await partner.set("answers");
  await popUp.getByRole("button", { name: "Try again" }).click();
  await expect(popUp.getByRole("radio", { name: "Harbour UK" }), "the choice survives the outage").toBeChecked();
  await go(popUp).click();
  await admin.returns(popUp, () => connect(popUp).click());
  expect((await simulator.call(integration, "healthcheck")).body).toEqual({ accountName: "hl-prod-7" });
});

test("a partner that is silent is said to be", async ({ page, simulator, partner, complaints }) => {
  test.skip(test.info().project.name !== "light", "ten seconds of waiting, the same in every project");
  complaints.expectStatus(502, steps);
  const admin = new Admin(page);
  const [popUp] = await atFirstStep(admin, simulator);
  await partner.set("silent");
  await signIn(popUp, "hl-prod-7", "a-secret");
  await expect(popUp.getByRole("alert")).toContainText("Portunus Access did not answer", { timeout: 15_000 });
  await expect(popUp.getByRole("alert")).toContainText("Your entries are kept; try again.");
  await partner.set("answers");
  await popUp.getByRole("button", { name: "Try again", exact: true }).click();
  await expect(heading(popUp)).toHaveText("Choose the Portunus site");
});

test("an admin finishes set-up from Configure and links another account", async ({ page, simulator, partner, complaints }) => {
  const admin = new Admin(page);
  const [popUp, integration] = await atFirstStep(admin, simulator);
  await admin.returns(popUp, () => popUp.getByRole("button", { name: "Finish later" }).click());

  const settings = await admin.visit(await simulator.signedUrl(integration, "configure"));
  await expectPage(settings, {
    heading: "Finish set-up of Portunus Access",
    title: "Portunus Access for Harbour & Loom",
    says: ["Sign in to Portunus open", "Choose the Portunus site open"],
  });
  await settings.getByRole("link", { name: "Finish set-up" }).click();
  await expectPage(settings, { heading: "Sign in to Portunus", title: "Sign in to Portunus – Portunus Access", says: ["Step 1 of 2"] });
  await signIn(settings, "hl-prod-7", "a-secret");
  await expectPage(settings, {
    heading: "Choose the Portunus site",
    title: "Choose the Portunus site – Portunus Access",
    says: ["Step 2 of 2", "Harbour NL"],
  });
  await expectNarrow(settings);
  await choose(settings, "Harbour NL");
  await go(settings).click();
  await expectPage(settings, {
    heading: "Ready to connect",
    title: "Review – Portunus Access",
    says: ["Harbour NL", "After Connect Portunus Access begins to work"],
  });
  await expectNarrow(settings);
  await connect(settings).click();
  await expect(heading(settings)).toHaveText("Settings for all locations");

  // What works stays as it is until the new entries are verified.
  complaints.expectStatus(422, steps);
  complaints.expectStatus(502, steps);
  await settings.getByRole("link", { name: "Link the account again" }).click();
  await signIn(settings, "wrong-client", "another-secret");
  await expect(settings.getByRole("alert")).toContainText("Portunus Access did not accept these entries");
  await partner.set("fails");
  await signIn(settings, "hl-prod-8", "another-secret");
  await expect(settings.getByRole("alert")).toContainText("Enter Client secret again.");
  await partner.set("answers");
  expect((await simulator.call(integration, "healthcheck")).body).toEqual({ accountName: "hl-prod-7" });
  await signIn(settings, "hl-prod-8", "another-secret", "Try again");
  await expect(settings.getByRole("status")).toContainText("Linked to hl-prod-8");
  await expect(settings.getByRole("radio", { name: "Harbour NL" })).toBeChecked();
  await go(settings).click();
  await expect(settings.getByRole("main")).toContainText("hl-prod-8");
  expect((await simulator.call(integration, "healthcheck")).body).toEqual({ accountName: "hl-prod-8" });
});

test("what has its place among the settings is shown and not asked", async ({ page, simulator }) => {
  const admin = new Admin(page);
  const link = await simulator.install((await simulator.harbour()).id, "meshfern-wifi");
  const popUp = await admin.visit(link.connectUrl);
  await go(popUp).click();
  await expectPage(popUp, {
    heading: "Meshfern controller",
    title: "Step 2 of 4: Meshfern controller – Meshfern Wi-Fi",
    says: ["Without a port it is 8443. Needed only when “Controller” is On site, reached from the internet."],
  });
  await popUp.getByLabel("API token").fill("a-token");
  await go(popUp).click();
  await expectPage(popUp, {
    heading: "First network",
    title: "Step 3 of 4: First network – Meshfern Wi-Fi",
    says: ["Networks", "Members", "You change this on the settings page, as soon as the set-up is finished."],
  });
  await expectFits(popUp, go(popUp));
  await go(popUp).click();
  await expectPage(popUp, {
    heading: "Ready to connect",
    title: "Step 4 of 4: Review – Meshfern Wi-Fi",
    says: ["Meshfern cloud", "Members"],
  });
  await admin.returns(popUp, () => connect(popUp).click());
  expect((await simulator.call(link.integrationId, "healthcheck")).body).toHaveProperty("accountName");
});

/** The browser stores no cookie. */
async function blockCookies(context: BrowserContext): Promise<void> {
  await context.clearCookies();
  await context.route(/\/(i|connect|settings)\//, async (route) => {
    const response = await route.fetch({ maxRedirects: 0 });
    const headers = { ...response.headers() };
    delete headers["set-cookie"];
    // What fetches keeps cookies too.
    await context.clearCookies();
    await route.fulfill({ response, headers });
  });
}

for (const { name, at } of [
  { name: "reloading", at: (popUp: Page) => popUp.reload() },
  { name: "opening the window’s address again", at: (popUp: Page) => popUp.goto(popUp.url().replace(/\/steps\/.*$/, "")) },
  { name: "going back and forth", at: async (popUp: Page) => { await popUp.goBack(); await popUp.goForward(); } },
]) {
  test(`${name} goes on at the same step`, async ({ page, simulator }) => {
    const admin = new Admin(page);
    const [popUp] = await atFirstStep(admin, simulator);
    await signIn(popUp, "hl-prod-7", "a-secret");
    await expect(heading(popUp)).toHaveText("Choose the Portunus site");
    await at(popUp);
    await expect(heading(popUp)).toHaveText("Choose the Portunus site");
    await choose(popUp, "Harbour NL");
    await go(popUp).click();
    await expect(heading(popUp)).toHaveText("Ready to connect");
    await at(popUp);
    await expect(heading(popUp)).toHaveText("Ready to connect");
    await admin.returns(popUp, () => connect(popUp).click());
  });
}

test("two clicks on Continue and on Connect do everything once", async ({ page, simulator }) => {
  await simulator.switch("return_page", "stays");
  const admin = new Admin(page);
  const [popUp, integration] = await atFirstStep(admin, simulator);
  await signIn(popUp, "hl-prod-7", "a-secret");
  await choose(popUp, "Harbour NL");
  await go(popUp).dblclick();
  await expect(heading(popUp)).toHaveText("Ready to connect");
  await connect(popUp).dblclick();
  await expect(heading(popUp)).toHaveText("Back at OfficeRnD");
  await popUp.goto(await simulator.signedUrl(integration, "configure"));
  await expect(heading(popUp)).toHaveText("Settings for all locations");
  for (const once of ["Account linked", "Connected"]) {
    const happened = popUp.getByRole("listitem").filter({ hasText: new RegExp(`^\\s*${once}(?!, set-up)`) });
    await expect(happened, once).toHaveCount(1);
  }
});

test("two windows of one connect end as one connection", async ({ page, context, simulator }) => {
  await simulator.switch("return_page", "stays");
  const admin = new Admin(page);
  const [first] = await atFirstStep(admin, simulator);
  const second = await context.newPage();
  await second.goto(first.url());
  await signIn(first, "hl-prod-7", "a-secret");
  await expect(heading(first)).toHaveText("Choose the Portunus site");
  // The other window still shows the first step; its entries count, and it goes on from there.
  await signIn(second, "hl-prod-9", "a-secret");
  await choose(second, "Harbour UK");
  await go(second).click();
  await connect(second).click();
  await expect(heading(second)).toHaveText("Back at OfficeRnD");
  await choose(first, "Harbour NL");
  await go(first).click();
  await expectPage(first, {
    heading: "Portunus Access is connected",
    title: "Connected – Portunus Access",
    says: ["Only this window stayed open. You can close it."],
  });
});

test("a browser without cookies is told so", async ({ page, context, simulator, complaints }) => {
  complaints.expectStatus(404, /^\/connect\//);
  complaints.expectStatus(401, /^\/settings\//);
  const admin = new Admin(page);
  const [popUp, integration] = await atFirstStep(admin, simulator);
  await blockCookies(context);
  await signIn(popUp, "hl-prod-7", "a-secret");
  const ended = { heading: "This window has ended", title: "This window has ended", says: ["Allow cookies for this address"] };
  await expectPage(popUp, ended);
  const link = await simulator.install((await simulator.harbour()).id, "portunus-access");
  await popUp.goto(link.connectUrl);
  await expectPage(popUp, ended);
  await popUp.goto(await simulator.signedUrl(integration, "configure"));
  await expectPage(popUp, {
    heading: "Open Configure again in OfficeRnD",
    title: "This link has expired",
    says: ["or your browser blocks all cookies. Allow cookies for this address"],
  });
});
