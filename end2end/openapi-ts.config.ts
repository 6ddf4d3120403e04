// The client that a partner would make of our API. A test of the server holds the document to what is served.

import { defineConfig } from "@hey-api/openapi-ts";

export default defineConfig({
  input: "../server/tests/snapshots/openapi.json",
  output: { path: "api-client", importFileExtension: ".ts" },
  plugins: ["@hey-api/client-fetch", "@hey-api/typescript", "@hey-api/sdk"],
});
