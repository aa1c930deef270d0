import { Link } from "@tanstack/react-router";
import { Page } from "./Page";

/** A page that does not exist. */
export function NotFound() {
  return (
    <Page title="This page does not exist">
      <p>
        Check the address, or go to <Link to="/">the home page</Link>.
      </p>
    </Page>
  );
}
