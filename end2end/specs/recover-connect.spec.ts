// A connect that fails says what happened, what was kept and what to do, and lets the admin out.

import type { Page } from "@playwright/test";

import { product } from "../support/addresses.ts";
import { Admin } from "../support/admin.ts";
import { expectFits, expectPage, tabTo } from "../support/pages.ts";
import type { Organization, Simulator, Twist } from "../support/simulator.ts";
import { expect, test } from "../support/test.ts";
import { Traffic } from "../support/traffic.ts";

const attempt = /^\/connect\//;
const tenMinutes = 600;

const connect = (window: Page) => window.getByRole("button", { name: "Connect", exact: true });
const back = (window: Page) => window.getByRole("link", { name: "Return to OfficeRnD" });

/** An integration nobody else's test has, and OfficeRnD's link to connect it. */
async function link(simulator: Simulator, organization: Organization, twist: Twist = {}): Promise<string> {
  return (await simulator.install(organization.id, "tally-desk", [], twist)).connectUrl;
}

test.beforeEach(async ({ simulator }) => {
  // Refused codes of other tests count against this address for ten minutes.
  await simulator.advance(tenMinutes + 1);
});

interface Ending {
  name: string;
  /** What OfficeRnD does before the pop-up opens; answers the address that it opens. */
  open: (simulator: Simulator, organization: Organization) => Promise<string>;
  /** Fails only when the admin presses Connect. */
  late?: true;
  status: number;
  heading: string;
  title: string;
  says: string[];
}

const endings: Ending[] = [
  {
    name: "an expired code",
    open: (simulator, organization) => link(simulator, organization, { code: "expired" }),
    status: 400,
    heading: "This connect link has expired",
    title: "Not connected: the code has expired – Tallydesk Print",
    says: [
      "Nothing was connected and nothing was changed",
      "In OfficeRnD open Settings, Integrations, Tallydesk Print.",
      "Choose Connect again and finish within a few minutes.",
    ],
  },
  {
    name: "a code that was used before",
    open: (simulator, organization) => link(simulator, organization, { code: "used" }),
    status: 400,
    heading: "This connect link has expired",
    title: "Not connected: the code has expired – Tallydesk Print",
    says: ["it works once", "Choose Connect again and finish within a few minutes."],
  },
  {
    name: "a code of another application",
    open: (simulator, organization) => link(simulator, organization, { code: "foreign" }),
    status: 400,
    heading: "This connect link has expired",
    title: "Not connected: the code has expired – Tallydesk Print",
    says: ["Nothing was connected and nothing was changed"],
  },
  {
    name: "an admin who declines",
    open: (simulator, organization) => link(simulator, organization, { code: "absent" }),
    status: 200,
    heading: "You chose not to connect",
    title: "Not connected – Tallydesk Print",
    says: [
      "Nothing was connected, nothing was changed, and no login was kept.",
      "Return to OfficeRnD, choose Connect again, and then Allow.",
    ],
  },
  {
    name: "an admin who declines, with error=access_denied",
    open: (simulator, organization) => link(simulator, organization, { code: "access_denied" }),
    status: 200,
    heading: "You chose not to connect",
    title: "Not connected – Tallydesk Print",
    says: ["Nothing was connected, nothing was changed, and no login was kept."],
  },
  {
    name: "a link that lost its organization",
    open: async (simulator, organization) =>
      (await link(simulator, organization)).replace(/org_slug=[^&]*/, "org_slug="),
    status: 400,
    heading: "OfficeRnD’s call was not complete",
    title: "Not connected: the call was not complete – Tallydesk Print",
    says: ["Nothing was connected and nothing was changed", "Choose Connect there. It makes a complete link."],
  },
  {
    name: "a missing permission for locations",
    open: (simulator, organization) => link(simulator, organization, { missing_scope: "locations_read" }),
    status: 403,
    heading: "OfficeRnD let us in, but not far enough",
    title: "Not connected: a permission is missing – Tallydesk Print",
    says: [
      "Nothing was connected, and the login we had is destroyed",
      "Let them choose Connect again and allow what OfficeRnD asks.",
    ],
  },
  {
    name: "a missing permission for integrations",
    open: (simulator, organization) => link(simulator, organization, { missing_scope: "integrations_read" }),
    late: true,
    status: 403,
    heading: "OfficeRnD let us in, but not far enough",
    title: "Not connected: a permission is missing – Tallydesk Print",
    says: ["Let them choose Connect again and allow what OfficeRnD asks."],
  },
  {
    name: "a missing permission for webhooks",
    open: (simulator, organization) => link(simulator, organization, { missing_scope: "webhooks_create" }),
    late: true,
    status: 403,
    heading: "OfficeRnD let us in, but not far enough",
    title: "Not connected: a permission is missing – Tallydesk Print",
    says: ["Let them choose Connect again and allow what OfficeRnD asks."],
  },
  {
    name: "a login of another organization",
    open: async (simulator, organization) => {
      await simulator.switch("organization_answer", "other_slug", { organization: organization.id });
      return link(simulator, organization);
    },
    status: 403,
    heading: "The login belongs to another organization",
    title: "Not connected: the login is of another organization – Tallydesk Print",
    says: ["Nothing was connected in either organization", "In OfficeRnD switch to the organization you want to connect."],
  },
  {
    name: "a region that is not OfficeRnD’s",
    open: async (simulator, organization) => {
      await simulator.switch("region", "lookalike", { organization: organization.id });
      return link(simulator, organization);
    },
    status: 502,
    heading: "OfficeRnD sent us to an address we do not trust",
    title: "Not connected: an address was refused – Tallydesk Print",
    says: ["your login was not sent there", "Send the number below to Tallydesk Print support."],
  },
  {
    name: "an answer without the integration’s secret",
    open: async (simulator, organization) => {
      await simulator.switch("integration_secret", "absent", { organization: organization.id });
      return link(simulator, organization);
    },
    late: true,
    status: 502,
    heading: "OfficeRnD kept the integration’s key from us",
    title: "Not connected: the integration’s key is missing – Tallydesk Print",
    says: ["Nothing was connected, and the login we had is destroyed", "Return to OfficeRnD and choose Connect again."],
  },
  {
    name: "an answer to the code that never came",
    open: async (simulator, organization) => {
      await simulator.fault({ answer: "reset_after", at: "exchange", times: 1 });
      return link(simulator, organization);
    },
    status: 503,
    heading: "OfficeRnD’s answer did not reach us",
    title: "Not connected: OfficeRnD’s answer was lost – Tallydesk Print",
    says: ["A code works once, so we cannot ask with it again.", "Choose Connect again. It brings a new code."],
  },
];

