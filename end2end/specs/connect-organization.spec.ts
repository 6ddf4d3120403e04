// From OfficeRnD's Connect button to a connection that works, and to its end.

import { product, simulator as officernd } from "../support/addresses.ts";
import { Admin, hasScript, popUpSize } from "../support/admin.ts";
import { watchPopUp } from "../support/opener.ts";
import { expectFits, expectPage, tabTo } from "../support/pages.ts";
import { expect, test } from "../support/test.ts";
import { Traffic } from "../support/traffic.ts";

const integration = "Tallydesk Print";
const reads = [
  "All locations, 4 today",
  "chosen in OfficeRnD",
  "Rotterdam – Katendrecht",
  "Bristol, Old Market",
  "Lisboa · Marvila",
  "Bristol, Temple Quay (opening soon)",
  "A location you open later joins by itself.",
  "What Tallydesk Print may do in OfficeRnD",
  "After Connect this window closes and OfficeRnD shows Tallydesk Print as connected.",
];

test("an admin connects all locations, configures and disconnects", async ({ page, context, simulator }) => {
  const harbour = await simulator.harbour();
  const admin = new Admin(page);
  const closed = await watchPopUp(page);
  await admin.look(harbour);
  await expect(page.getByText("Nothing is connected.")).toBeVisible();

  const traffic = new Traffic(context);
  const popUp = await admin.connect(integration);
  await expect(popUp).toHaveURL(new RegExp(`^${product}/connect/ca_[0-9a-f]+$`));
  if (hasScript()) {
    expect(await popUp.evaluate(() => [innerWidth, innerHeight])).toEqual([popUpSize.width, popUpSize.height]);
    expect(await closed(), "OfficeRnD still holds its pop-up").toBe(false);
  }
  await expectPage(popUp, {
    heading: "Connect Tallydesk Print to Harbour & Loom",
    title: "Connect – Tallydesk Print",
    says: ["Nothing is connected before you choose Connect.", ...reads],
  });
  const connect = popUp.getByRole("button", { name: "Connect", exact: true });
  await expectFits(popUp, connect);
  await traffic.expectLight();
  const [installed] = await simulator.installed(harbour);
  const unknown = await simulator.call(installed?.id ?? "", "healthcheck");
  expect(unknown.status, "looking at the page connects nothing").toBe(401);

  await admin.returns(popUp, () => connect.click());
  const row = admin.row(integration);
  await admin.press(row, "Check");
  await expect(row).toContainText("“Harbour & Loom”");
  await expect(row).toContainText(/200, \d+ ms/);
  await admin.press(row, "Sync");

  const settings = await admin.open(row, "Configure");
  await expect(settings).toHaveURL(new RegExp(`^${product}/settings/con_[0-9a-f]+$`));
  await expectPage(settings, {
    heading: "Settings for all locations",
    title: "Settings for all locations – Tallydesk Print",
    says: [
      "OfficeRnD accepts our login",
      "All locations, 4 today",
      "Subscribed to events of OfficeRnD",
      "A run was asked for",
      "Configure was opened",
    ],
  });
  const whose = settings.getByRole("banner");
  await expect(whose).toContainText("Tallydesk Print for Harbour & Loom");
  await expect(whose).toContainText("Account Harbour & Loom");
  await expect(whose).toContainText("Connected");

  await settings.getByRole("link", { name: "Disconnect" }).first().click();
  await expectPage(settings, {
    heading: "Disconnect Tallydesk Print from Harbour & Loom?",
    title: "Disconnect Tallydesk Print from Harbour & Loom? – Tallydesk Print",
    says: [
      "Nothing has happened yet.",
      "all of them, also later ones",
      "The login for OfficeRnD is destroyed and cannot be brought back",
    ],
  });
  await settings.getByRole("link", { name: "Keep it connected" }).click();
  await expect(settings.getByRole("heading", { level: 1 })).toHaveText("Settings for all locations");
  await settings.getByRole("link", { name: "Disconnect" }).first().click();
  await settings.getByRole("button", { name: "Disconnect Tallydesk Print" }).click();
  await expectPage(settings, {
    heading: "Tallydesk Print is disconnected",
    title: "Disconnected – Tallydesk Print",
    says: [
      "the login is destroyed and events have stopped",
      "Settings and history are kept until",
      "Choose Connect.",
      "Chosen on this page",
      "Number for support: CA-",
    ],
  });
  expect(await simulator.subscriptions(harbour), "no events come any more").toBe(0);

  await settings.close();
  await admin.look(harbour);
  await admin.press(row, "Check");
  await expect(row).toContainText("Tallydesk Print is disconnected. Settings and history are kept until");
});

