/** What a new password has to be. */
export const PASSWORD_HINT =
  "15 to 128 characters. Use several unrelated words, without your name or your clinic's name.";

/** What a person reads when the API refuses a new password, by its code. */
export const passwordWords = {
  password_length: "Use 15 to 128 characters.",
  password_weak:
    "This password is easy to guess. Use several unrelated words, without your name, your clinic's name, years, or runs such as 1234.",
  password_breached:
    "This password is on a public list of stolen passwords. Choose another one, and change it wherever else you use it.",
};
