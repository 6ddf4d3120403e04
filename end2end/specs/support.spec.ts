// The tests' own net: whatever a browser complains about must fail the test that caused it.

import { expectAccessible } from "../support/accessibility.ts";
import { expect, test } from "../support/test.ts";

const scripted = test.extend({
  page: async ({ page, javaScriptEnabled }, use) => {
    test.skip(javaScriptEnabled === false, "needs a page whose script runs");
    await use(page);
  },
});

function html(body: string, title = "A page"): string {
  return `<!doctype html><html lang="en"><title>${title}</title>${body}</html>`;
}

test.beforeEach(async ({ context }) => {
  const pages: Record<string, { status?: number; body: string; headers?: Record<string, string> }> = {
    "/net/fine": { body: html("<main><h1>Fine</h1></main>") },
    "/net/pale": { body: html("<main><h1>Pale</h1><p style='color:#ccc;background:#fff'>pale</p></main>") },
    "/net/dark": {
      body: html(`<style>@media (prefers-color-scheme: dark) { p { color: #222; background: #000 } }</style>
        <main><h1>Dark</h1><p>pale in the dark</p></main>`),
    },
    "/net/warning": { body: html("<script>console.warn('hm')</script>") },
    "/net/throws": { body: html("<script>setTimeout(() => { throw new Error('no') })</script>") },
    "/net/opens": { body: html("<a href='/net/throws' target='_blank'>open</a>") },
    "/net/inline": { body: html("<script>1</script>"), headers: { "content-security-policy": "script-src 'self'" } },
    "/net/refused": { status: 422, body: html("<main><h1>Refused</h1></main>") },
  };
  await context.route("**/net/*", (route) => {
    const { status = 200, body, headers = {} } = pages[new URL(route.request().url()).pathname] ?? { status: 404, body: "" };
    return route.fulfill({ status, body, headers: { "content-type": "text/html; charset=utf-8", ...headers } });
  });
  await context.route("**/favicon.ico", (route) => route.fulfill({ status: 204 }));
});

test("a page without faults passes", async ({ page }) => {
  await page.goto("/net/fine");
  await expectAccessible(page);
});

test("an announced status passes", async ({ page, complaints }) => {
  complaints.expectStatus(422, /^\/net\/refused$/);
  await page.goto("/net/refused");
  await expect(page.getByRole("heading", { name: "Refused" })).toBeVisible();
});

test.fail("a status that nobody announced fails", async ({ page }) => {
  await page.goto("/net/refused");
});

test.fail("another status than the announced one fails", async ({ page, complaints }) => {
  complaints.expectStatus(404, /^\/net\/refused$/);
  await page.goto("/net/refused");
});

test.fail("an announced status that never comes fails", async ({ page, complaints }) => {
  complaints.expectStatus(404, /./);
  await page.goto("/net/fine");
});

scripted.fail("a console warning fails", async ({ page }) => {
  await page.goto("/net/warning");
});

scripted.fail("an uncaught error in a pop-up fails", async ({ page, context }) => {
  await page.goto("/net/opens");
  const opened = context.waitForEvent("page");
  await page.getByRole("link").click();
  await (await opened).waitForLoadState();
});

scripted.fail("a script that the policy forbids fails", async ({ page }) => {
  await page.goto("/net/inline");
});

scripted.fail("poor contrast fails", async ({ page }) => {
  await page.goto("/net/pale");
  await expectAccessible(page);
});

scripted("poor contrast in the dark scheme alone passes in the light one", async ({ page }) => {
  await page.goto("/net/dark");
  await expectAccessible(page);
});

scripted.fail("poor contrast in the dark scheme alone fails there", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto("/net/dark");
  await expectAccessible(page);
});
