import { expect, test } from "vitest";
import { inBrowser, ownersMachine, startBrowser } from "./support/browser";
import { asPacs, call, makeClinic } from "./support/clinic";
import { makePerson, reader } from "./support/people";

startBrowser();

const STUDY = "1.2.840.113619.2.55.3.604688119";

inBrowser("a view that a PACS opened", () => {
  test("stands at the dashboard, and ends from there", async () => {
    const clinic = makeClinic("Riverside Imaging");
    const anna = await makePerson(clinic, reader);
    const owner = await ownersMachine(clinic);
    const { url } = await asPacs(clinic, "POST", "/v1/autoScribe/studies/reroute-url", {
      assignedToUserId: anna.userId,
      studyInstanceUid: STUDY,
    });
    const view = await call("POST", "/v1/access/redeem", { token: new URL(url).hash.replace("#token=", "") });

    await owner.getByRole("link", { name: "Open views" }).click();
    const row = owner.getByRole("row", { name: /Anna Hale/ });
    await row.getByText(STUDY, { exact: true }).waitFor();
    await row.getByText("Read and report").waitFor();
    expect(await asPacs(clinic, "POST", "/v1/access/introspect", { token: view.viewToken })).toMatchObject({
      active: true,
      sub: anna.userId,
    });
    const renew = () => call("POST", "/v1/access/renew", undefined, { authorization: `Bearer ${view.viewToken}` });
    await renew();

    await row.getByRole("button", { name: "End" }).click();
    const dialog = owner.getByRole("dialog", { name: "End the view of Anna Hale?" });
    await dialog.getByRole("button", { name: "End the view" }).click();
    await owner.getByText("No view is open").waitFor();
    await expect(renew()).rejects.toThrow("401");
    expect(await asPacs(clinic, "POST", "/v1/access/introspect", { token: view.viewToken })).toEqual({
      active: false,
    });
  });
});
