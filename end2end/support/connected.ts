// Organizations that are connected, made without looking at the way there.

import { expect, type Page } from "@playwright/test";

import type { Admin } from "./admin.ts";
import type { Organization, Simulator } from "./simulator.ts";

export interface Connected {
  organization: Organization;
  /** OfficeRnD's id of the installation. */
  integration: string;
}

let made: Connected[] = [];

/** For after each test: two organizations may not manage the same door groups, and tests share one vendor account. */
export async function removeConnected(simulator: Simulator): Promise<void> {
  const all = made;
  made = [];
  for (const { integration } of all) await simulator.remove(integration);
}

const next = (popUp: Page) => popUp.getByRole("button", { name: "Continue", exact: true });

/** A pop-up of a new Harbour & Loom at its first page, and its end by Connect. */
async function connect(
  admin: Admin,
  simulator: Simulator,
  application: string,
  steps: (popUp: Page) => Promise<void>,
): Promise<Connected> {
  const organization = await simulator.harbour();
  const { connectUrl, integrationId } = await simulator.install(organization.id, application);
  const popUp = await admin.visit(connectUrl);
  await steps(popUp);
  await admin.returns(popUp, () => popUp.getByRole("button", { name: "Connect", exact: true }).click());
  const connected = { organization, integration: integrationId };
  made.push(connected);
  return connected;
}

/** Printers, which have no steps. */
export function printers(admin: Admin, simulator: Simulator): Promise<Connected> {
  return connect(admin, simulator, "tally-desk", async () => {});
}

/** The vendor's steps for doors of its site in the United Kingdom, after the first page. */
async function doorSteps(popUp: Page): Promise<void> {
  await popUp.getByRole("radio", { name: "Europe" }).check();
  await popUp.getByLabel("Client ID").fill("hl-prod-7");
  await popUp.getByLabel("Client secret").fill("a-secret");
  await popUp.getByLabel("This login is a service account, not a person’s own login").check();
  await next(popUp).click();
  await popUp.locator("label").filter({ hasText: "Harbour UK" }).click();
  await next(popUp).click();
}

/** Doors of the vendor's site in the United Kingdom. */
export function doors(admin: Admin, simulator: Simulator): Promise<Connected> {
  return connect(admin, simulator, "portunus-access", async (popUp) => {
    await next(popUp).click();
    await doorSteps(popUp);
  });
}

/** The same, left after the first page, until somebody finishes. */
export async function doorsBegun(
  admin: Admin,
  simulator: Simulator,
): Promise<Connected & { finish: () => Promise<void> }> {
  const organization = await simulator.harbour();
  const { connectUrl, integrationId } = await simulator.install(organization.id, "portunus-access");
  const popUp = await admin.visit(connectUrl);
  await next(popUp).click();
  await expect(popUp.getByRole("heading", { level: 1 })).toHaveText("Sign in to Portunus");
  const begun = { organization, integration: integrationId };
  made.push(begun);
  const finish = async () => {
    await doorSteps(popUp);
    await admin.returns(popUp, () => popUp.getByRole("button", { name: "Connect", exact: true }).click());
  };
  return { ...begun, finish };
}

/** Wi-Fi by the vendor's cloud, with the network that the manifest begins with. */
export function wifi(admin: Admin, simulator: Simulator): Promise<Connected> {
  return connect(admin, simulator, "meshfern-wifi", async (popUp) => {
    await next(popUp).click();
    await expect(popUp.getByRole("heading", { level: 1 })).toHaveText("Meshfern controller");
    await popUp.getByLabel("API token").fill("a-token");
    await next(popUp).click();
    await expect(popUp.getByRole("heading", { level: 1 })).toHaveText("First network");
    await next(popUp).click();
  });
}

/** Payments to a merchant account, through the vendor's own sign-in. */
export function payments(admin: Admin, simulator: Simulator): Promise<Connected> {
  return connect(admin, simulator, "ledgerline-pay", async (popUp) => {
    await next(popUp).click();
    await popUp.getByLabel("Only one system will charge our customers").check();
    await next(popUp).click();
    await popUp.getByRole("button", { name: "Allow" }).click();
    await popUp.locator("label").filter({ hasText: "Harbour & Loom BV" }).click();
    await next(popUp).click();
  });
}

/** What Configure opens. */
export async function configure(admin: Admin, simulator: Simulator, { integration }: Connected): Promise<Page> {
  const window = await admin.visit(await simulator.signedUrl(integration, "configure"));
  await window.setViewportSize({ width: 1280, height: 900 });
  return window;
}
