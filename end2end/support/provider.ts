// An OpenID provider of the partner: `oidc-provider` with a sign-in page of one field, and a switch for what it does wrong.

import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

import Provider from "oidc-provider";

type Claims = Record<string, unknown>;

/** What is wrong with the next id_tokens; each is signed as it should be, unless the key is what is wrong. */
const wrongs = {
  issuer: (claims: Claims) => ({ ...claims, iss: "https://login.evil.example" }),
  audience: (claims: Claims) => ({ ...claims, aud: "somebody-else" }),
  nonce: (claims: Claims) => ({ ...claims, nonce: "6yJm2Rr9o2b8Vn1xWc0PqA" }),
  key: (claims: Claims) => claims,
  hash: (claims: Claims) => ({ ...claims, at_hash: "77QmUPtjPfzWtF2AnpK9RQ" }),
} satisfies Record<string, (claims: Claims) => Claims>;

export type Wrong = keyof typeof wrongs;
export const everyWrong = Object.keys(wrongs) as Wrong[];

export interface Client {
  id: string;
  secret: string;
  redirectUri: string;
}

const keyId = "of-the-provider";

function newKey(): KeyObject {
  return generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function signed(claims: Claims, key: KeyObject): string {
  const message = `${encoded({ alg: "RS256", typ: "JWT", kid: keyId })}.${encoded(claims)}`;
  return `${message}.${sign("sha256", Buffer.from(message), key).toString("base64url")}`;
}

async function form(request: IncomingMessage): Promise<URLSearchParams> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return new URLSearchParams(text);
}

export class SignInProvider {
  /** What it does wrong from now on. */
  wrong: Wrong | undefined;
  readonly issuer: string;
  private readonly key = newKey();
  private readonly provider: Provider;
  private readonly server: Server;

  constructor(port: number, client: Client) {
    this.issuer = `http://127.0.0.1:${port}`;
    this.provider = new Provider(this.issuer, {
      clients: [{
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [client.redirectUri],
        response_types: ["code"],
        grant_types: ["authorization_code"],
      }],
      jwks: { keys: [{ ...this.key.export({ format: "jwk" }), kid: keyId, use: "sig", alg: "RS256" }] },
      cookies: { keys: ["a key that only these tests have"] },
      claims: { openid: ["sub"], email: ["email", "email_verified"] },
      // The account is the address that was typed.
      findAccount: (_: unknown, id: string) => ({
        accountId: id,
        claims: () => ({ sub: `sub-of-${id}`, email: id, email_verified: !id.startsWith("unverified") }),
      }),
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
      // The partner's people are not asked whether their partner may know who they are.
      loadExistingGrant: async ({ oidc }: { oidc: { provider: Provider; client: { clientId: string }; session: { accountId: string } } }) => {
        const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
        grant.addOIDCScope("openid email");
        await grant.save();
        return grant;
      },
    });
    this.provider.use(async (context, next) => {
      await next();
      const body = context.body as { id_token?: string } | undefined;
      if (context.path !== "/token" || !this.wrong || !body?.id_token) return;
      const claims = JSON.parse(Buffer.from(body.id_token.split(".")[1] ?? "", "base64url").toString()) as Claims;
      const key = this.wrong === "key" ? newKey() : this.key;
      context.body = { ...body, id_token: signed(wrongs[this.wrong](claims), key) };
    });
    const callback = this.provider.callback();
    this.server = createServer((request, response) => {
      const answered = request.url?.startsWith("/interaction/") ? this.interact(request, response) : callback(request, response);
      answered.catch((error: unknown) => {
        response.statusCode = 500;
        response.end(String(error));
      });
    });
    this.server.listen(port, "127.0.0.1");
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === "POST") {
      const typed = await form(request);
      const result = typed.has("cancel")
        ? { error: "access_denied", error_description: "the person went away" }
        : { login: { accountId: typed.get("address") ?? "" } };
      await this.provider.interactionFinished(request, response, result);
      return;
    }
    const { prompt } = await this.provider.interactionDetails(request, response);
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(`<!DOCTYPE html><html lang="en"><head><title>Partner accounts</title><link rel="icon" href="data:,"></head>
      <body><h1>Partner accounts: ${prompt.name}</h1><form method="post">
      <label>Address <input name="address"></label><button>Log in</button><button name="cancel" value="1">Cancel</button>
      </form></body></html>`);
  }
}
