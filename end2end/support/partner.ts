// The partner's side of the demo: a sample partner system that answers hooks, or is in trouble.

import { expect, type APIRequestContext } from "@playwright/test";

import { partner } from "./addresses.ts";

export class PartnerSystem {
  private changed = false;

  constructor(private readonly request: APIRequestContext) {}

  /** From now on each hook is answered, fails with 503, or is never answered. */
  async set(mood: "answers" | "fails" | "silent"): Promise<void> {
    const response = await this.request.post(`${partner}/mood`, { form: { mood } });
    expect(response.ok(), `POST /mood: ${response.status()}`).toBe(true);
    this.changed = mood !== "answers";
  }

  async reset(): Promise<void> {
    if (this.changed) await this.set("answers");
  }

  /** How often a hook was called with this text in the question. */
  async calls(hook: string, text: string): Promise<number> {
    const page = await (await this.request.get(partner)).text();
    return page.split("<li>").filter((item) => item.includes(`<strong>${hook}</strong>`) && item.includes(text)).length;
  }
}
