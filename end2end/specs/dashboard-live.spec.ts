// Pages of the dashboard stay as things are now, and move nothing under the hand that is about to press something.

import type { Browser, Page } from "@playwright/test";

import { expectAccessible } from "../support/accessibility.ts";
import { product } from "../support/addresses.ts";
import { Admin, hasScript } from "../support/admin.ts";
import { colleague } from "../support/backend.ts";
import { printers, removeConnected } from "../support/connected.ts";
import { expect, test } from "../support/test.ts";

// Each walk connects first, and password hashes take their time.
test.describe.configure({ timeout: 120_000 });
test.afterEach(({ simulator }) => removeConnected(simulator));

/** A change is told within seconds. */
const SOON = { timeout: 15_000 };

const heading = (page: Page) => page.getByRole("heading", { level: 1 });
/** The list as it is without search and filter. */
const everybody = /\/tenants$/;
const line = (page: Page) => page.locator(".live__state");
const row = (page: Page) => page.locator("tbody tr").first();

async function signIn(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto(product);
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(heading(page)).toHaveText("Overview");
}

/** Somebody else at work, in a browser of their own. */
async function support(browser: Browser): Promise<Page> {
  const page = await (await browser.newContext({ locale: "en-GB" })).newPage();
  await signIn(page, colleague("support"));
  return page;
}

async function act(page: Page, slug: string, name: "Pause synchronization" | "Resume synchronization"): Promise<void> {
  await page.goto(`${product}/tenants?q=${slug}`);
  await row(page).getByRole("link").first().click();
  await page.getByLabel(name).check();
  await page.getByLabel("Reason").fill("to see it live");
  await page.getByRole("button", { name: "Do it and record it" }).click();
  await expect(page.getByRole("status").filter({ hasText: /\S/ }).first()).toBeVisible();
}

/** Sums what moves from now on. */
async function watchShifts(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const seen = window as unknown as { shifts: number };
    seen.shifts = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) seen.shifts += (entry as unknown as { value: number }).value;
    }).observe({ type: "layout-shift", buffered: false });
  });
  return () => page.evaluate(() => (window as unknown as { shifts: number }).shifts);
}

test("a row says what happens to it, and nothing moves or loses its place", async ({ page, browser, simulator }) => {
  test.skip(!hasScript(), "without script a page says of when it is");
  const { organization } = await printers(new Admin(page), simulator);
  const desk = await page.context().newPage();
  await signIn(desk, colleague("viewer"));
  const colleagues = await support(browser);

  await desk.goto(`${product}/tenants?q=${organization.slug}`);
  await expect(line(desk)).toHaveText("Live");
  await expect(row(desk)).toContainText("Connected");
  await desk.getByLabel("Name for this view").fill("half a na");
  await desk.locator("body").click({ position: { x: 2, y: 400 } });
  await desk.keyboard.press("j");
  const link = row(desk).getByRole("link").first();
  await expect(link).toBeFocused();
  await desk.evaluate(() => {
    document.querySelector("tbody tr")?.setAttribute("data-same", "");
    getSelection()?.selectAllChildren(document.querySelector("h1") as Node);
  });
  const scrolled = await desk.evaluate(() => (window.scrollTo(0, 40), window.scrollY));
  const shifts = await watchShifts(desk);

  await act(colleagues, organization.slug, "Pause synchronization");
  await expect(row(desk)).toContainText("Paused by you", SOON);
  await expect(row(desk)).toHaveAttribute("data-key", /^con_/);
  await expect(link).toBeFocused();
  await expect(desk.getByLabel("Name for this view")).toHaveValue("half a na");
  expect(await desk.evaluate(() => getSelection()?.toString())).toBe("Tenants");
  expect(await desk.evaluate(() => window.scrollY)).toBe(scrolled);
  expect(await shifts(), "nothing moved").toBe(0);
  await colleagues.context().close();
});