for (const { name, open, late, status, heading, title, says } of endings) {
  test(`${name} ends on a page that helps`, async ({ page, context, complaints, simulator }) => {
    if (status >= 400) complaints.expectStatus(status, attempt);
    const harbour = await simulator.harbour();
    const address = await open(simulator, harbour);
    const traffic = new Traffic(context);
    const admin = new Admin(page);
    const popUp = await admin.visit(address);
    await traffic.expectLight();
    if (late) {
      const answered = popUp.waitForResponse((response) =>
        response.url() === popUp.url() && response.request().method() === "GET");
      await connect(popUp).click();
      expect((await answered).status()).toBe(status);
    }
    expect(new URL(popUp.url()).search, "no code in the address").toBe("");
    await expectPage(popUp, { heading, title, says });
    await expectFits(popUp, back(popUp));
    if (status >= 400) {
      await expect(popUp.getByRole("alert")).toHaveCount(1);
      await expect(popUp.locator("main")).toContainText(/CA-[0-9A-Z]{4}-[0-9A-Z]{2}/);
    }
    expect(traffic.scripts()).toEqual([]);
    // The page itself, however often it is asked for, keeps its status.
    expect((await popUp.reload())?.status()).toBe(status);
    const [installed] = await simulator.installed(harbour);
    expect((await simulator.call(installed?.id ?? "", "healthcheck")).status, "nothing was connected").toBe(401);
    await tabTo(popUp, back(popUp));
    await admin.returns(popUp, () => popUp.keyboard.press("Enter"));
  });
}

