import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { problem, serveApi, session } from "../test/api";
import { openPage } from "../test/page";

test("when the session is over, the person signs in over the page and the request goes on", async () => {
  let over = true;
  const sent = serveApi({
    "GET /v1/session": session(),
    "POST /v1/session": () => {
      over = false;
      return { status: 200, body: session() };
    },
    "GET /v1/autoScribe/users": () =>
      over
        ? problem(401, "unauthenticated", "Sign in.")
        : { status: 200, body: { users: [], cursor: null, hasMore: false } },
  });
  const { person } = openPage("/users");
  await screen.findByRole("heading", { name: "Your session has ended" });
  await person.type(screen.getByLabelText("Password of olu@clinic.example"), "horse battery staple");
  await person.click(screen.getByRole("button", { name: "Sign in" }));
  await screen.findByText("No one has confirmed yet");
  expect(sent.find((one) => one.method === "POST")?.body).toEqual({
    email: "olu@clinic.example",
    password: "horse battery staple",
    clinicId: session().clinic.clinicId,
  });
});
