// OfficeRnD's admin in the browser: what a person does on the simulator's page, and the windows it opens.

import { expect, type Locator, type Page, test } from "@playwright/test";

import { simulator } from "./addresses.ts";

/** The pop-up as OfficeRnD opens it. */
export const popUpSize = { width: 520, height: 680 };

/** Whether pages of this project may run scripts. */
export function hasScript(): boolean {
  return test.info().project.use.javaScriptEnabled !== false;
}

export class Admin {
  /** Windows that the page's own buttons opened. */
  private readonly watched = new Set<Page>();

  constructor(readonly page: Page) {}

  /** The integrations page of an organization, chosen as a person chooses it. */
  async look(organization: { slug: string }): Promise<void> {
    await this.page.goto(simulator);
    await this.page.getByLabel("Organization").selectOption(organization.slug);
    await this.page.getByRole("button", { name: "Switch" }).click();
  }

  /** Chooses an integration, locations (none are all of them) and presses Connect; answers the window that opens. */
  async connect(integration: string, locations: string[] = []): Promise<Page> {
    await this.page.getByLabel("Integration", { exact: true }).selectOption({ label: integration });
    for (const location of locations) await this.page.getByLabel(location, { exact: true }).check();
    return this.opensByButton(() => this.page.getByRole("button", { name: "Connect (opens a pop-up)" }).click());
  }

  /** The line of an integration among the active ones, by name or id. */
  row(integration: string): Locator {
    return this.page.getByRole("table").getByRole("row").filter({ hasText: integration });
  }

  press(row: Locator, act: "Check" | "Sync" | "Remove"): Promise<void> {
    return row.getByRole("button", { name: act }).click();
  }

  /** Configure and Connect again open windows of their own. */
  open(row: Locator, act: "Configure" | "Connect again"): Promise<Page> {
    return this.opensByButton(() => row.getByRole("button", { name: act }).click());
  }

  /**
   * Opens an address as OfficeRnD does: in a pop-up, or without script in a tab. A pop-up that a
   * script opened may close itself, which a window of Playwright's own may not.
   */
  async visit(url: string): Promise<Page> {
    if (!hasScript()) {
      const tab = await this.page.context().newPage();
      await tab.goto(url);
      return tab;
    }
    if (!this.page.url().startsWith(simulator)) await this.page.goto(simulator);
    return this.opens(() =>
      this.page.evaluate(([url, width, height]) => {
        window.open(url, "connect", `popup,width=${width},height=${height}`);
      }, [url, popUpSize.width, popUpSize.height] as const)
    );
  }

  /**
   * The end of every pop-up: OfficeRnD's return page, which closes it. Without script it stays and
   * shows the way on. Either way the admin is then at a fresh page of the integrations.
   */
  async returns(window: Page, act: () => Promise<void>): Promise<void> {
    if (hasScript()) return this.closes(window, act);
    await act();
    await expect(window).toHaveURL(`${simulator}/connect/external-integration/return`);
    await window.getByRole("link", { name: "your integrations" }).click();
    await expect(window).toHaveURL(`${simulator}/`);
    await this.closes(window, () => window.close());
  }

  /** With script OfficeRnD's page sees that its pop-up has closed, and loads anew. */
  async closes(window: Page, act: () => Promise<void>): Promise<void> {
    const watched = hasScript() && this.watched.has(window);
    const fresh = watched ? this.page.waitForEvent("load") : undefined;
    // Closing may win against the end of the click that led to it.
    const [, acted] = await Promise.all([window.waitForEvent("close"), act().catch((error: Error) => error)]);
    if (acted instanceof Error && !/closed/.test(acted.message)) throw acted;
    if (fresh) await fresh;
    else if (this.page.url().startsWith(simulator)) await this.page.reload();
  }

  private async opensByButton(act: () => Promise<void>): Promise<Page> {
    const window = await this.opens(act);
    this.watched.add(window);
    return window;
  }

  private async opens(act: () => Promise<void>): Promise<Page> {
    const opened = this.page.waitForEvent("popup");
    await act();
    const window = await opened;
    await window.waitForURL((url) => url.href !== "about:blank");
    return window;
  }
}
