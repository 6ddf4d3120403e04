// `test` as all specs take it: it fails on whatever the browser complains about, in any tab or
// pop-up of the test, except answers that the test announced.

import { test as base, expect, type BrowserContext, type ConsoleMessage } from "@playwright/test";

import { Simulator } from "./simulator.ts";

interface Announced {
  status: number;
  path: RegExp;
  seen: number;
}

export class Complaints {
  private readonly found: string[] = [];
  private readonly announced: Announced[] = [];

  constructor(context: BrowserContext) {
    context.on("console", (message) => this.judge(message));
    context.on("weberror", (error) => {
      const { name, message, stack } = error.error();
      // Chromium's own exceptions have an empty stack.
      this.found.push(`uncaught: ${stack || `${name}: ${message}`} (${error.page()?.url() ?? "a closed page"})`);
    });
  }

  /**
   * The next pages whose path matches may be answered with this status; Chromium reports each of
   * them as an error. A status that never comes fails the test too.
   */
  expectStatus(status: number, path: RegExp): void {
    this.announced.push({ status, path, seen: 0 });
  }

  private judge(message: ConsoleMessage): void {
    if (message.type() !== "error" && message.type() !== "warning") return;
    const { url, lineNumber } = message.location();
    const status = /^Failed to load resource: the server responded with a status of (\d{3})/.exec(message.text())?.[1];
    if (status && URL.canParse(url)) {
      const { pathname } = new URL(url);
      const match = this.announced.find((one) => one.status === Number(status) && one.path.test(pathname));
      if (match) {
        match.seen += 1;
        return;
      }
    }
    this.found.push(`${message.type()}: ${message.text()} (${url}:${lineNumber})`);
  }

  /** What is wrong so far, in words. */
  list(): string[] {
    const missed = this.announced
      .filter(({ seen }) => seen === 0)
      .map(({ status, path }) => `announced but never answered: ${status} for ${path}`);
    return [...this.found, ...missed];
  }
}

interface Fixtures {
  /** Runs in each test, asked for or not. */
  complaints: Complaints;
  /** OfficeRnD's side; what a test switched is as before for the next one. */
  simulator: Simulator;
}

export const test = base.extend<Fixtures>({
  complaints: [
    async ({ context }, use) => {
      const complaints = new Complaints(context);
      await use(complaints);
      // Messages arrive a moment after what caused them.
      for (const page of context.pages()) await page.waitForTimeout(50);
      expect(complaints.list(), "the browser complained").toEqual([]);
    },
    { auto: true },
  ],
  simulator: async ({ playwright }, use) => {
    const request = await playwright.request.newContext();
    const simulator = new Simulator(request);
    await use(simulator);
    await simulator.reset();
    await request.dispose();
  },
});

export { expect };
