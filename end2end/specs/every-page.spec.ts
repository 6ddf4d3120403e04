// Every page in every state, as `app`'s tests wrote them down (`target/ui-pages`): whatever scheme,
// size, language or device a person has. What the pages do is walked in the other specs.

import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

import { expectEveryShape } from "../support/shapes.ts";
import { expect, test } from "../support/test.ts";

const folder = fileURLToPath(new URL("../../target/ui-pages/", import.meta.url));
const pages = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".html")).sort() : [];

test.skip(() => test.info().project.name !== "light", "each test goes through all schemes itself");

test("every page is written down", () => {
  expect(pages.length, "`cargo xtask e2e` writes the pages and runs these tests").toBeGreaterThan(70);
});

for (const name of pages) {
  test(`${name.replace(/\.html$/, "")} fits everybody`, async ({ page }) => {
    await page.goto(pathToFileURL(folder + name).href);
    await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
    await expectEveryShape(page);
  });
}
