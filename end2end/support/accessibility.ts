import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";

/**
 * Axe finds nothing on this page, in light and in dark. Without JavaScript axe cannot run; the
 * document is the same there, so the other projects judge it.
 */
export async function expectAccessible(page: Page): Promise<void> {
  const { javaScriptEnabled, colorScheme } = test.info().project.use;
  if (javaScriptEnabled === false) return;
  for (const scheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    const { violations, passes } = await new AxeBuilder({ page })
      .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
      .analyze();
    expect(passes.length, "axe looked at something").toBeGreaterThan(0);
    const found = violations.flatMap(({ id, help, nodes }) =>
      nodes.map((node) => `${id}: ${help}: ${node.target.join(" ")}: ${node.failureSummary ?? ""}`),
    );
    expect(found, `accessibility in the ${scheme} scheme`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: colorScheme ?? null });
}
