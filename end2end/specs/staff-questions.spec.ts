// The questions that the partner's staff come with: find the tenant by any name, see the cause in one sentence, have it
// mended, see that it is well again.

import type { Locator, Page } from "@playwright/test";

import type { Client } from "../api-client/client/index.ts";
import { listConnections, listRuns, reportRun, startRun } from "../api-client/index.ts";
import { product } from "../support/addresses.ts";
import { Admin } from "../support/admin.ts";
import { backend, colleague } from "../support/backend.ts";
import { type Connected, doors, doorsBegun, printers, removeConnected } from "../support/connected.ts";
import type { Organization, Simulator } from "../support/simulator.ts";
import { expect, test } from "../support/test.ts";

// Each walk connects first, password hashes take their time, and some of it is seen by jobs that run every few seconds.
test.describe.configure({ timeout: 180_000 });
test.beforeEach(() => test.skip(test.info().project.name === "dark", "the same in any colour"));
test.afterEach(({ simulator }) => removeConnected(simulator));

const scopes = ["connections:read", "runs:write"];
const fine = "Login and runs are fine.";

const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const main = (page: Page) => page.getByRole("main");
const region = (page: Page, name: string) => page.getByRole("region", { name });
const row = (page: Page, organization: Organization) => page.getByRole("row").filter({ hasText: organization.slug });

/** A page of the dashboard for somebody of this role, beside what the admin has open. */
async function desk(page: Page, role: "support" | "engineer"): Promise<Page> {
  const { email, password } = colleague(role);
  const opened = await page.context().newPage();
  await opened.setViewportSize({ width: 1280, height: 900 });
  await opened.goto(product);
  // Colleagues take turns at one browser.
  const leave = opened.getByRole("button", { name: "Sign out" });
  if (await leave.isVisible()) {
    await leave.click();
    await opened.goto(product);
  }
  await opened.getByLabel("E-mail address").fill(email);
  await opened.getByLabel("Password").fill(password);
  await opened.getByRole("button", { name: "Sign in" }).click();
  await expect(heading(opened)).toHaveText("Overview");
  return opened;
}

async function find(page: Page, text: string): Promise<void> {
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Tenants" }).click();
  await page.getByLabel("Search tenants").fill(text);
  await page.getByRole("button", { name: "Search" }).click();
}

async function open(page: Page, organization: Organization): Promise<void> {
  await find(page, organization.slug);
  await expect(row(page, organization)).toHaveCount(1);
  await row(page, organization).getByRole("link").first().click();
  await expect(heading(page)).toContainText(organization.name);
}

async function act(page: Page, what: string, reason: string): Promise<void> {
  await page.getByLabel(what).check();
  await page.getByLabel("Reason").fill(reason);
  await page.getByRole("button", { name: "Do it and record it" }).click();
}

/** Looks again until the page says it: where no script runs it does not change by itself. */
async function comesTo(page: Page, words: string | RegExp, where: Locator = main(page)): Promise<void> {
  await expect(async () => {
    await page.reload();
    await expect(where).toContainText(words, { timeout: 1_000 });
  }).toPass({ timeout: 60_000 });
}

async function connectionOf(client: Client, organization: Organization): Promise<string> {
  const { data } = await listConnections({ client, query: { organization: organization.id }, throwOnError: true });
  expect(data.data).toHaveLength(1);
  return data.data[0]!.id;
}

/** OfficeRnD ends the login, and we learn of it because somebody renews it. */
async function loseLogin(page: Page, simulator: Simulator, { organization, integration }: Connected): Promise<void> {
  await simulator.revoke(integration);
  // One that came a moment ago is not renewed.
  await simulator.advance(120);
  await open(page, organization);
  await act(page, "Renew OfficeRnD’s login now", "Ticket 31: nothing arrives");
  await expect(main(page)).toContainText("OfficeRnD’s permission has to be given again first.");
}

async function connectAgain(admin: Admin, simulator: Simulator, { integration }: Connected): Promise<void> {
  const { connectUrl } = await simulator.connectAgain(integration);
  const popUp = await admin.visit(connectUrl);
  await admin.returns(popUp, () => popUp.getByRole("button", { name: "Reconnect" }).click());
}