test("the overview counts along, and can be paused", async ({ page, browser, simulator }) => {
  test.skip(!hasScript(), "without script a page says of when it is");
  const { organization } = await printers(new Admin(page), simulator);
  const desk = await page.context().newPage();
  await signIn(desk, colleague("viewer"));
  const colleagues = await support(browser);
  const paused = desk.locator("[data-live=paused]");
  await expect(line(desk)).toHaveText("Live");
  const before = Number(await paused.textContent());
  const numbers = desk.getByText("In numbers");
  const opened = await numbers.count() > 0;
  if (opened) await numbers.click();
  const shifts = await watchShifts(desk);

  await act(colleagues, organization.slug, "Pause synchronization");
  await expect(paused).toHaveText(String(before + 1), SOON);
  if (opened) await expect(desk.locator("details[open]")).toHaveCount(1);
  expect(await shifts(), "nothing moved").toBe(0);

  await desk.getByRole("button", { name: "Pause live updates" }).click();
  await expect(line(desk)).toHaveText(/^Paused: as of \d\d:\d\d \S+$/);
  await act(colleagues, organization.slug, "Resume synchronization");
  // Longer than a change takes to be told.
  await desk.waitForTimeout(7_000);
  await expect(paused).toHaveText(String(before + 1));
  await desk.getByRole("button", { name: "Resume live updates" }).click();
  await expect(line(desk)).toHaveText("Live");
  await expect(paused).toHaveText(String(before), SOON);
  await expectAccessible(desk);
  await colleagues.context().close();
});

test("the page of a tenant says its state and what happened", async ({ page, browser, simulator }) => {
  test.skip(!hasScript(), "without script a page says of when it is");
  const { organization } = await printers(new Admin(page), simulator);
  const desk = await page.context().newPage();
  await signIn(desk, colleague("support"));
  const colleagues = await support(browser);
  await desk.goto(`${product}/tenants?q=${organization.slug}`);
  await row(desk).getByRole("link").first().click();
  await expect(line(desk)).toHaveText("Live");
  await desk.getByLabel("Reason").fill("half a sen");
  const shifts = await watchShifts(desk);
  await act(colleagues, organization.slug, "Pause synchronization");
  await expect(desk.locator(".page-head .badge")).toContainText("Paused by you", SOON);
  expect(await shifts(), "nothing moved").toBe(0);
  // What would move waits until somebody wants to see it.
  const show = desk.getByRole("button", { name: "Show what is new" });
  if (await show.isVisible()) await show.click();
  await expect(desk.getByRole("main")).toContainText("to see it live");
  await expect(desk.getByLabel("Reason")).toHaveValue("half a sen");
  await colleagues.context().close();
});

test("nothing is exchanged under the pointer, and what is typed stays", async ({ page, browser, simulator }) => {
  test.skip(!hasScript(), "without script a page says of when it is");
  const { organization } = await printers(new Admin(page), simulator);
  const desk = await page.context().newPage();
  await signIn(desk, colleague("support"));
  const colleagues = await support(browser);
  await act(desk, organization.slug, "Pause synchronization");
  await expect(line(desk)).toHaveText("Live");
  const said = desk.locator("main > [data-key=said]");
  await expect(said).toBeVisible();
  const cause = desk.locator("main > [data-key^=cause-]");
  await expect(cause).toHaveAttribute("data-key", "cause-paused_by_partner");
  const resume = cause.getByRole("button", { name: "Resume synchronization" });
  await resume.focus();
  const reason = desk.getByLabel("Reason");
  const renew = desk.getByLabel("Renew OfficeRnD’s login now");
  await reason.fill("half a sen");
  await renew.check();
  await resume.focus();
  // From here on the server says nothing of the act any more, as two minutes later.
  await desk.evaluate(() => history.replaceState(null, "", location.pathname));
  const shifts = await watchShifts(desk);
  await act(colleagues, organization.slug, "Resume synchronization");
  const show = desk.getByRole("button", { name: "Show what is new" });
  await expect(show).toBeVisible(SOON);
  await expect(desk.getByRole("status").filter({ hasText: "Something is new." })).toHaveCount(1);
  await expect(said).toBeVisible();
  await expect(cause).toHaveAttribute("data-key", "cause-paused_by_partner");
  await expect(resume).toBeFocused();
  await expect(reason).toHaveValue("half a sen");
  expect(await shifts(), "nothing moved").toBe(0);
  await show.click();
  await expect(show).toBeHidden();
  await expect(resume).toHaveCount(0);
  await expect(said).toHaveCount(0);
  await expect(reason).toHaveValue("half a sen");
  await expect(renew).toBeChecked();
  await expect(line(desk)).toHaveText("Live");
  await colleagues.context().close();
});

