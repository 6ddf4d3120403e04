// The partner's backend calls the API through a client made of `openapi.json`, and an admin answers what it asks.

import type { Client } from "../api-client/client/index.ts";
import {
  changeSettings, getConnection, getSettings, getToken, listConnections, listEvents, listRuns, reportRun, startRun,
} from "../api-client/index.ts";
import { Admin } from "../support/admin.ts";
import { backend } from "../support/backend.ts";
import { configure, doors, printers, removeConnected } from "../support/connected.ts";
import { expectPage } from "../support/pages.ts";
import type { Organization } from "../support/simulator.ts";
import { expect, test } from "../support/test.ts";

const scopes = [
  "connections:read", "settings:read", "settings:write", "tokens:read", "runs:write", "events:read",
];

async function connectionOf(client: Client, organization: Organization): Promise<string> {
  const { data } = await listConnections({ client, query: { organization: organization.id }, throwOnError: true });
  expect(data.data).toHaveLength(1);
  return data.data[0]!.id;
}

// Each walk connects through the vendor's steps first.
test.describe.configure({ timeout: 90_000 });
test.afterEach(({ simulator }) => removeConnected(simulator));

test("a typed client reads, saves, runs and is told", async ({ page, simulator }) => {
  const { organization: harbour } = await printers(new Admin(page), simulator);
  const client = backend(["tally-desk"], scopes);
  const path = { connection: await connectionOf(client, harbour) };

  const { data: connection } = await getConnection({ client, path, throwOnError: true });
  expect(connection.organization.name).toBe("Harbour & Loom");
  expect(connection.state).toBe("connected");
  const { data: token } = await getToken({ client, path, throwOnError: true });
  expect(token.token_type).toBe("Bearer");

  const before = await getSettings({ client, path, throwOnError: true });
  expect(before.data.organization["two_sided"]?.value).toBe(true);
  const saved = await changeSettings({
    client,
    path,
    headers: { "If-Match": before.response.headers.get("ETag")! },
    body: { organization: { two_sided: false } },
    throwOnError: true,
  });
  expect(saved.response.status).toBe(200);
  const after = await getSettings({ client, path, throwOnError: true });
  expect(after.data.organization["two_sided"]?.value).toBe(false);

  const wrong = await changeSettings({
    client,
    path,
    headers: { "If-Match": after.response.headers.get("ETag")! },
    body: { organization: { two_sided: "sometimes" } },
  });
  expect(wrong.error?.code).toBe("invalid_fields");
  expect(wrong.error?.errors?.map((error) => error.field)).toEqual(["organization.two_sided"]);

  const { data: run } = await startRun({ client, path, body: { reason: "nightly" }, throwOnError: true });
  expect(run.state).toBe("running");
  const location = harbour.locations[0]!._id;
  const report = { state: "succeeded" as const, locations: { [location]: { created: 3, changed: 1 } } };
  await reportRun({ client, path: { run: run.id }, body: report, throwOnError: true });
  const { data: runs } = await listRuns({ client, path, throwOnError: true });
  expect(runs.data[0]).toMatchObject({ id: run.id, state: "succeeded", locations: { [location]: { created: 3 } } });

  const { data: events } = await listEvents({ client, query: path, throwOnError: true });
  expect(events.data.map((event) => event.type)).toEqual(expect.arrayContaining(["connection.connected", "settings.changed"]));
});

for (const answer of ["approve", "refuse"] as const) {
  test(`an admin looks at who would be removed, and may ${answer}`, async ({ page, simulator }) => {
    const admin = new Admin(page);
    const known = await doors(admin, simulator);
    const [harbour, window] = [known.organization, await configure(admin, simulator, known)];
    const client = backend(["portunus-access"], scopes);
    const path = { connection: await connectionOf(client, harbour) };
    const location = harbour.locations[0]!;
    const members = [{ id: "m1", name: "Zoë Søn" }, { id: "m2", name: "=HYPERLINK(1)" }];
    const would_remove = { [location._id]: { remove: 64, of: 180, members } };
    const { data: run } = await startRun({ client, path, body: { reason: "nightly", would_remove }, throwOnError: true });
    expect(run.state).toBe("waiting_for_approval");

    await window.reload();
    await expect(window.getByText("The last run would remove 64 of 180 members (36 %).")).toBeVisible();
    await window.getByRole("link", { name: "Look at the list" }).click();
    await expectPage(window, {
      heading: "Remove 64 of 180 members?",
      title: "Approve 64 removals – Portunus Access",
      says: [location.name, "64 of 180 members (36 %)", "above 20 %", "What is removed cannot be brought back from here"],
    });
    await window.getByText("Show all 2").click();
    await expect(window.getByText("Zoë Søn")).toBeVisible();
    const loaded = window.waitForEvent("download");
    await window.getByRole("button", { name: "The list as CSV" }).click();
    const text = await (await (await loaded).createReadStream()).toArray();
    expect(Buffer.concat(text).toString(), "a formula is text in a sheet").toContain("'=HYPERLINK(1)");

    const yes = answer === "approve";
    await window.getByRole("button", { name: yes ? "Remove these 64 members" : "Keep them all" }).click();
    await expect(window.getByText(yes ? /Approved on/ : /Refused on/)).toBeVisible();
    const { data: runs } = await listRuns({ client, path, throwOnError: true });
    expect(runs.data[0]?.state).toBe(yes ? "running" : "refused");
    const { data: events } = await listEvents({ client, query: path, throwOnError: true });
    expect(events.data.map((event) => event.type)).toContain(yes ? "approval.granted" : "approval.refused");
  });
}
