import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";

/**
 * Axe finds nothing on this page in the scheme that is on: the projects `light` and `dark` walk the
 * same walks. Without JavaScript axe cannot run; the document is the same there, so they judge it.
 */
export async function expectAccessible(page: Page): Promise<void> {
  if (test.info().project.use.javaScriptEnabled === false) return;
  await expectNoViolation(
    new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]),
  );
}

/** The same for what colours alone decide. */
export function expectContrast(page: Page): Promise<void> {
  return expectNoViolation(new AxeBuilder({ page }).withRules(["color-contrast", "link-in-text-block"]));
}

async function expectNoViolation(axe: AxeBuilder): Promise<void> {
  const { violations, passes } = await axe.analyze();
  expect(passes.length, "axe looked at something").toBeGreaterThan(0);
  const found = violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.target.join(" ")}: ${node.failureSummary ?? ""}`),
  );
  expect(found, "accessibility").toEqual([]);
}
