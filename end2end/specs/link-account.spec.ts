// The partner's steps: entries, refusals, a list, the review; in the pop-up and from Configure.

import { type Page } from "@playwright/test";

import { Admin } from "../support/admin.ts";
import { expectFits, expectPage, tabTo } from "../support/pages.ts";
import { expect, test } from "../support/test.ts";
import { Traffic } from "../support/traffic.ts";

const acknowledgement = "This login is a service account, not a person’s own login";

async function signIn(page: Page, client: string, secret: string): Promise<void> {
  await page.getByRole("radio", { name: "Europe" }).check();
  await page.getByLabel("Client ID").fill(client);
  await page.getByLabel("Client secret").fill(secret);
  await page.getByLabel(acknowledgement).check();
  await page.getByRole("button", { name: "Continue" }).click();
}

test("an admin links an account in the pop-up", async ({ page, context, simulator, complaints }) => {
  const harbour = await simulator.harbour();
  const admin = new Admin(page);
  const traffic = new Traffic(context);
  const link = await simulator.install(harbour.id, "portunus-access");
  const popUp = await admin.visit(link.connectUrl);
  await popUp.getByRole("button", { name: "Continue" }).click();
  await expectPage(popUp, {
    heading: "Sign in to Portunus",
    title: "Step 2 of 4: Sign in to Portunus – Portunus Access",
    says: ["Shown once by Portunus. We store it encrypted and never show it again."],
  });
  await expectFits(popUp, popUp.getByRole("button", { name: "Continue" }));

  // Our own judgement, then the partner's, in the same places.
  complaints.expectStatus(422, /\/steps\/credentials$/);
  await signIn(popUp, "mia@harbour", "a-secret-of-mia");
  await expectPage(popUp, {
    heading: "Sign in to Portunus",
    title: "Error: Step 2 of 4: Sign in to Portunus – Portunus Access",
    says: ["2 entries need your attention", "Client ID does not look as it must"],
  });
  await expect(popUp.getByLabel("Client ID")).toHaveValue("mia@harbour");
  await expect(popUp.getByLabel("Client ID")).toHaveAttribute("aria-invalid", "true");
  await expect(popUp.getByLabel("Client secret")).toHaveValue("");
  await expect(popUp.getByLabel(acknowledgement)).toBeChecked();
  await popUp.getByRole("link", { name: "Client ID does not look as it must" }).click();
  await expect(popUp.getByLabel("Client ID")).toBeFocused();
  await expectFits(popUp, popUp.getByRole("button", { name: "Continue" }));
  await signIn(popUp, "wrong-client", "a-secret");
  await expectPage(popUp, {
    heading: "Sign in to Portunus",
    title: "Error: Step 2 of 4: Sign in to Portunus – Portunus Access",
    says: ["The sample partner does not know this value."],
  });
  await signIn(popUp, "hl-prod-7", "a-secret");

  await expectPage(popUp, {
    heading: "Choose the Portunus site",
    title: "Step 3 of 4: Choose the Portunus site – Portunus Access",
    says: ["Harbour NL", "6 door groups, 1 door", "Harbour UK"],
  });
  // A window that was closed and opened again goes on where it was.
  // The browser carries a fragment over redirects.
  const address = popUp.url().replace(/#.*$/, "");
  await popUp.goto(address.replace(/\/steps\/.*$/, ""));
  await expect(popUp).toHaveURL(address);
  await popUp.getByRole("radio", { name: "Harbour UK" }).check();
  await popUp.getByRole("button", { name: "Refresh list" }).click();
  await expect(popUp.getByRole("radio", { name: "Harbour UK" })).toBeChecked();
  await expectFits(popUp, popUp.getByRole("button", { name: "Continue" }));
  await popUp.getByRole("button", { name: "Continue" }).click();

  await expectPage(popUp, {
    heading: "Ready to connect",
    title: "Step 4 of 4: Review – Portunus Access",
    says: ["All locations, 4 today", "hl-prod-7", "Harbour UK", "Stored encrypted, never shown"],
  });
  await popUp.getByRole("link", { name: "Back" }).click();
  await expect(popUp.getByRole("radio", { name: "Harbour UK" })).toBeChecked();
  await popUp.getByRole("button", { name: "Continue" }).click();
  const connect = popUp.getByRole("button", { name: "Connect", exact: true });
  await expectFits(popUp, connect);
  expect(traffic.scripts()).toEqual([]);
  await admin.returns(popUp, () => connect.click());
  const answered = await simulator.call(link.integrationId, "healthcheck");
  expect(answered.body).toEqual({ accountName: "hl-prod-7" });
});

test("an admin finishes set-up from Configure and links another account", async ({ page, simulator }) => {
  const harbour = await simulator.harbour();
  const admin = new Admin(page);
  const link = await simulator.install(harbour.id, "portunus-access");
  const popUp = await admin.visit(link.connectUrl);
  await popUp.getByRole("button", { name: "Continue" }).click();
  await admin.returns(popUp, () => popUp.getByRole("button", { name: "Finish later" }).click());

  const settings = await admin.visit(await simulator.signedUrl(link.integrationId, "configure"));
  await expectPage(settings, {
    heading: "Finish set-up of Portunus Access",
    title: "Portunus Access for Harbour & Loom",
    says: ["Sign in to Portunus open", "Choose the Portunus site open"],
  });
  await settings.getByRole("link", { name: "Finish set-up" }).click();
  await expectPage(settings, {
    heading: "Sign in to Portunus",
    title: "Sign in to Portunus – Portunus Access",
    says: ["Step 1 of 2"],
  });
  await signIn(settings, "hl-prod-7", "a-secret");
  // By keyboard alone; Return presses Continue and not Refresh list.
  await expect(settings.getByRole("heading", { level: 1 })).toHaveText("Choose the Portunus site");
  await tabTo(settings, settings.getByRole("radio", { name: "Harbour NL" }));
  await settings.keyboard.press("Space");
  await settings.keyboard.press("Enter");
  await expectPage(settings, {
    heading: "Ready to connect",
    title: "Review – Portunus Access",
    says: ["Harbour NL", "After Connect Portunus Access begins to work"],
  });
  await settings.getByRole("button", { name: "Connect", exact: true }).click();
  await expect(settings.getByRole("heading", { level: 1 })).toHaveText("Portunus Access is connected");

  await settings.getByRole("link", { name: "Link the account again" }).click();
  await signIn(settings, "hl-prod-8", "another-secret");
  await settings.getByRole("button", { name: "Continue" }).click();
  await expect(settings.getByRole("main")).toContainText("hl-prod-8");
  const answered = await simulator.call(link.integrationId, "healthcheck");
  expect(answered.body).toEqual({ accountName: "hl-prod-8" });
});