test("an admin connects and removes the integration in OfficeRnD", async ({ page, simulator }) => {
  const harbour = await simulator.harbour();
  const admin = new Admin(page);
  await admin.look(harbour);
  const popUp = await admin.connect(integration);
  await admin.returns(popUp, () => popUp.getByRole("button", { name: "Connect", exact: true }).click());
  const [installed] = await simulator.installed(harbour);
  expect(installed?.stage).toBe("connected");
  const id = installed?.id ?? "";

  await admin.look(harbour);
  await admin.press(admin.row(id), "Remove");
  await expect(page.getByText("Nothing is connected.")).toBeVisible();

  await expect
    .poll(async () => (await simulator.call(id, "healthcheck")).body)
    .toEqual({ message: expect.stringMatching(/^Tallydesk Print is disconnected\. Settings and history are kept until/) });
  expect((await simulator.call(id, "sync")).status).toBe(409);
  const settings = await admin.visit(await simulator.signedUrl(id, "configure"));
  await expectPage(settings, {
    heading: "Tallydesk Print is disconnected",
    title: "Disconnected – Tallydesk Print",
    says: ["To connect again", "Disconnected", "The integration was removed there"],
  });
});

test("an admin connects some locations", async ({ page, simulator }) => {
  const harbour = await simulator.harbour();
  const admin = new Admin(page);
  await admin.look(harbour);
  const popUp = await admin.connect(integration, ["Lisboa · Marvila", "Bristol, Old Market"]);
  await expectPage(popUp, {
    heading: "Connect Tallydesk Print to Harbour & Loom",
    title: "Connect – Tallydesk Print",
    says: ["2 locations", "Only these are connected.", "Lisboa · Marvila", "Bristol, Old Market"],
  });
  await expect(popUp.locator("main")).not.toContainText("Rotterdam");
  await admin.returns(popUp, () => popUp.getByRole("button", { name: "Connect", exact: true }).click());

  const [installed] = await simulator.installed(harbour);
  const settings = await admin.visit(await simulator.signedUrl(installed?.id ?? "", "configure"));
  await expectPage(settings, {
    heading: "Settings for all locations",
    title: "Settings for all locations – Tallydesk Print",
    says: ["2 locations", "A location you open later does not join by itself.", "Lisboa · Marvila", "Bristol, Old Market"],
  });
  await expect(settings.locator("main")).not.toContainText("Rotterdam");
});

test("a second connection says what the first one covers already", async ({ page, simulator }) => {
  const harbour = await simulator.harbour();
  const admin = new Admin(page);
  const connect = (window: typeof page) => window.getByRole("button", { name: "Connect", exact: true });
  await admin.look(harbour);
  const first = await admin.connect(integration, ["Bristol, Old Market"]);
  await admin.returns(first, () => connect(first).click());
  const second = await admin.connect(integration);
  await expectPage(second, {
    heading: "Connect Tallydesk Print to Harbour & Loom",
    title: "Connect – Tallydesk Print",
    says: [
      "The connection with account Harbour & Loom covers 1 of these locations already",
      "The connections then work side by side there.",
    ],
  });
  await expectFits(second, connect(second));
  await admin.returns(second, () => connect(second).click());

  const installed = await simulator.installed(harbour);
  expect(installed.map(({ stage }) => stage)).toEqual(["connected", "connected"]);
  for (const { id } of installed) {
    expect((await simulator.call(id, "healthcheck")).body).toEqual({ accountName: "Harbour & Loom" });
  }
  await admin.look(harbour);
  const third = await admin.connect(integration);
  await expect(third.getByText("covers all locations already")).toBeVisible();
});

