/** Who did something, by the id that the API gives (`usr_...`, `key:...`, `operator`) and the name. Begins a sentence. */
export function actorWords(actor: string, name: string | null | undefined): string {
  if (actor === "operator") return "The AutoScribe operator";
  if (actor === "system") return "AutoScribe";
  if (actor.startsWith("key:")) return keyWords(name, "The");
  if (actor.startsWith("acc_")) return "The holder of the link";
  return name || "Someone";
}

/** An API key by its description. */
export function keyWords(description: string | null | undefined, article: "The" | "the"): string {
  return description ? `${article} API key “${description}”` : `${article === "The" ? "An" : "an"} API key`;
}
