import { expect, test } from "vitest";
import { readFile } from "./readFile";

const file = (...parts: BlobPart[]) => new File(parts, "people.csv");

test("reads UTF-8, with and without a byte order mark", async () => {
  expect(await readFile(file("Email\nsiobhán@b.example"))).toEqual({ text: "Email\nsiobhán@b.example", warning: null });
  expect(await readFile(file(new Uint8Array([0xef, 0xbb, 0xbf, 0x61])))).toEqual({ text: "a", warning: null });
});

test("reads what Excel calls Unicode text", async () => {
  expect(await readFile(file(new Uint8Array([0xff, 0xfe, 0xe1, 0, 0x09, 0])))).toEqual({ text: "á\t", warning: null });
});

test("warns of letters in another encoding", async () => {
  const read = await readFile(file(new Uint8Array([0x61, 0xe1, 0x62])));
  expect(read).toMatchObject({ text: "a\uFFFDb", warning: expect.stringContaining("could not be read") });
});

test("a workbook and a large file are refused in words", async () => {
  expect(await readFile(file("PK\u0003\u0004"))).toEqual({ fault: expect.stringContaining("workbook") });
  expect(await readFile(file("a".repeat(1_000_001)))).toEqual({ fault: expect.stringContaining("too large") });
});
