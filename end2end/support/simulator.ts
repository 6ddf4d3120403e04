import { expect, type APIRequestContext } from "@playwright/test";

import { simulator } from "./addresses.ts";

/** OfficeRnD's side, steered through the simulator's control API. */
export class Simulator {
  readonly page = simulator;

  constructor(private readonly request: APIRequestContext) {}

  async get<T>(path: string): Promise<T> {
    const response = await this.request.get(`${simulator}/control/${path}`);
    expect(response.status(), await response.text()).toBe(200);
    return (await response.json()) as T;
  }

  async post<T>(path: string, data: object = {}): Promise<T | undefined> {
    const response = await this.request.post(`${simulator}/control/${path}`, { data });
    const text = await response.text();
    expect(response.ok(), `${response.status()} ${text}`).toBe(true);
    return text === "" ? undefined : (JSON.parse(text) as T);
  }
}