test("a link that another browser opened first does nothing", async ({ page, browser, complaints, simulator }) => {
  complaints.expectStatus(400, attempt);
  const harbour = await simulator.harbour();
  const address = await link(simulator, harbour);
  const other = await browser.newContext();
  const first = await other.newPage();
  await first.goto(address);
  await expect(connect(first)).toBeVisible();

  const admin = new Admin(page);
  const second = await admin.visit(address);
  await expectPage(second, {
    heading: "This connect link was opened before",
    title: "Not connected: the link was used before – Tallydesk Print",
    says: ["Opening it again changed nothing", "Look for the other window and go on there."],
  });
  await expectFits(second, back(second));
  await admin.returns(second, () => back(second).click());
  // The first window is not disturbed.
  await connect(first).click();
  await expect.poll(async () => (await simulator.installed(harbour)).map(({ stage }) => stage)).toEqual(["connected"]);
  await other.close();
});

test("OfficeRnD is busy, and Continue goes on later", async ({ page, context, complaints, simulator }) => {
  complaints.expectStatus(503, attempt);
  const harbour = await simulator.harbour();
  await simulator.fault({ answer: "429", at: "exchange", times: 1, retry_after: 60 });
  const traffic = new Traffic(context);
  const admin = new Admin(page);
  const popUp = await admin.visit(await link(simulator, harbour));
  await expectPage(popUp, {
    heading: "OfficeRnD is busy",
    title: "Not connected: OfficeRnD is busy – Tallydesk Print",
    says: ["Nothing is lost", "Your place is kept for 24 hours.", "Choose Continue. You do not have to start again."],
  });
  const go = popUp.getByRole("button", { name: "Continue" });
  await expectFits(popUp, go);
  await traffic.expectLight();
  await simulator.advance(61);
  await tabTo(popUp, go);
  await popUp.keyboard.press("Enter");
  await expect(popUp.getByRole("heading", { level: 1 })).toHaveText("Connect Tallydesk Print to Harbour & Loom");
  await admin.returns(popUp, () => connect(popUp).click());
});

test("OfficeRnD does not answer, and Try again goes on later", async ({ page, context, complaints, simulator }) => {
  complaints.expectStatus(502, attempt);
  const harbour = await simulator.harbour();
  await simulator.fault({ answer: "503", at: "organization", organization: harbour.id });
  const traffic = new Traffic(context);
  const admin = new Admin(page);
  const popUp = await admin.visit(await link(simulator, harbour));
  const waiting = {
    heading: "OfficeRnD does not answer",
    title: "Not connected: OfficeRnD does not answer – Tallydesk Print",
    says: ["Nothing is lost and nothing was changed", "Choose Try again. You do not have to start again."],
  };
  await expectPage(popUp, waiting);
  const again = popUp.getByRole("button", { name: "Try again" });
  await expectFits(popUp, again);
  await traffic.expectLight();
  await again.click();
  await expectPage(popUp, waiting);

  await simulator.reset();
  await again.click();
  await expect(connect(popUp)).toBeVisible();

  // Between looking and connecting it may fail once more.
  await simulator.fault({ answer: "502", at: "webhook_create", organization: harbour.id, times: 1 });
  await connect(popUp).click();
  await expectPage(popUp, waiting);
  await admin.returns(popUp, () => again.click());
  expect(await simulator.subscriptions(harbour)).toBe(1);
  const [installed] = await simulator.installed(harbour);
  expect((await simulator.call(installed?.id ?? "", "healthcheck")).body).toEqual({ accountName: "Harbour & Loom" });
});

test("a window that was open for hours still connects", async ({ page, simulator }) => {
  const harbour = await simulator.harbour();
  const admin = new Admin(page);
  const popUp = await admin.visit(await link(simulator, harbour));
  await expect(connect(popUp)).toBeVisible();
  // Longer than the login that came with the code.
  await simulator.advance(23 * 60 * 60);
  await admin.returns(popUp, () => connect(popUp).click());
  const [installed] = await simulator.installed(harbour);
  expect((await simulator.call(installed?.id ?? "", "healthcheck")).body).toEqual({ accountName: "Harbour & Loom" });
});

test("OfficeRnD may be down for hours before Try again helps", async ({ page, complaints, simulator }) => {
  complaints.expectStatus(502, attempt);
  const harbour = await simulator.harbour();
  await simulator.fault({ answer: "503", at: "organization", organization: harbour.id });
  const admin = new Admin(page);
  const popUp = await admin.visit(await link(simulator, harbour));
  await expect(popUp.getByRole("heading", { level: 1 })).toHaveText("OfficeRnD does not answer");
  await simulator.advance(5 * 60 * 60);
  await simulator.reset();
  await popUp.getByRole("button", { name: "Try again" }).click();
  await admin.returns(popUp, () => connect(popUp).click());
  expect(await simulator.subscriptions(harbour)).toBe(1);
});

