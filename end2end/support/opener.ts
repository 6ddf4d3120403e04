// What OfficeRnD sees of its pop-up: only the opener's own handle tells.

import type { Page } from "@playwright/test";

/** Keeps the handle of the next window that this page's own buttons open; answers whether it has closed, as the page sees it. */
export async function watchPopUp(page: Page): Promise<() => Promise<boolean>> {
  await page.addInitScript(() => {
    const open = window.open.bind(window);
    window.open = (...call) => {
      const handle = open(...call);
      Object.assign(window, { popUp: handle });
      return handle;
    };
  });
  return () => page.evaluate(() => (window as unknown as { popUp: Window }).popUp.closed);
}
