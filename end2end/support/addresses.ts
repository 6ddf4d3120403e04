// Where the demo under test listens; apart from the ports a person's own demo uses.

const host = "127.0.0.1";
const ports = { product: 3300, simulator: 4400, partner: 4500 };

export const product = `http://${host}:${ports.product}`;
export const simulator = `http://${host}:${ports.simulator}`;
export const partner = `http://${host}:${ports.partner}`;

export const demoArguments = [
  "--port", ports.product,
  "--simulator-port", ports.simulator,
  "--partner-port", ports.partner,
].join(" ");