test("a window that was open for a day has ended", async ({ page, complaints, simulator }) => {
  complaints.expectStatus(400, attempt);
  const harbour = await simulator.harbour();
  const admin = new Admin(page);
  const popUp = await admin.visit(await link(simulator, harbour));
  await expect(connect(popUp)).toBeVisible();
  await simulator.advance(24 * 60 * 60);
  await connect(popUp).click();
  await expectPage(popUp, {
    heading: "This window was open for too long",
    title: "Not connected: 24 hours have passed – Tallydesk Print",
    says: ["the login we had is destroyed", "Choose Connect again beside Tallydesk Print."],
  });
  await expectFits(popUp, back(popUp));
  await admin.returns(popUp, () => back(popUp).click());
});

test("an integration that was removed while its window was open is not connected", async ({ page, complaints, simulator }) => {
  complaints.expectStatus(400, attempt);
  const harbour = await simulator.harbour();
  const admin = new Admin(page);
  const installed = await simulator.install(harbour.id, "tally-desk");
  const popUp = await admin.visit(installed.connectUrl);
  await admin.returns(popUp, () => connect(popUp).click());
  const again = await admin.visit((await simulator.connectAgain(installed.integrationId)).connectUrl);
  await expect(again.getByRole("button", { name: "Reconnect" })).toBeVisible();
  const deliveries = await simulator.remove(installed.integrationId);
  expect(deliveries.map(({ state }) => state)).toEqual(["delivered"]);
  await expect
    .poll(async () => (await simulator.call(installed.integrationId, "healthcheck")).body)
    .toEqual({ message: expect.stringContaining("Tallydesk Print is disconnected.") });
  await again.getByRole("button", { name: "Reconnect" }).click();
  await expectPage(again, {
    heading: "Tallydesk Print was removed in OfficeRnD",
    title: "Not connected: the integration was removed – Tallydesk Print",
    says: ["Somebody removed it while this window was open.", "add Tallydesk Print again."],
  });
  await admin.returns(again, () => back(again).click());
});

test("another browser’s window is nobody else’s", async ({ page, browser, complaints, simulator }) => {
  complaints.expectStatus(404, attempt);
  const harbour = await simulator.harbour();
  const other = await browser.newContext();
  const first = await other.newPage();
  await first.goto(await link(simulator, harbour));
  await expect(connect(first)).toBeVisible();
  const admin = new Admin(page);
  for (const address of [first.url(), `${product}/connect/ca_${"0".repeat(32)}`, `${product}/connect/nonsense`]) {
    const traffic = new Traffic(page.context());
    const window = await admin.visit(address);
    await expectPage(window, {
      heading: "This window has ended",
      title: "This window has ended",
      says: [
        "A connect belongs to the browser that started it.",
        "Choose Connect again.",
        "Then your browser blocks all cookies. Allow cookies for this address",
      ],
    });
    await expect(window.locator("body")).not.toContainText("Harbour");
    await expectFits(window, back(window));
    expect(traffic.scripts()).toEqual([]);
    await admin.returns(window, () => back(window).click());
  }
  await other.close();
});

test("too many links that do not work are not asked about", async ({ page, context, complaints, simulator }) => {
  const connectPath = /^\/i\/tally-desk\/connect$/;
  complaints.expectStatus(400, attempt);
  complaints.expectStatus(429, connectPath);
  const harbour = await simulator.harbour();
  for (let tries = 0; tries < 5; tries += 1) {
    await page.goto(await link(simulator, harbour, { code: "expired" }));
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("This connect link has expired");
  }
  const traffic = new Traffic(context);
  const admin = new Admin(page);
  const good = await link(simulator, harbour);
  const popUp = await admin.visit(good);
  await expectPage(popUp, {
    heading: "Too many connect links that do not work",
    title: "Too many tries – Tallydesk Print",
    says: ["Nothing was connected and nothing was changed.", "Wait 10 minutes."],
  });
  await expectFits(popUp, back(popUp));
  expect(traffic.scripts()).toEqual([]);
  await admin.returns(popUp, () => back(popUp).click());
  await simulator.advance(tenMinutes + 1);
  const later = await admin.visit(await link(simulator, harbour));
  await expect(connect(later)).toBeVisible();
});
