// The pictures of docs/MANIFEST.md: how each kind of field looks. `PICTURES=write` makes them anew; without it each has to be
// there, and be of a page that the tests know.

import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { expect, test } from "../support/test.ts";

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const written = at("target/ui-pages/");
const pictures = at("docs/pictures/kinds/");
/** Bigger ones make the document slow to read. */
const MOST_BYTES = 45_000;
/** Of long tables the first rows say it. */
const TALLEST = 360;

/** Kinds that look alike share a picture. By its name: the written page, and the field there. */
const kinds: Record<string, [page: string, field: string]> = {
  boolean: ["form-kinds", "auto_charge"],
  enum: ["form-kinds", "mode"],
  multi_enum: ["form-kinds", "methods"],
  number: ["form-kinds", "percent"],
  duration: ["form-kinds", "keep"],
  money: ["form-kinds", "max_charge"],
  text: ["form-kinds", "statement"],
  template: ["form-kinds", "dunning"],
  secret: ["form-kinds", "key"],
  acknowledgement: ["form-kinds", "ack"],
  time_of_day: ["form-kinds", "charge_at"],
  date: ["form-kinds", "start_on"],
  weekly_schedule: ["form-kinds", "hours"],
  date_ranges: ["form-kinds", "pause"],
  number_list: ["form-kinds", "retries"],
  string_list: ["form-kinds", "blocked"],
  any_all: ["form-kinds", "tags"],
  priority_list: ["form-kinds", "order"],
  list: ["form-kinds", "networks"],
  property_map: ["form-kinds", "pairs"],
  map: ["form-location", "plan_groups"],
  table: ["form-kinds", "profiles"],
  info: ["form-location", "webhook_url"],
  artifact: ["form-kinds", "bundle"],
  action: ["form-location", "test_connection"],
};

test("the document has a picture for each kind of field", () => {
  const document = readFileSync(at("docs/MANIFEST.md"), "utf8");
  const rows = document.split("## How fields look")[1]?.split("\n## ")[0]?.match(/^\| `.*$/gm) ?? [];
  expect(rows.length).toBeGreaterThan(20);
  for (const row of rows) expect(row, "a picture in each row").toMatch(/\(pictures\/kinds\/[a-z_]+\.png\)/);
  const shown = [...document.matchAll(/\(pictures\/kinds\/([a-z_]+)\.png\)/g)].map((found) => found[1] ?? "");
  expect(shown.toSorted()).toEqual(Object.keys(kinds).toSorted());
});

for (const [kind, [name, field]] of Object.entries(kinds)) {
  test(`${kind} has its picture`, async ({ page }) => {
    const picture = `${pictures}${kind}.png`;
    await page.route("http://written.example/**", (route) =>
      route.fulfill({ path: written + decodeURIComponent(new URL(route.request().url()).pathname) }));
    await page.setViewportSize({ width: 760, height: 900 });
    await page.goto(`http://written.example/${name}.html`);
    const shown = page.locator(`[id="s.${field}"]`);
    await expect(shown).toBeVisible();
    // Names that test pages against markup are nothing for readers.
    await page.evaluate(() => {
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = texts.nextNode(); node; node = texts.nextNode()) {
        if (node.textContent?.includes("HYPERLINK")) node.textContent = "Lisboa · Marvila";
      }
      for (const input of Array.from(document.querySelectorAll("input"))) {
        if (input.value.includes("HYPERLINK")) input.value = "Lisboa";
      }
    });
    if (process.env.PICTURES === "write") {
      mkdirSync(pictures, { recursive: true });
      const box = await shown.boundingBox();
      if (!box) throw new Error("the field is not shown");
      const clip = { ...box, height: Math.min(box.height, TALLEST) };
      await page.screenshot({ path: picture, scale: "css", fullPage: true, clip });
    }
    expect(existsSync(picture), "made by PICTURES=write").toBe(true);
    const { size } = statSync(picture);
    expect(size).toBeGreaterThan(500);
    expect(size).toBeLessThan(MOST_BYTES);
  });
}
