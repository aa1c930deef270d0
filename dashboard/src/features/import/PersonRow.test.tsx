import { fireEvent, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { answer, paste, serve, sheet } from "../../test/import";
// The page loads on demand. Loading it here keeps that out of the time of the first test.
import "./PeopleStep";

const rendered = vi.hoisted(() => [] as number[]);

vi.mock("./ResultCell", () => ({
  ResultCell: ({ row }: { row: { id: number } }) => {
    rendered.push(row.id);
    return null;
  },
}));

function type(label: string, text: string): number[] {
  rendered.length = 0;
  fireEvent.change(screen.getByLabelText(label), { target: { value: text } });
  return rendered;
}

test("a key press renders its row only, and rows whose faults it changes", async () => {
  serve((one) => answer(one));
  await paste(sheet(20));
  await screen.findByLabelText("Last name, row 7");
  // The form of the defaults opens meanwhile.
  await screen.findByText("0 ready, 20 to fix");
  type("Last name, row 1", "Haley");
  expect(type("Last name, row 7", "Haley")).toEqual([7]);
  expect(type("Email address, row 7", "p9@b.example")).toEqual([7, 9]);
  expect(type("Last name, row 7", "Hal")).toEqual([7]);
});
