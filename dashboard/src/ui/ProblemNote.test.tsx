import { render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { Problem } from "../api/problem";
import { ProblemNote } from "./ProblemNote";

afterEach(() => {
  vi.useRealTimers();
});

const throttled = new Problem(429, { detail: "Too many requests." }, 2);

test("a refusal that names a time counts down, and is read aloud once", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  render(<ProblemNote error={throttled} />);
  const count = screen.getByText("You can try again in 2 s.");
  expect(count.closest("[aria-live]")?.getAttribute("aria-live")).toBe("off");
  await vi.advanceTimersByTimeAsync(1000);
  await screen.findByText("You can try again in 1 s.");
  await vi.advanceTimersByTimeAsync(1000);
  await waitFor(() => expect(screen.queryByText(/You can try again/)).toBeNull());
  expect(screen.getByRole("alert").textContent).toBe("Too many requests.");
});

test("what is not a refusal of the API says what to do", () => {
  render(<ProblemNote error={new Error("x is undefined")} />);
  expect(screen.getByRole("alert").textContent).toBe("AutoScribe can't answer right now. Try again in a moment.");
});