test("what was refused stays when the page listens again", async ({ page, browser, simulator, complaints }) => {
  test.skip(!hasScript(), "without script a page says of when it is");
  complaints.expectStatus(422, /^\/connections\//);
  const { organization } = await printers(new Admin(page), simulator);
  const desk = await page.context().newPage();
  await signIn(desk, colleague("support"));
  const colleagues = await support(browser);
  await desk.goto(`${product}/tenants?q=${organization.slug}`);
  await row(desk).getByRole("link").first().click();
  await desk.getByLabel("Send events again since a time").check();
  await desk.getByLabel("Reason").fill("half a sen");
  await desk.getByRole("button", { name: "Do it and record it" }).click();
  await expect(line(desk)).toHaveText(/^Paused: /);
  await act(colleagues, organization.slug, "Pause synchronization");
  await desk.getByRole("button", { name: "Resume live updates" }).click();
  await expect(line(desk)).toHaveText("Live", SOON);
  const show = desk.getByRole("button", { name: "Show what is new" });
  await expect(show).toBeVisible(SOON);
  await show.click();
  await expect(desk.locator(".page-head .badge")).toContainText("Paused by you");
  await expect(desk.getByLabel("Reason")).toHaveValue("half a sen");
  await expect(desk.getByLabel("Send events again since a time")).toBeChecked();
  await colleagues.context().close();
});

test("a page says when its session is over", async ({ page, complaints }) => {
  test.skip(!hasScript(), "without script a page says of when it is");
  complaints.expectStatus(401, /^\/live$/);
  complaints.expectStatus(401, /^\/$/);
  await signIn(page, colleague("viewer"));
  await expect(line(page)).toHaveText("Live");
  const other = await page.context().newPage();
  await other.goto(product);
  await other.getByRole("button", { name: "Sign out" }).click();
  await expect(heading(other)).not.toHaveText("Overview");
  // The stream ends, the browser comes again, is refused, and then the page asks.
  await page.bringToFront();
  await expect(line(page)).toHaveText(/^Signed out: as of \d\d:\d\d \S+\. Reload the page to sign in\.$/, { timeout: 40_000 });
  await expect(page.getByRole("status").filter({ hasText: "Signed out" })).toHaveCount(1);
  let asked = 0;
  page.on("request", () => (asked += 1));
  // Longer than a browser waits before it comes again.
  await page.waitForTimeout(8_000);
  expect(asked, "it asks no more").toBe(0);
});

test("the list looks while somebody types, and filters without leaving", async ({ page, simulator }) => {
  const { organization } = await printers(new Admin(page), simulator);
  const desk = await page.context().newPage();
  await signIn(desk, colleague("viewer"));
  await desk.goto(`${product}/tenants`);
  const rows = desk.locator("tbody tr");
  const search = desk.getByLabel("Search tenants");
  if (!hasScript()) {
    await expect(line(desk)).toHaveText(/^As of \d\d:\d\d \S+$/);
    await expect(desk.getByRole("button", { name: "Pause live updates" })).toBeHidden();
    await expect(desk.getByRole("button", { name: "Keyboard shortcuts" })).toBeHidden();
    await search.fill(organization.slug);
    await desk.getByRole("button", { name: "Search" }).click();
    await expect(rows).toHaveCount(1);
    return;
  }
  await expect(line(desk)).toHaveText("Live");
  await desk.evaluate(() => Object.assign(window, { stays: true }));
  // A message that comes above the field takes neither the field nor what is typed into it.
  const short = desk.getByText("One letter is too short to search for");
  await search.pressSequentially(organization.slug.slice(0, 1));
  await expect(short).toBeVisible();
  await expect(search).toBeFocused();
  await expect(search).toHaveValue(organization.slug.slice(0, 1));
  await search.pressSequentially(organization.slug.slice(1), { delay: 15 });
  await expect(short).toHaveCount(0);
  await expect(rows).toHaveCount(1);
  await expect(desk).toHaveURL(new RegExp(`/tenants\\?q=${organization.slug}$`));
  await expect(desk.getByRole("status").filter({ hasText: /^1 of 1/ })).toHaveCount(1);
  await expect(search).toBeFocused();
  await expect(search).toHaveValue(organization.slug);
  await search.fill("nobody has a name like this");
  await expect(desk.getByRole("heading", { name: /^Nothing found/ })).toBeVisible();
  await search.fill("");
  await expect(desk).toHaveURL(everybody);
  const all = await rows.count();
  expect(all).toBeGreaterThan(0);

  // A filter is an address of its own, and Back leads out of it.
  await desk.getByRole("navigation", { name: "Filter by integration" }).getByRole("link", { name: /Tally/ }).click();
  await expect(desk).toHaveURL(/[?&]integration=tally-desk/);
  await expect(desk.locator(".filter[aria-current]", { hasText: "Tally" })).toHaveCount(1);
  await desk.getByRole("columnheader", { name: "Organization" }).getByRole("link").click();
  await expect(desk).toHaveURL(/sort=organization/);
  await desk.goBack();
  await expect(desk).toHaveURL(/[?&]integration=tally-desk/);
  await desk.goBack();
  await expect(desk).toHaveURL(everybody);
  await expect(rows).toHaveCount(all);
  expect(await desk.evaluate(() => (window as unknown as { stays?: boolean }).stays), "one page all the time").toBe(true);
});

test("keys lead through the list, and can be switched off", async ({ page, simulator }) => {
  test.skip(!hasScript(), "keys are a comfort of scripts");
  const { organization } = await printers(new Admin(page), simulator);
  const desk = await page.context().newPage();
  await signIn(desk, colleague("viewer"));
  await desk.goto(`${product}/tenants`);
  await expect(line(desk)).toHaveText("Live");
  const search = desk.getByLabel("Search tenants");
  await desk.keyboard.press("/");
  await expect(search).toBeFocused();
  await desk.keyboard.type(organization.slug);
  await expect(search).toHaveValue(organization.slug);
  await expect(desk.locator("tbody tr")).toHaveCount(1);
  // A field keeps its letters.
  await desk.keyboard.type("jk?/");
  await expect(search).toHaveValue(`${organization.slug}jk?/`);
  await search.fill("");
  await expect(desk).toHaveURL(everybody);
  await search.blur();
  const links = desk.locator("tbody th a");
  await expect(links.nth(1)).toBeVisible();
  await desk.keyboard.press("j");
  await expect(links.nth(0)).toBeFocused();
  await desk.keyboard.press("j");
  await expect(links.nth(1)).toBeFocused();
  await desk.keyboard.press("k");
  await expect(links.nth(0)).toBeFocused();
  await desk.keyboard.press("Control+j");
  await expect(links.nth(0)).toBeFocused();

  await desk.keyboard.press("?");
  const dialog = desk.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(dialog).toBeVisible();
  await expectAccessible(desk);
  await dialog.getByLabel("Single keys act").uncheck();
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(dialog).toBeHidden();
  await links.nth(0).focus();
  await desk.keyboard.press("j");
  await expect(links.nth(0)).toBeFocused();
  await desk.reload();
  await expect(line(desk)).toHaveText("Live");
  await desk.keyboard.press("/");
  await expect(search).not.toBeFocused();
  await desk.getByRole("button", { name: "Keyboard shortcuts" }).click();
  await dialog.getByLabel("Single keys act").check();
  await desk.keyboard.press("Escape");
  await links.nth(0).focus();
  await desk.keyboard.press("j");
  await expect(links.nth(1)).toBeFocused();
  await desk.keyboard.press("Enter");
  await expect(desk).toHaveURL(/\/connections\/con_/);
});
