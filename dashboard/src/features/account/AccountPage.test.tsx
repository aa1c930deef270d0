import { screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { type Answer, problem, serveApi, session } from "../../test/api";
import { openPage } from "../../test/page";
import { otherTab } from "../../test/tabs";

const lakeside = { clinicId: "0192ffff-ffff-7fff-8fff-ffffffffffff", name: "Lakeside Imaging" };
const noSessions = { sessions: [] };
const inTwoClinics = { ...session(), clinics: [session().clinic, lakeside] };

test("says who is signed in, and what they can do", async () => {
  const me = session({ level: "member", npiNumber: "1234567893", npiVerification: "verified" });
  serveApi({ "GET /v1/session": me, "GET /v1/sessions": noSessions });
  openPage("/account");
  await screen.findByRole("heading", { name: "Olu Adeyemi" });
  const text = document.querySelector("main")?.textContent;
  expect(text).toContain("olu@clinic.example");
  expect(text).toContain("Administrative Director, member");
  expect(text).toContain("sign in to the AutoScribe dashboard");
  expect(text).toContain("NPI verified");
  expect(screen.queryByRole("heading", { name: "Clinics" })).toBeNull();
});

async function change(answer: Answer) {
  const assign = vi.spyOn(location, "assign").mockImplementation(() => {});
  const sent = serveApi({
    "GET /v1/session": inTwoClinics,
    "GET /v1/sessions": noSessions,
    "POST /v1/session/clinic": answer,
    "POST /v1/session/confirm": { success: true, message: "" },
  });
  const tab = otherTab();
  const { person } = openPage("/account");
  await person.click(await screen.findByRole("button", { name: "Switch to Lakeside Imaging" }));
  return { assign, sent, tab, person };
}

test("changes to another clinic on a fresh page, and tells other tabs", async () => {
  const { assign, sent, tab } = await change({ status: 200, body: inTwoClinics });
  await waitFor(() => expect(assign).toHaveBeenCalledWith("/"));
  expect(sent.find((one) => one.path === "/v1/session/clinic")?.body).toEqual({ clinicId: lakeside.clinicId });
  await waitFor(() => expect(tab.heard).toContain("clinicChanged"));
  expect(screen.queryByRole("heading", { name: "Account" })).toBeNull();
});

test("the clinic of this page is not offered", async () => {
  serveApi({ "GET /v1/session": inTwoClinics, "GET /v1/sessions": noSessions });
  openPage("/account");
  const list = within(await screen.findByRole("region", { name: "Clinics" })).getAllByRole("listitem");
  expect(list.map((item) => item.textContent)).toEqual([
    "Riverside ImagingCurrent clinic",
    "Lakeside ImagingSwitch to Lakeside Imaging",
  ]);
});

test("a clinic that the person left meanwhile is refused with the reason", async () => {
  const { assign, tab } = await change(problem(404, "clinic_not_found", "Choose one of your clinics."));
  await screen.findByText("Choose one of your clinics.");
  expect(assign).not.toHaveBeenCalled();
  expect(tab.heard).not.toContain("clinicChanged");
});

test("the first session in a clinic asks for the password", async () => {
  const { person } = await change(
    problem(403, "password_needed", "Your password was not confirmed. Nothing was changed. Try again and confirm it."),
  );
  await person.click(await screen.findByRole("button", { name: "Cancel" }));
  await screen.findByText("Your password was not confirmed. Nothing was changed. Try again and confirm it.");
});
