import type { Page } from "playwright-core";
import { expect } from "vitest";

/** What every page has to hold, beyond what axe can see. Each check returns what is wrong, as HTML. */

const INTERACTIVE = "a[href], button:not(:disabled), input, select, textarea, summary, [tabindex='0']";
const NARROW = { width: 320, height: 640 };
const DESK = { width: 1280, height: 800 };

/** WCAG 1.4.12, added as the person's own style is. */
const TEXT_SPACING =
  "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }" +
  "p { margin-block-end: 2em !important }";

/** At 320 px, which is 1280 px at 400 %, and with wider text: nothing scrolls sideways and no text is cut off. */
export async function expectReflow(page: Page): Promise<void> {
  await page.setViewportSize(NARROW);
  expect(await cutOff(page), "at 320 px").toEqual([]);
  await page.evaluate((css) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets = [sheet];
  }, TEXT_SPACING);
  expect(await cutOff(page), "at 320 px with wider text").toEqual([]);
  await page.setViewportSize(DESK);
  expect(await cutOff(page), "with wider text").toEqual([]);
  await page.evaluate(() => {
    document.adoptedStyleSheets = [];
  });
}

function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) found.push(`the page is ${scrollWidth} px wide`);
    const scrolls = (element: Element) =>
      element.closest(".scroll, .visually-hidden, .skip, option, dialog:not([open])");
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      const element = text.parentElement;
      if (!element || !text.nodeValue?.trim() || !element.checkVisibility() || scrolls(element)) continue;
      const range = document.createRange();
      range.selectNodeContents(text);
      const box = range.getBoundingClientRect();
      let holder: Element | null = element;
      let inner = { left: 0, right: clientWidth, top: Number.NEGATIVE_INFINITY, bottom: Number.POSITIVE_INFINITY };
      for (; holder; holder = holder.parentElement) {
        if (getComputedStyle(holder).overflow === "visible" || holder === document.documentElement) continue;
        inner = holder.getBoundingClientRect();
        break;
      }
      const fits =
        box.left >= inner.left - 1 &&
        box.right <= inner.right + 1 &&
        box.top >= inner.top - 1 &&
        box.bottom <= inner.bottom + 1;
      if (!fits) found.push(element.outerHTML);
    }
    return found;
  });
}

/** Tab reaches everything that can be used, and shows where it is. */
export async function expectKeyboard(page: Page): Promise<void> {
  const stops = await page.evaluate((selector) => {
    (document.activeElement as HTMLElement | null)?.blur();
    getSelection()?.removeAllRanges();
    document.addEventListener("focusin", ({ target }) => {
      const element = target as HTMLElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      element.dataset.reached = outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2 ? "shown" : "hidden";
    });
    const seen = new Set<string>();
    // The browser gives a group of radio buttons one stop.
    const all = [...document.querySelectorAll<HTMLInputElement>(selector)].filter(
      (one) => one.checkVisibility() && !one.disabled && !one.matches("[tabindex='-1'], dialog:not([open]) *"),
    );
    const modal = document.querySelector("dialog:modal");
    return all
      .filter((one) => !modal || modal.contains(one))
      .filter((one) => one.type !== "radio" || (!seen.has(one.name) && seen.add(one.name)))
      .map((one) => {
        one.dataset.stop = one.type === "radio" ? "radio" : "";
        // Month, day, year and the calendar of a date are stops of their own.
        if (one.type === "date") return 4;
        // So are hour, minute and half of the day of a time.
        return one.type === "datetime-local" ? 7 : 1;
      })
      .reduce((sum, count) => sum + count, 0);
  }, INTERACTIVE);
  expect(stops).toBeGreaterThan(0);
  for (let press = 0; press < stops + 2; press++) await page.keyboard.press("Tab");
  const missed = await page.evaluate(() => {
    const stopped = [...document.querySelectorAll<HTMLInputElement>("[data-stop]")].filter((one) => {
      if (one.dataset.stop !== "radio") return one.dataset.reached !== "shown";
      return !document.querySelector(`input[name="${one.name}"][data-reached="shown"]`);
    });
    return stopped.map((one) => `${one.dataset.reached ?? "not reached"}: ${one.outerHTML}`);
  });
  expect(missed).toEqual([]);
}

/** Everything that can be used is large enough to hit. Links inside sentences and cells may be smaller than 44. */
export async function expectTargets(page: Page, size: 24 | 44): Promise<void> {
  const small = await page.evaluate(
    ([selector, least]) =>
      [...document.querySelectorAll<HTMLInputElement>(selector)]
        .filter(
          (one) => one.checkVisibility() && !one.matches("[tabindex='0'], .skip, .visually-hidden, p a, li a, dd a"),
        )
        .filter((one) => least < 44 || !one.matches("td a:not(.button), th a"))
        .map((one) => {
          // The label of a choice is part of it.
          const boxes = [one, ...(one.matches("[type=checkbox], [type=radio]") ? (one.labels ?? []) : [])];
          const rects = boxes.map((box) => box.getBoundingClientRect());
          const width = Math.max(...rects.map((box) => box.right)) - Math.min(...rects.map((box) => box.left));
          const height = Math.max(...rects.map((box) => box.bottom)) - Math.min(...rects.map((box) => box.top));
          return { width, height, html: one.outerHTML };
        })
        .filter(({ width, height }) => width < least - 0.5 || height < least - 0.5)
        .map(({ width, height, html }) => `${Math.round(width)} x ${Math.round(height)}: ${html}`),
    [INTERACTIVE, size] as const,
  );
  expect(small).toEqual([]);
}

/** With the system's colors, buttons and fields keep a border, and where one is stays visible. */
export async function expectForcedColors(page: Page): Promise<void> {
  await page.emulateMedia({ forcedColors: "active" });
  const bare = await page.evaluate(() => {
    const framed =
      "button, .button, input:not([type=checkbox], [type=radio]), select, textarea, nav [aria-current='page'], dialog[open], .note, .problem";
    return [...document.querySelectorAll<HTMLElement>(framed)]
      .filter((one) => one.checkVisibility())
      .filter((one) => {
        const style = getComputedStyle(one);
        // Where one is has to differ from the other links.
        const least = one.matches("nav [aria-current]") ? 3 : 1;
        return style.borderLeftStyle === "none" || Number.parseFloat(style.borderLeftWidth) < least;
      })
      .map((one) => one.outerHTML);
  });
  expect(bare).toEqual([]);
}