test("is anything on fire? one outage of many, who is on it, and its end", async ({ page, simulator }) => {
  const admin = new Admin(page);
  const client = backend(["tally-desk"], scopes);
  const connections: string[] = [];
  const all: Organization[] = [];
  for (let number = 0; number < 5; number += 1) {
    const { organization } = await printers(admin, simulator);
    all.push(organization);
    connections.push(await connectionOf(client, organization));
  }
  // Alike by its words; those of an earlier project were another outage.
  const message = `The ${test.info().project.name} printers answered 503`;
  for (const connection of connections) {
    const { data: run } = await startRun({ client, path: { connection }, body: { reason: "nightly" }, throwOnError: true });
    const body = { state: "failed" as const, fault: "partner" as const, message };
    await reportRun({ client, path: { run: run.id }, body, throwOnError: true });
  }
  const support = await desk(page, "support");
  await comesTo(support, "Tallydesk Print: no good answer for 5 connections since");
  await expect(main(support)).toContainText(message.toLowerCase());
  await support.getByRole("button", { name: "I am on it" }).click();
  await expect(main(support)).toContainText("is on it since");

  await open(support, all[0]!);
  await expect(main(support)).toContainText("does not answer for many organizations alike.");
  await expect(main(support)).toContainText("Nobody has to connect again. It ends by itself with the next good runs.");
  await support.getByRole("link", { name: "See the outage" }).click();
  await expect(heading(support)).toHaveText("Overview");

  for (const connection of connections) {
    const { data: run } = await startRun({ client, path: { connection }, body: { reason: "again" }, throwOnError: true });
    await reportRun({ client, path: { run: run.id }, body: { state: "succeeded" }, throwOnError: true });
  }
  await open(support, all[0]!);
  await comesTo(support, fine);
});

test("which tenant is it? any name finds it, and a file holds exactly what is shown", async ({ page, simulator }) => {
  const admin = new Admin(page);
  const known = await printers(admin, simulator);
  const { organization } = known;
  const support = await desk(page, "support");
  await loseLogin(support, simulator, known);
  for (const name of [organization.slug, organization.id, organization.slug.slice(0, 16)]) {
    await find(support, name);
    await expect(row(support, organization)).toHaveCount(1);
  }
  await find(support, organization.slug);
  await expect(row(support, organization)).toContainText("Reconnect");
  await expect(row(support, organization), "the end of its grant").toContainText("refused");
  await expect(support, "an address says what was chosen and nothing else").toHaveURL(`${product}/tenants?q=${organization.slug}`);
  const loaded = support.waitForEvent("download");
  await support.getByRole("link", { name: "CSV of all 1", exact: true }).click();
  const text = Buffer.concat(await (await (await loaded).createReadStream()).toArray()).toString();
  const lines = text.trim().split("\r\n");
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain(organization.slug);
  expect(lines[1]).toContain("reconnect");
});

test("why does it not work? the login was taken back, and the link that helps", async ({ page, simulator }) => {
  const admin = new Admin(page);
  const known = await printers(admin, simulator);
  const support = await desk(page, "support");
  await loseLogin(support, simulator, known);
  await comesTo(support, "OfficeRnD no longer accepts our login for Harbour & Loom.");
  await expect(main(support)).toContainText("The administrator has to act.");
  // The number of the overview leads to it too.
  const home = support.url();
  await support.goto(product);
  await support.locator("a").filter({ has: support.locator("[data-live=reconnect]") }).click();
  await expect(row(support, known.organization)).toHaveCount(1);
  await support.goto(home);

  await main(support).getByRole("link", { name: "Make a reconnect link" }).first().click();
  await support.getByLabel("Reason").fill("Ticket 31");
  await support.getByRole("button", { name: "Make the link" }).click();
  await expect(main(support)).toContainText("The link is ready");
  const link = await support.getByLabel("Reconnect link", { exact: true }).inputValue();
  expect(link).toMatch(new RegExp(`^${product}/reconnect/`));
  const opened = await page.context().newPage();
  await opened.goto(link);
  await expect(heading(opened)).toContainText("Harbour & Loom");
  await opened.close();

  await connectAgain(admin, simulator, known);
  await support.goto(home);
  await comesTo(support, fine);
  await expect(main(support)).toContainText("Nobody has to act.");
});

test("what failed? the reasons of a run, another one, and it is good again", async ({ page, simulator }) => {
  const { organization } = await printers(new Admin(page), simulator);
  const client = backend(["tally-desk"], scopes);
  const path = { connection: await connectionOf(client, organization) };
  const location = organization.locations[0]!._id;
  const { data: run } = await startRun({ client, path, body: { reason: "nightly" }, throwOnError: true });
  const reasons = [{ code: "printer_offline", text: "The printer on floor two is off", count: 3 }];
  await reportRun({
    client,
    path: { run: run.id },
    body: { state: "partial", fault: "integration", locations: { [location]: { failed: 3, reasons } } },
    throwOnError: true,
  });
  const support = await desk(page, "support");
  await open(support, organization);
  await comesTo(support, /Runs report failures at 1 of \d+ locations\./);
  await expect(main(support)).toContainText("We have to act.");
  await expect(main(support)).toContainText("The printer on floor two is off");
  await main(support).getByRole("button", { name: "Run now" }).click();
  await expect(main(support)).toContainText("The partner system was asked for a run.");

  const { data: runs } = await listRuns({ client, path, throwOnError: true });
  expect(runs.data[0]?.state).toBe("running");
  await reportRun({
    client,
    path: { run: runs.data[0]!.id },
    body: { state: "succeeded", locations: { [location]: { changed: 3 } } },
    throwOnError: true,
  });
  await comesTo(support, fine);
});

