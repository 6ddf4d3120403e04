// What the product sends to a browser: which files, and how many bytes of them pass the wire.

import { expect, type BrowserContext, type Request } from "@playwright/test";

import { product } from "./addresses.ts";

/** All that a first visit to a connect page may load, heads of answers included. */
const CONNECT_BUDGET = 14 * 1024;

export class Traffic {
  private readonly requests: Request[] = [];

  constructor(context: BrowserContext) {
    context.on("request", (request) => {
      if (new URL(request.url()).origin === product) this.requests.push(request);
    });
  }

  /** Scripts and wasm that were asked for, by path. */
  scripts(): string[] {
    return this.requests
      .filter((request) => request.resourceType() === "script" || /\.(m?js|wasm)$/.test(new URL(request.url()).pathname))
      .map((request) => new URL(request.url()).pathname);
  }

  /** Bytes on the wire by path, in the order asked for. */
  async bytes(): Promise<[path: string, bytes: number][]> {
    const sizes: [string, number][] = [];
    for (const request of this.requests) {
      if (!(await request.response())) continue;
      await (await request.response())?.finished();
      const { responseBodySize, responseHeadersSize } = await request.sizes();
      sizes.push([new URL(request.url()).pathname, responseBodySize + responseHeadersSize]);
    }
    return sizes;
  }

  /** The first page of a pop-up came whole, without script, and small enough for OfficeRnD's patience. */
  async expectLight(): Promise<void> {
    expect(this.scripts(), "scripts on a page that needs none").toEqual([]);
    const sizes = await this.bytes();
    const paths = sizes.map(([path]) => path);
    expect(paths.some((path) => path.endsWith("/app.css")), `a style sheet among ${paths.join(" ")}`).toBe(true);
    const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
    expect(total, sizes.map(([path, bytes]) => `${path} ${bytes}`).join("\n")).toBeLessThanOrEqual(CONNECT_BUDGET);
    expect(total, "something was measured").toBeGreaterThan(4_000);
  }
}
