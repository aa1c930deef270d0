import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { reloadStalePages } from "./reload";
import { blockStorage } from "./test/blockedStorage";

let reload: ReturnType<typeof vi.fn>;
const missingFile = () => dispatchEvent(new Event("vite:preloadError"));
const shown = (persisted: boolean) => dispatchEvent(Object.assign(new Event("pageshow"), { persisted }));

beforeAll(reloadStalePages);
beforeEach(() => {
  reload = vi.spyOn(location, "reload").mockImplementation(() => {});
});

test("a page that misses a file after a deployment reloads once", () => {
  missingFile();
  missingFile();
  expect(reload).toHaveBeenCalledTimes(1);
});

test("the next deployment gets a reload of its own", () => {
  vi.useFakeTimers();
  missingFile();
  vi.advanceTimersByTime(11_000);
  missingFile();
  vi.useRealTimers();
  expect(reload).toHaveBeenCalledTimes(2);
});

test("a page from the browser's memory is read again", () => {
  shown(false);
  expect(reload).not.toHaveBeenCalled();
  shown(true);
  expect(reload).toHaveBeenCalledTimes(1);
});

test("a page that can't remember its reload does not reload again and again", () => {
  blockStorage();
  missingFile();
  missingFile();
  expect(reload).not.toHaveBeenCalled();
});