test("connecting again gives the same connection a new login", async ({ page, simulator }) => {
  const harbour = await simulator.harbour();
  const admin = new Admin(page);
  const link = await simulator.install(harbour.id, "tally-desk");
  const popUp = await admin.visit(link.connectUrl);
  await admin.returns(popUp, () => popUp.getByRole("button", { name: "Connect", exact: true }).click());
  await admin.look(harbour);
  const row = admin.row(link.integrationId);

  const settings = await admin.open(row, "Configure");
  const address = settings.url();
  await settings.getByRole("link", { name: "Reconnect" }).click();
  await expectPage(settings, {
    heading: "Reconnect Tallydesk Print",
    title: "Reconnect – Tallydesk Print",
    says: ["Only OfficeRnD can start this", "Settings and history stay as they are", "Choose Connect beside Tallydesk Print."],
  });
  await expect(settings.getByRole("link", { name: "Open OfficeRnD" })).toHaveAttribute("href", new RegExp(`^${officernd}`));
  await settings.getByRole("link", { name: "Back to the connection" }).click();
  await expect(settings).toHaveURL(address);
  await admin.closes(settings, () => settings.close());
  const again = await admin.open(row, "Connect again");
  await expectPage(again, {
    heading: "Reconnect Tallydesk Print to Harbour & Loom",
    title: "Reconnect – Tallydesk Print",
    says: [
      "Tallydesk Print is connected to this organization already.",
      "settings and history stay as they are",
      "All locations, 4 today",
    ],
  });
  const reconnect = again.getByRole("button", { name: "Reconnect" });
  await expectFits(again, reconnect);
  await admin.returns(again, () => reconnect.click());
  expect((await simulator.installed(harbour)).length, "still one").toBe(1);
  expect(await simulator.subscriptions(harbour), "the older subscription is replaced").toBe(1);

  await admin.look(harbour);
  const after = await admin.open(row, "Configure");
  await expect(after).toHaveURL(address);
  await expect(after.getByRole("main")).toContainText("Reconnected with a new login");
});

test("an integration with steps waits for its set-up", async ({ page, context, simulator }) => {
  const harbour = await simulator.harbour();
  const admin = new Admin(page);
  await admin.look(harbour);
  const traffic = new Traffic(context);
  const popUp = await admin.connect("Portunus Access");
  await expectPage(popUp, {
    heading: "Connect Portunus Access to Harbour & Loom",
    title: "Step 1 of 4: Scope – Portunus Access",
    says: ["Nothing is connected before you choose Continue.", "All locations, 4 today"],
  });
  const steps = popUp.getByRole("list", { name: "Steps" }).getByRole("listitem");
  await expect(steps).toHaveText(["Step 1: Scope", /Step 2: /, /Step 3: /, "Step 4: Review"]);
  await expect(steps.first()).toHaveAttribute("aria-current", "step");
  const go = popUp.getByRole("button", { name: "Continue" });
  await expectFits(popUp, go);
  await traffic.expectLight();
  await go.click();

  await expectPage(popUp, {
    heading: "Sign in to Portunus",
    title: "Step 2 of 4: Sign in to Portunus – Portunus Access",
    says: ["Data region", "Client ID", "Client secret"],
  });
  const later = popUp.getByRole("button", { name: "Finish later" });
  await expectFits(popUp, later);
  expect(traffic.scripts()).toEqual([]);
  await admin.returns(popUp, () => later.click());
  const row = admin.row("Portunus Access");
  await admin.press(row, "Check");
  await expect(row).toContainText("“Open Configure and finish set-up of Portunus Access. Next step: Sign in to Portunus.”");
  const settings = await admin.open(row, "Configure");
  await expectPage(settings, {
    heading: "Finish set-up of Portunus Access",
    title: "Portunus Access for Harbour & Loom",
    says: ["OfficeRnD is connected, Portunus Access is not ready yet", "Until then the connection waits, and nothing is lost."],
  });
});

