// A page in every shape that people give it: schemes, zoom, small screens, longer languages, the
// other direction of writing, and the keyboard alone.

import { expect, type Page } from "@playwright/test";

import { expectAccessible, expectContrast } from "./accessibility.ts";
import { popUpSize } from "./admin.ts";

const phone = { width: 360, height: 640 };
/** A pop-up at 200 % zoom has half the pixels of style. */
const zoomed = { width: popUpSize.width / 2, height: popUpSize.height / 2 };
/** 1,280 pixels at 400 % zoom. Staff have no pop-up, but as many windows as anybody. */
const reflowed = { width: 320, height: 256 };
/** More stops than any page has. */
const MOST_STOPS = 800;

export async function expectEveryShape(page: Page, opens: "pop-up" | "window" = "pop-up"): Promise<void> {
  const zoom = opens === "pop-up" ? { zoomed } : { reflowed };
  await page.setViewportSize(popUpSize);
  // Colours that are still on their way to another scheme are nobody's.
  await page.emulateMedia({ reducedMotion: "reduce" });
  await expectAccessible(page);
  await page.emulateMedia({ colorScheme: "dark" });
  await expectContrast(page);
  await page.emulateMedia({ colorScheme: "light", forcedColors: "active" });
  await expectContrast(page);
  await expectStops(page, "in forced colours");
  await page.emulateMedia({ forcedColors: "none" });

  for (const [name, size] of Object.entries({ popUpSize, phone, ...zoom })) {
    await page.setViewportSize(size);
    await expectWhole(page, name);
  }
  await page.evaluate(turn, "rtl");
  for (const [name, size] of Object.entries({ popUpSize, phone })) {
    await page.setViewportSize(size);
    await expectWhole(page, `${name}, right to left`);
  }
  await page.evaluate(turn, "ltr");
  await page.evaluate(lengthen);
  for (const [name, size] of Object.entries({ popUpSize, phone, ...zoom })) {
    await page.setViewportSize(size);
    await expectWhole(page, `${name}, longer words`);
  }
}

/** Nothing stands out at a side, and no text is cut off. */
export async function expectWhole(page: Page, shape: string): Promise<void> {
  expect(await page.evaluate(cutOff), shape).toEqual([]);
}

/** Tab reaches each control, each shows where the focus is, and none hides behind a bar. */
async function expectStops(page: Page, shape: string): Promise<void> {
  await page.evaluate(() => {
    (document.activeElement as HTMLElement | null)?.blur();
    scrollTo(0, 0);
  });
  const wanted = await page.evaluate(controls);
  const reached = new Set<string>();
  let last = "";
  for (let stops = 0; stops < MOST_STOPS; stops += 1) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(focused);
    // After the last one the browser's own controls follow, then the first.
    if (!stop) continue;
    // A time has a stop for hours and one for minutes.
    if (stop.name === last) continue;
    if (reached.has(stop.name)) break;
    last = stop.name;
    expect(stop.faults, `${stop.name} ${shape}`).toEqual([]);
    reached.add(stop.name);
  }
  expect(wanted.filter((name) => !reached.has(name)), `controls that Tab does not reach ${shape}`).toEqual([]);
}

// What follows runs in the page.

function turn(direction: string): void {
  document.documentElement.dir = direction;
}

/** Other languages need up to 40 % more room. Names of people and places are not translated. */
function lengthen(): void {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    if (node.parentElement?.closest("bdi, code, textarea, script, style, time")) continue;
    node.textContent = (node.textContent ?? "").replace(/\p{L}{2,}/gu, (word) => word + word.slice(0, Math.ceil(word.length * 0.4)));
  }
}

function cutOff(): string[] {
  const found: string[] = [];
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) found.push("the page scrolls sideways");
  for (const element of Array.from(document.body.querySelectorAll<HTMLElement>("*"))) {
    // Text for ears only, and the short names above a heading that has them in full.
    if (element.closest(".vh, .skip, option, .popup__top .span__end strong")) continue;
    // The head of a table whose cells say themselves what they are, on a narrow page.
    const head = element.closest("thead");
    if (head && getComputedStyle(head).clipPath === "inset(50%)") continue;
    if (!element.checkVisibility() || element instanceof SVGElement) continue;
    const name = `${element.localName}.${element.className} “${(element.textContent ?? "").trim().slice(0, 40)}”`;
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;
    let inside = false;
    for (let around = element.parentElement; around; around = around.parentElement) {
      inside ||= /auto|scroll/.test(getComputedStyle(around).overflowX);
    }
    if (!inside && (box.left < -1 || box.right > width + 1)) found.push(`${name} stands out at a side`);
    if (/^(input|textarea|select)$/.test(element.localName)) continue;
    const { overflowX, overflowY } = getComputedStyle(element);
    if (/hidden|clip/.test(overflowX) && element.scrollWidth > element.clientWidth + 1) found.push(`${name} is cut off at a side`);
    if (/hidden|clip/.test(overflowY) && element.scrollHeight > element.clientHeight + 1) found.push(`${name} is cut off below`);
  }
  return found;
}

function controls(): string[] {
  const all = Array.from(document.querySelectorAll<HTMLElement>("a[href], button, input, select, textarea, summary"));
  const reachable = (control: HTMLElement) =>
    control.tabIndex >= 0 && !control.matches(":disabled, [type=hidden]") && control.checkVisibility({ visibilityProperty: true });
  return all.flatMap((control, index) => {
    // Of several radios Tab reaches one.
    if (!reachable(control) || control.matches("[type=radio]")) return [];
    return [`${index} ${control.localName} ${control.id} ${(control.textContent ?? "").trim()}`];
  });
}

function focused(): { name: string; faults: string[] } | null {
  const element = document.activeElement;
  if (!(element instanceof HTMLElement) || element === document.body) return null;
  const faults: string[] = [];
  // A big choice is focused as a whole.
  const shown = element.closest<HTMLElement>(".choice--card") ?? element;
  const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(shown);
  if (outlineStyle === "none" || parseFloat(outlineWidth) < 2 || /, 0\)$|^transparent$/.test(outlineColor)) {
    faults.push(`the focus does not show: ${outlineStyle} ${outlineWidth} ${outlineColor}`);
  }
  // A link may go over several lines; its middle is beside it then.
  const box = element.getClientRects()[0] ?? element.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const top = document.elementFromPoint(x, y);
  const labels = element instanceof HTMLInputElement ? Array.from(element.labels ?? []) : [];
  if (!top) faults.push(`out of view at ${Math.round(x)}, ${Math.round(y)}`);
  else if (!element.contains(top) && !labels.some((label) => label.contains(top))) {
    faults.push(`behind ${top.localName}.${top.className}`);
  }
  const all = Array.from(document.querySelectorAll("a[href], button, input, select, textarea, summary"));
  return { name: `${all.indexOf(element)} ${element.localName} ${element.id} ${(element.textContent ?? "").trim()}`, faults };
}
