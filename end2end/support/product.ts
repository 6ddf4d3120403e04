// A product of its own beside the demo, for what has to be configured before it starts.

import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const workspace = fileURLToPath(new URL("../..", import.meta.url));
const binary = process.env.E2E_BINARY ?? `${workspace}target/debug/deskbridge`;

/** What an integration needs at least, so that the product starts. */
const manifest = {
  integration: "acme-doors",
  name: "Acme Doors",
  client_id: "acme",
  client_secret: "known to nobody but this test",
  scopes: ["flex.settings.integrations.read"],
};

export class Product {
  readonly url: string;
  private readonly folder = mkdtempSync(join(tmpdir(), "deskbridge-"));
  private readonly env: NodeJS.ProcessEnv;
  private child: ChildProcess | undefined;

  /** `keys` as their variables name them, without the prefix. */
  constructor(port: number, keys: Record<string, string>) {
    this.url = `http://127.0.0.1:${port}`;
    mkdirSync(join(this.folder, "integrations"));
    writeFileSync(join(this.folder, "integrations", "acme-doors.json"), JSON.stringify(manifest));
    const all: Record<string, string> = {
      PUBLIC_URL: this.url,
      LISTEN: `127.0.0.1:${port}`,
      OPERATIONS_LISTEN: "127.0.0.1:0",
      DATABASE_URL: `sqlite://${join(this.folder, "data", "deskbridge.db")}`,
      INTEGRATIONS_DIR: join(this.folder, "integrations"),
      ...keys,
    };
    const ours = Object.entries(process.env).filter(([name]) => !name.startsWith("DESKBRIDGE_"));
    const named = Object.entries(all).map(([name, value]) => [`DESKBRIDGE_${name}`, value]);
    this.env = Object.fromEntries([...ours, ...named, ["RUST_LOG", "error"]]);
  }

  /** A command against the same deployment; what it printed. */
  run(words: string[], input = ""): string {
    const ran = spawnSync(binary, words, { cwd: this.folder, env: this.env, input, encoding: "utf8" });
    if (ran.status !== 0) throw new Error(`deskbridge ${words.join(" ")}: ${ran.stdout}${ran.stderr}`);
    return ran.stdout;
  }

  async start(): Promise<void> {
    this.child = spawn(binary, ["serve"], { cwd: this.folder, env: this.env, stdio: ["ignore", "ignore", "inherit"] });
    for (let tries = 0; tries < 200; tries += 1) {
      if (this.child.exitCode !== null) break;
      const answer = await fetch(`${this.url}/healthz`).catch(() => undefined);
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("the product did not start; what it said is above");
  }

  async stop(): Promise<void> {
    if (this.child && this.child.exitCode === null) {
      const gone = once(this.child, "exit");
      this.child.kill("SIGTERM");
      await gone;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
