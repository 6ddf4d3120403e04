// `test` as all specs take it: it fails on whatever the browser complains about, in any tab or
// pop-up of the test, except answers that the test announced.

import { test as base, expect, type BrowserContext, type ConsoleMessage } from "@playwright/test";

import { hasScript } from "./admin.ts";
import { PartnerSystem } from "./partner.ts";
import { Simulator } from "./simulator.ts";

interface Announced {
  what: string;
  covers: (message: ConsoleMessage) => boolean;
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
    const covers = (message: ConsoleMessage) => {
      const { url } = message.location();
      const found = /^Failed to load resource: the server responded with a status of (\d{3})/.exec(message.text())?.[1];
      return Number(found) === status && URL.canParse(url) && path.test(new URL(url).pathname);
    };
    this.announced.push({ what: `status ${status} for ${path}`, covers, seen: 0 });
  }

  /** The browser is going to complain in words like these, and must. */
  expectMessage(words: RegExp): void {
    this.announced.push({ what: `words like ${words}`, covers: (message) => words.test(message.text()), seen: 0 });
  }

  private judge(message: ConsoleMessage): void {
    if (message.type() !== "error" && message.type() !== "warning") return;
    // Who runs no scripts is told of them after a while, and so is a machine that is too busy to have run them by then.
    if (/\.wasm was preloaded using link preload but not used within a few seconds/.test(message.text())) return;
    if (!hasScript() && /was preloaded using link preload but not used/.test(message.text())) return;
    const match = this.announced.find(({ covers }) => covers(message));
    if (match) {
      match.seen += 1;
      return;
    }
    const { url, lineNumber } = message.location();
    this.found.push(`${message.type()}: ${message.text()} (${url}:${lineNumber})`);
  }

  /** What is wrong so far, in words. */
  list(): string[] {
    const missed = this.announced
      .filter(({ seen }) => seen === 0)
      .map(({ what }) => `announced but never seen: ${what}`);
    return [...this.found, ...missed];
  }
}

interface Fixtures {
  /** Runs in each test, asked for or not. */
  complaints: Complaints;
  /** OfficeRnD's side; what a test switched is as before for the next one. */
  simulator: Simulator;
  /** The partner's side; it answers again for the next test. */
  partner: PartnerSystem;
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
  partner: async ({ playwright }, use) => {
    const request = await playwright.request.newContext();
    const partner = new PartnerSystem(request);
    await use(partner);
    await partner.reset();
    await request.dispose();
  },
});

export { expect };
