/** An email address in a narrow column. It breaks after the @ first, so that no word is cut. */
export function Address({ email }: { email: string }) {
  const at = email.lastIndexOf("@") + 1;
  return (
    <span className="quiet">
      {email.slice(0, at)}
      <wbr />
      {email.slice(at)}
    </span>
  );
}
