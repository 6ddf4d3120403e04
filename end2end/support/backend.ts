// The partner's backend: the client that `openapi-ts` makes of our API, with a key of its own.

import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { createClient, type Client } from "../api-client/client/index.ts";
import { product } from "./addresses.ts";

const workspace = fileURLToPath(new URL("../..", import.meta.url));
const manifests = `${workspace}integrations`;
const binary = process.env.E2E_BINARY ?? `${workspace}target/debug/deskbridge`;
const data = `${workspace}target/end2end${process.env.E2E_PORTS ? `-${new URL(product).port}` : ""}`;

/**
 * A client with a key that was made as an engineer makes one, at the command line beside the running demo; `more` are
 * further words of that command.
 */
export function backend(integrations: string[], scopes: string[], more: string[] = []): Client {
  const wishes = [
    ...integrations.flatMap((slug) => ["--integration", slug]),
    ...scopes.flatMap((scope) => ["--scope", scope]),
    ...more,
  ];
  const key = execFileSync(binary, ["api-keys", "create", ...wishes], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...variables(),
      DESKBRIDGE_DATABASE_URL: `sqlite://${data}/deskbridge.db`,
      DESKBRIDGE_INTEGRATIONS_DIR: manifests,
    },
  });
  return createClient({ baseUrl: product, auth: key.trim() });
}

/** What the manifests name must be set, though only the slugs are read here; the demo made up values of its own. */
function variables(): Record<string, string> {
  const text = readdirSync(manifests)
    .filter((name) => name.endsWith(".json"))
    .map((name) => readFileSync(`${manifests}/${name}`, "utf8"))
    .join();
  const value = (name: string) => {
    if (name.endsWith("_URL")) return "http://127.0.0.1:1";
    return name.endsWith("_HOOKS_SECRET") ? `whsec_${btoa("a secret of nobody at all")}` : "made-up";
  };
  return Object.fromEntries([...text.matchAll(/"env": *"(\w+)"/g)].map(([, name = ""]) => [name, value(name)]));
}

/** Somebody of the partner who can sign in to the dashboard, made at the command line too. */
export function colleague(role: "viewer" | "support" | "engineer" | "owner"): { email: string; password: string } {
  const [email, password] = [`${role}-${Date.now()}@partner.example`, "nine plain words to open it"];
  execFileSync(binary, ["staff", "add", email, "--role", role, "--password-stdin"], {
    input: password,
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...variables(), DESKBRIDGE_DATABASE_URL: `sqlite://${data}/deskbridge.db`, DESKBRIDGE_INTEGRATIONS_DIR: manifests },
  });
  return { email, password };
}
