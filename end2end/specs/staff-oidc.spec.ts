// Staff sign in with the partner's own accounts: against `oidc-provider`, as it should be and as it must not be.

import type { Page } from "@playwright/test";

import { product as demo } from "../support/addresses.ts";
import { expectNarrow, expectPage } from "../support/pages.ts";
import { Product } from "../support/product.ts";
import { everyWrong, SignInProvider } from "../support/provider.ts";
import { expect, test } from "../support/test.ts";

// Beside the ports of the demo, so that two runs keep apart.
const base = Number(new URL(demo).port) + 5;
const name = "Partner accounts";
const robin = "robin@partner.example";
const password = "kestrel hinge marble";
const client = { id: "deskbridge", secret: "known to the provider and to us", redirectUri: `http://127.0.0.1:${base}/sign-in/return` };

let provider: SignInProvider;
let product: Product;

test.beforeAll(async () => {
  provider = new SignInProvider(base + 1, client);
  product = new Product(base, {
    STAFF_OIDC__ISSUER: provider.issuer,
    STAFF_OIDC__CLIENT_ID: client.id,
    STAFF_OIDC__CLIENT_SECRET: client.secret,
    STAFF_OIDC__NAME: name,
  });
  product.run(["staff", "add", robin, "--name", "Robin", "--role", "owner", "--password-stdin"], password);
  await product.start();
});

test.afterAll(async () => {
  await product.stop();
  await provider.close();
});

test.beforeEach(() => {
  provider.wrong = undefined;
});

/** From our page to the provider's, by itself. */
async function leave(page: Page, button: string): Promise<void> {
  await page.getByRole("button", { name: button, exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`^${provider.issuer}/`));
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`${name}: login`);
}

async function logIn(page: Page, address: string): Promise<void> {
  await page.getByLabel("Address").fill(address);
  await page.getByRole("button", { name: "Log in" }).click();
}

async function signIn(page: Page, address: string): Promise<void> {
  await page.goto(`${product.url}/sign-in?next=/account`);
  await leave(page, `Sign in with ${name}`);
  await logIn(page, address);
}

test("a colleague signs in, proves it again, and signs out", async ({ page }) => {
  await page.goto(`${product.url}/account`);
  await expect(page).toHaveURL(`${product.url}/sign-in?next=%2Faccount`);
  await expectPage(page, { heading: "Sign in", title: "Sign in – Deskbridge", says: ["or", `Sign in with ${name}`] });
  await expectNarrow(page);
  await leave(page, `Sign in with ${name}`);
  await logIn(page, robin);
  await expect(page).toHaveURL(`${product.url}/account`);
  await expect(page.locator("main")).toContainText(`Your account is linked with ${name}`);
  const cookies = await page.context().cookies(product.url);
  const session = cookies.find((cookie) => cookie.name === "staff");
  expect(session).toMatchObject({ httpOnly: true, sameSite: "Lax" });
  expect(cookies.filter((cookie) => cookie.name.startsWith("staff-oidc-")), "nothing of the way is left").toEqual([]);

  // Before something dangerous the provider asks once more, though it knows the browser.
  await page.goto(`${product.url}/sign-in/again?next=/account`);
  await expectPage(page, { heading: "Confirm that it is you", title: "Confirm that it is you – Deskbridge" });
  await leave(page, `Confirm with ${name}`);
  await logIn(page, robin);
  await expect(page).toHaveURL(`${product.url}/account`);
  const renewed = (await page.context().cookies(product.url)).find((cookie) => cookie.name === "staff");
  expect(renewed?.value).not.toBe(session?.value);

  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.locator("main")).toContainText(`You may still be signed in at ${name}`);
});

test("nobody else gets in, and is told what to do", async ({ page, complaints }) => {
  complaints.expectStatus(403, /^\/sign-in\/return$/);
  await signIn(page, "stranger@partner.example");
  await expectPage(page, {
    heading: "There is no account for you here",
    title: "Error: There is no account for you here – Deskbridge",
    says: ["Ask an owner to invite the address"],
  });
  await expectNarrow(page);
  // Another account of the provider, whose address it does not vouch for.
  await page.context().clearCookies();
  await signIn(page, "unverified@partner.example");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your address is not confirmed");
  // And somebody who does not want to.
  await page.context().clearCookies();
  await page.goto(`${product.url}/sign-in`);
  await leave(page, `Sign in with ${name}`);
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("You were not signed in");
  await page.getByRole("link", { name: "Try again" }).click();
  await expect(page).toHaveURL(`${product.url}/sign-in`);
});

for (const wrong of everyWrong) {
  test(`a token with a wrong ${wrong} lets nobody in`, async ({ page, complaints }) => {
    complaints.expectStatus(422, /^\/sign-in\/return$/);
    provider.wrong = wrong;
    await signIn(page, robin);
    await expectPage(page, {
      heading: "This sign-in could not be trusted",
      title: "Error: This sign-in could not be trusted – Deskbridge",
      says: ["nobody was let in"],
    });
    expect((await page.context().cookies(product.url)).map((cookie) => cookie.name)).not.toContain("staff");
    // The same person the next moment, once the provider does right.
    provider.wrong = undefined;
    await page.context().clearCookies();
    await signIn(page, robin);
    await expect(page).toHaveURL(`${product.url}/account`);
  });
}

test("a return that somebody copied lets nobody in", async ({ page, browser, complaints }) => {
  complaints.expectStatus(410, /^\/sign-in\/return$/);
  const returns: string[] = [];
  page.on("request", (request) => {
    if (new URL(request.url()).pathname === "/sign-in/return") returns.push(request.url());
  });
  await signIn(page, robin);
  await expect(page).toHaveURL(`${product.url}/account`);
  const other = await browser.newContext();
  const thief = await other.newPage();
  const answer = await thief.goto(returns[0] ?? "");
  expect(answer?.status()).toBe(410);
  await expect(thief.getByRole("heading", { level: 1 })).toHaveText("This sign-in is over");
  await other.close();
  await page.context().clearCookies();
  await page.goto(returns[0] ?? "");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("This sign-in is over");
});

test("a provider that is down leaves the password", async ({ page, complaints }) => {
  complaints.expectStatus(503, /^\/sign-in\/provider$/);
  const alone = new Product(base + 2, {
    STAFF_OIDC__ISSUER: `http://127.0.0.1:${base + 3}`,
    STAFF_OIDC__CLIENT_ID: client.id,
    STAFF_OIDC__CLIENT_SECRET: client.secret,
  });
  try {
    alone.run(["staff", "add", robin, "--name", "Robin", "--role", "owner", "--password-stdin"], password);
    await alone.start();
    await page.goto(`${alone.url}/sign-in?next=/account`);
    await page.getByRole("button", { name: "Sign in with 127.0.0.1" }).click();
    await expectPage(page, {
      heading: "The sign-in page cannot be reached",
      title: "Error: The sign-in page cannot be reached – Deskbridge",
      says: ["with a password you can sign in meanwhile"],
    });
    await page.getByRole("link", { name: "Try again" }).click();
    await page.getByLabel("E-mail address").fill(robin);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page).toHaveURL(`${alone.url}/account`);
  } finally {
    await alone.stop();
  }
});
