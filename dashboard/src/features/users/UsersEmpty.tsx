import { Link } from "@tanstack/react-router";
import { Empty } from "../../ui/Empty";

/** Why no users are listed: no one has confirmed yet, or the filter leaves no one. */
export function UsersEmpty(props: { filtered: boolean; canInvite: boolean; onClear: () => void }) {
  if (props.filtered) {
    return (
      <Empty title="No one matches these filters">
        <button type="button" onClick={props.onClear}>
          Clear the filters
        </button>
      </Empty>
    );
  }
  return (
    <Empty title="No one has confirmed yet">
      {props.canInvite && (
        <p>
          People appear here once they confirm their invitation. See{" "}
          <Link to="/users/invitations">the invitations</Link>.
        </p>
      )}
    </Empty>
  );
}
