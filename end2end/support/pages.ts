// What holds on every page that a person sees, whatever it says.

import { expect, type Locator, type Page } from "@playwright/test";

import { expectAccessible } from "./accessibility.ts";
import { popUpSize } from "./admin.ts";

const phone = { width: 360, height: 640 };
/** Nobody should have to press Tab more often than this for the one act of a small page. */
const MOST_TABS = 40;

interface Said {
  heading: string | RegExp;
  title: string | RegExp;
  /** Sentences that must stand there, word for word. */
  says?: readonly string[];
}

/** Title, one heading, the sentences, and nothing that axe objects to. */
export async function expectPage(page: Page, { heading, title, says = [] }: Said): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(heading);
  await expect(page).toHaveTitle(title);
  for (const sentence of says) await expect(page.locator("main")).toContainText(sentence);
  // A text that a catalogue or a name left open.
  expect(await page.locator("body").innerText()).not.toMatch(/\{ ?\$|undefined|null|NaN|\bTODO\b/);
  await expectAccessible(page);
}

/** The page can be read and acted on in OfficeRnD's pop-up, without scrolling to its button, and on a phone. */
export async function expectFits(page: Page, primary: Locator): Promise<void> {
  const before = page.viewportSize();
  await page.setViewportSize(popUpSize);
  const box = await primary.boundingBox();
  expect(box, "the button is shown").not.toBeNull();
  if (box) {
    expect(box.y, "the button is below the upper edge").toBeGreaterThanOrEqual(0);
    expect(box.y + box.height, "the button is in view without scrolling").toBeLessThanOrEqual(popUpSize.height);
  }
  if (before) await page.setViewportSize(before);
  await expectNarrow(page);
}

/** Nothing is to be scrolled sideways, in a pop-up or on a phone. */
export async function expectNarrow(page: Page): Promise<void> {
  const before = page.viewportSize();
  for (const size of [popUpSize, phone]) {
    await page.setViewportSize(size);
    await expectNothingSideways(page, size);
  }
  if (before) await page.setViewportSize(before);
}

async function expectNothingSideways(page: Page, { width, height }: { width: number; height: number }): Promise<void> {
  const { inner, content } = await page.evaluate(() => ({
    inner: document.documentElement.clientWidth,
    content: document.documentElement.scrollWidth,
  }));
  expect(content, `nothing to scroll sideways at ${width} × ${height}`).toBeLessThanOrEqual(inner);
}

/** Walks there with Tab as far as it takes, and sees at each stop where the focus is. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let tabs = 0; tabs < MOST_TABS; tabs += 1) {
    await page.keyboard.press("Tab");
    const focused = page.locator(":focus");
    await expect(focused, "Tab goes somewhere").toHaveCount(1);
    await expectFocusShown(focused);
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`Tab did not get to ${target.toString()} in ${MOST_TABS} steps`);
}

async function expectFocusShown(focused: Locator): Promise<void> {
  await expect(focused).toBeInViewport();
  const ring = await focused.evaluate((element) => {
    // A big choice is focused as a whole.
    const shown = element.closest(".choice--card") ?? element;
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(shown);
    return { style: outlineStyle, width: parseFloat(outlineWidth), colour: outlineColor };
  });
  expect(ring.style, "the focus has a ring").not.toBe("none");
  expect(ring.width, "the ring is wide enough").toBeGreaterThanOrEqual(2);
  expect(ring.colour, "the ring has a colour").not.toMatch(/, 0\)$|^transparent$/);
}
