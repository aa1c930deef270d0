import { rotationEnds } from "../../rules/rotation";
import { RotateDialog } from "../../ui/credentials/RotateDialog";
import { Time } from "../../ui/Time";
import { type ApiKey, type NewApiKey, rotateKey } from "./queries";

/** Gives a key another secret, and says which of its secrets stops at once. */
export function RotateKeyDialog(props: { apiKey: ApiKey; onRotated: (key: NewApiKey) => void; onClose: () => void }) {
  const { apiKey } = props;
  return (
    <RotateDialog
      owner={apiKey.description}
      action="Rotate key"
      intro="The key gets a new secret. Its permissions stay the same."
      effect={(hours) => <Effect apiKey={apiKey} hours={hours} />}
      rotate={(hours) => rotateKey(apiKey, hours)}
      onRotated={props.onRotated}
      onClose={props.onClose}
    />
  );
}

function Effect({ apiKey, hours }: { apiKey: ApiKey; hours: number }) {
  const ends = rotationEnds(apiKey.secrets, hours);
  const until = <Time at={apiKey.secrets[0]?.endsAt} />;
  if (ends === "older") {
    return <p className="note">This key was rotated before. The secret that works until {until} stops at once.</p>;
  }
  if (ends === "newest") {
    return (
      <p className="note">
        The newest secret was never used. It stops at once, and the older one keeps working until {until}.
      </p>
    );
  }
  return null;
}
