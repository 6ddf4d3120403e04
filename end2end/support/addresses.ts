// Where the demo under test listens; apart from the ports a person's own demo uses.

const host = "127.0.0.1";
/** Others, as `E2E_PORTS=3310,4410,4510`, where two runs stand beside each other. */
const [own = 3300, officernd = 4400, vendor = 4500] = (process.env.E2E_PORTS ?? "").split(",").filter(Boolean).map(Number);
const ports = { product: own, simulator: officernd, partner: vendor };

export const product = `http://${host}:${ports.product}`;
export const simulator = `http://${host}:${ports.simulator}`;
export const partner = `http://${host}:${ports.partner}`;

export const demoArguments = [
  // Walks connect the organizations themselves.
  "--unconnected",
  "--port", ports.product,
  "--simulator-port", ports.simulator,
  "--partner-port", ports.partner,
].join(" ");