test("may I? a held run shows no names before somebody asks for them", async ({ page, simulator }) => {
  const { organization } = await doors(new Admin(page), simulator);
  const client = backend(["portunus-access"], scopes);
  const path = { connection: await connectionOf(client, organization) };
  const location = organization.locations[0]!._id;
  const would_remove = { [location]: { remove: 64, of: 180, members: [{ id: "m1", name: "Zoë Søn" }] } };
  const { data: run } = await startRun({ client, path, body: { reason: "nightly", would_remove }, throwOnError: true });
  expect(run.state).toBe("waiting_for_approval");

  const support = await desk(page, "support");
  await open(support, organization);
  await comesTo(support, "The last run would remove 64 of 180 members, so it waits.");
  await main(support).getByRole("link", { name: "Look at the list" }).click();
  await expect(main(support)).toContainText("This run would remove 64 of 180 members");
  await expect(main(support)).toContainText("Names are masked.");
  await expect(support.getByRole("button", { name: /^Approve/ })).toHaveCount(0);
  const address = support.url();

  const engineer = await desk(page, "engineer");
  await engineer.goto(address);
  await expect(main(engineer)).not.toContainText("Zoë Søn");
  await engineer.getByRole("button", { name: "Show names; that is recorded with your name" }).click();
  await expect(main(engineer)).toContainText("Names and addresses are shown to you for 15 minutes.");
  await engineer.goto(address);
  await engineer.getByText("Show who it is").click();
  await expect(engineer.getByText("Zoë Søn")).toBeVisible();
  await engineer.getByLabel("Reason").fill("The plan was archived by mistake");
  await engineer.getByRole("button", { name: "Refuse, remove nobody" }).click();
  await expect(main(engineer)).toContainText(/Refused \d/);
  const { data: runs } = await listRuns({ client, path, throwOnError: true });
  expect(runs.data[0]?.state).toBe("refused");
  const again = await desk(page, "support");
  await again.goto(address);
  await expect(main(again)).toContainText(/Refused \d/);
  await expect(main(again)).not.toContainText("Zoë Søn");
});

test("what can I do? a login that has just come is good, and one that is older is renewed", async ({ page, simulator }) => {
  const { organization } = await printers(new Admin(page), simulator);
  const support = await desk(page, "support");
  await open(support, organization);
  await act(support, "Renew OfficeRnD’s login now", "to be sure");
  await expect(main(support)).toContainText("Nothing to renew: this login came from OfficeRnD less than a minute ago");
  await simulator.advance(120);
  await act(support, "Renew OfficeRnD’s login now", "to be sure");
  await expect(main(support)).toContainText("OfficeRnD gave a new login. It is good until");
  await act(support, "Only leave a note", "calls on Mondays only");
  await expect(main(support)).toContainText("The note is there for your colleagues.");
  await expect(main(support)).toContainText("calls on Mondays only");
});

test("where do they stop? somebody has begun, and finishes", async ({ page, simulator }) => {
  const begun = await doorsBegun(new Admin(page), simulator);
  const support = await desk(page, "support");
  await comesTo(support, "stopped before the account was linked.", region(support, "From Connect to first run"));
  await support.getByRole("link", { name: "Show them" }).click();
  await expect(support).toHaveURL(`${product}/tenants?state=finish_set_up`);
  await open(support, begun.organization);
  await comesTo(support, "Set-up was begun and not finished.");
  await expect(main(support)).toContainText("The administrator has to act.");
  await begun.finish();
  await expect(async () => {
    await support.reload();
    await expect(main(support)).not.toContainText("Set-up was begun and not finished.", { timeout: 1_000 });
  }).toPass({ timeout: 60_000 });
});

test("what runs out? an API key that ends soon", async ({ page }) => {
  const name = `nightly reports ${Date.now()}`;
  // By the clock of this machine: that of the demo is up to ten days further by now.
  backend(["tally-desk"], scopes, ["--name", name, "--expires-in-days", "13"]);
  const engineer = await desk(page, "engineer");
  const due = region(engineer, "Runs out soon");
  await comesTo(engineer, `API key ${name}`, due);
  await engineer.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Integrations" }).click();
  await engineer.getByRole("row").filter({ hasText: name }).getByRole("button", { name: "Revoke now" }).click();
  await expect(main(engineer)).toContainText("The key is revoked");
  await engineer.goto(product);
  await expect(due).not.toContainText(name);
});

test("was it told? one incident, from the first look to its end", async ({ page, simulator }) => {
  const admin = new Admin(page);
  const known = await printers(admin, simulator);
  const support = await desk(page, "support");
  await loseLogin(support, simulator, known);
  await support.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Alerts" }).click();
  const title = "Login refused: 1 organization at Tallydesk Print";
  await comesTo(support, title, region(support, "Watched"));
  // It has to last a quarter of an hour.
  await simulator.advance(16 * 60);
  const now = region(support, "Open now");
  await comesTo(support, title, now);
  await now.getByRole("button", { name: /^I am on it/ }).first().click();
  await expect(main(support)).toContainText("You are on it");
  await connectAgain(admin, simulator, known);
  await comesTo(support, "Nothing of it is left since", now);
});