test("names of any length and writing stay whole", async ({ page, simulator }) => {
  const admin = new Admin(page);
  const organizations = await simulator.organizations();
  for (const slug of ["northern-harbours", "harbour-space", "hyperlink-1"]) {
    const organization = organizations.find((one) => one.slug === slug);
    if (!organization) throw new Error(`the demo lost ${slug}`);
    const link = await simulator.install(organization.id, "tally-desk");
    const popUp = await admin.visit(link.connectUrl);
    await expectPage(popUp, {
      heading: `Connect Tallydesk Print to ${organization.name}`,
      title: "Connect – Tallydesk Print",
      says: organization.locations.slice(0, 2).map(({ name }) => name),
    });
    await expectFits(popUp, popUp.getByRole("button", { name: "Connect", exact: true }));
    if (organization.locations.length > 7) {
      const more = popUp.getByText(`Show ${organization.locations.length - 6} more locations`);
      const last = popUp.getByText(organization.locations.at(-1)?.name ?? "", { exact: true });
      await expect(last).toBeHidden();
      await more.click();
      await expect(last).toBeVisible();
    }
    await popUp.close();
  }
});

test("the keyboard alone connects", async ({ page, simulator }) => {
  const harbour = await simulator.harbour();
  const admin = new Admin(page);
  const link = await simulator.install(harbour.id, "tally-desk");
  const popUp = await admin.visit(link.connectUrl);
  await popUp.setViewportSize(popUpSize);
  await popUp.keyboard.press("Tab");
  await expect(popUp.getByRole("link", { name: "Skip to the main content" }), "the first stop skips").toBeFocused();
  await tabTo(popUp, popUp.getByRole("button", { name: "Connect", exact: true }));
  await admin.returns(popUp, () => popUp.keyboard.press("Enter"));
  expect((await simulator.integration(link.integrationId)).stage).toBe("connected");
  const settings = await admin.visit(await simulator.signedUrl(link.integrationId, "configure"));
  await tabTo(settings, settings.getByRole("link", { name: "Disconnect" }).first());
  await settings.keyboard.press("Enter");
  await expect(settings.getByRole("heading", { level: 1 })).toHaveText("Disconnect Tallydesk Print from Harbour & Loom?");
  await tabTo(settings, settings.getByRole("button", { name: "Disconnect Tallydesk Print" }));
  await settings.keyboard.press("Enter");
  await expect(settings.getByRole("heading", { level: 1 })).toHaveText("Tallydesk Print is disconnected");
});

test("Cancel connects nothing", async ({ page, simulator }) => {
  const harbour = await simulator.harbour();
  const admin = new Admin(page);
  const link = await simulator.install(harbour.id, "tally-desk");
  const popUp = await admin.visit(link.connectUrl);
  const address = popUp.url();
  await admin.returns(popUp, () => popUp.getByRole("button", { name: "Cancel" }).click());
  expect((await simulator.call(link.integrationId, "healthcheck")).status, "nothing is known of it").toBe(401);
  expect(await simulator.subscriptions(harbour)).toBe(0);
  const again = await admin.visit(address);
  await expectPage(again, {
    heading: "You chose not to connect",
    title: "Not connected – Tallydesk Print",
    says: ["Nothing was connected, nothing was changed, and no login was kept."],
  });
});
