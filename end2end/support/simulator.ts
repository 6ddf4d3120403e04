// OfficeRnD's side, steered through the simulator's control API. Its table is at the head of
// `server/src/simulator/mod.rs`; answers are typed as far as walks read them.

import { expect, type APIRequestContext } from "@playwright/test";

import { simulator } from "./addresses.ts";

export interface Location {
  _id: string;
  name: string;
  time_zone: string;
  currency: string;
  country: string;
}

export interface Organization {
  id: string;
  slug: string;
  name: string;
  currency: string;
  member_id: string;
  locations: Location[];
}

export interface Integration {
  id: string;
  sequence: number;
  application: string;
  organization: string;
  locations: string[];
  stage: "opened" | "declined" | "connected" | "removed";
}

/** Of everything the simulator knows, the parts that walks read. */
interface State {
  integrations: Record<string, Integration>;
  subscriptions: Record<string, { organization: string }>;
}

/** What OfficeRnD opens in the pop-up when an admin presses Connect. */
export interface ConnectLink {
  integrationId: string;
  connectUrl: string;
  code: string | null;
}

/** What is different about one Connect URL: values of the switches `connect_code`, `missing_scope`. */
export interface Twist {
  code?: "good" | "expired" | "used" | "foreign" | "absent" | "access_denied";
  missing_scope?:
    | "integrations_read" | "organization_read" | "webhooks_create" | "webhooks_read" | "locations_read";
}

export type Call = "configure" | "healthcheck" | "sync";

/** What a test wants otherwise than OfficeRnD does it. */
export interface Overrides {
  parameters?: Record<string, string | null>;
  tampered?: Record<string, string>;
  order?: string[];
  t?: number;
  secret?: string;
  signature?: string;
}

export interface Answered {
  status: number | null;
  body: unknown;
  location: string | null;
  error: string | null;
}

export interface Delivery {
  event_type: string;
  state: string;
  status: number | null;
  error: string | null;
}

export interface Fault {
  answer:
    | "500" | "502" | "503" | "429" | "401" | "403" | "404" | "html" | "empty" | "not_json" | "huge" | "redirect"
    | "slow" | "reset_before" | "reset_after";
  at?:
    | "any" | "token" | "exchange" | "refresh" | "organization" | "integration" | "webhooks" | "webhook_create"
    | "webhook_list" | "webhook_read" | "webhook_delete" | "locations";
  organization?: string;
  times?: number;
  milliseconds?: number;
  retry_after?: number;
}

export class Simulator {
  /** The page where a person plays an organization's admin. */
  readonly page = simulator;

  constructor(private readonly request: APIRequestContext) {}

  organizations(): Promise<Organization[]> {
    return this.send("GET", "organizations");
  }

  /** A new one for this test alone, so that walks do not meet. */
  organization(name: string, locations: Partial<Location>[] = [{ name: "One" }]): Promise<Organization> {
    return this.send("POST", "organizations", { name, locations });
  }

  /** One that looks like the invented organization of the first glance, with its four locations. */
  harbour(): Promise<Organization> {
    return this.organization("Harbour & Loom", [
      { name: "Rotterdam – Katendrecht", time_zone: "Europe/Amsterdam", currency: "EUR", country: "Netherlands" },
      { name: "Bristol, Old Market" },
      { name: "Lisboa · Marvila", time_zone: "Europe/Lisbon", currency: "EUR", country: "Portugal" },
      { name: "Bristol, Temple Quay (opening soon)" },
    ]);
  }

  /** What this organization has installed and not removed, oldest first. */
  async installed(organization: Organization): Promise<Integration[]> {
    const { integrations } = await this.state();
    return Object.values(integrations)
      .filter((one) => one.organization === organization.id && one.stage !== "removed")
      .sort((one, other) => one.sequence - other.sequence);
  }

  /** Installs an application for the named locations, or all with none; nothing is connected yet. */
  install(organization: string, application: string, locations: string[] = [], twist: Twist = {}): Promise<ConnectLink> {
    return this.send("POST", "integrations", { organization, application, locations, ...twist });
  }

  integration(id: string): Promise<Integration> {
    return this.send("GET", `integrations/${id}`);
  }

  connectAgain(integration: string, twist: Twist = {}): Promise<ConnectLink> {
    return this.send("POST", `integrations/${integration}/connect`, twist);
  }

  async signedUrl(integration: string, call: Call, overrides: Overrides = {}): Promise<string> {
    const signed = await this.send<{ url: string }>("POST", `integrations/${integration}/signed-url`, {
      call,
      ...overrides,
    });
    return signed.url;
  }

  /** How many webhook subscriptions applications have in this organization. */
  async subscriptions(organization: Organization): Promise<number> {
    const { subscriptions } = await this.state();
    return Object.values(subscriptions).filter((one) => one.organization === organization.id).length;
  }

  /** OfficeRnD makes the call itself, as it does for healthcheck and sync. */
  call(integration: string, call: Call, overrides: Overrides = {}): Promise<Answered> {
    return this.send("POST", `integrations/${integration}/call`, { call, ...overrides });
  }

  /** Ends the grants; the product learns of it at its next request. */
  revoke(integration: string): Promise<unknown> {
    return this.send("POST", `integrations/${integration}/revoke`);
  }

  /** Removes the integration and delivers `integration.removed`. */
  async remove(integration: string): Promise<Delivery[]> {
    const answer = await this.send<{ deliveries: Delivery[] }>("DELETE", `integrations/${integration}`);
    return answer.deliveries;
  }

  /** Sets a switch until the end of the test, or for the next times. */
  switch(key: string, value: string, only: { organization?: string; times?: number } = {}): Promise<unknown> {
    return this.send("PUT", `switches/${key}`, { value, ...only });
  }

  fault(fault: Fault): Promise<unknown> {
    return this.send("POST", "faults", fault);
  }

  /** Moves the clock of the whole demo; it cannot be moved back. */
  advance(seconds: number): Promise<unknown> {
    return this.send("POST", "clock", { seconds });
  }

  /** Switches and faults as they are at the start; organizations and connections stay. */
  async reset(): Promise<void> {
    await this.send("DELETE", "switches");
  }

  private state(): Promise<State> {
    return this.send("GET", "state");
  }

  private async send<T>(method: string, path: string, data?: object): Promise<T> {
    const response = await this.request.fetch(`${simulator}/control/${path}`, data ? { method, data } : { method });
    const text = await response.text();
    expect(response.ok(), `${method} /control/${path}: ${response.status()} ${text}`).toBe(true);
    return JSON.parse(text) as T;
  }
}
