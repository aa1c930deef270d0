/** An NPI has ten digits. The first is 1 or 2. */
export const NPI_DIGITS = 10;

/** The digits of an NPI as typed or pasted: spaces and dashes of any kind are dropped. */
export function npiDigits(text: string): string {
  return text.replace(/[\s\p{Pd}]/gu, "");
}

/**
 * Whether this is an NPI: ten digits that begin with 1 or 2, and a Luhn check digit over 80840 and the number
 * (CMS, "Requirements for National Provider Identifier (NPI) and NPI Check Digit").
 */
export function isNpi(digits: string): boolean {
  return /^[12]\d{9}$/.test(digits) && luhn(`80840${digits}`) % 10 === 0;
}

function luhn(digits: string): number {
  let sum = 0;
  for (const [index, digit] of [...digits].reverse().entries()) {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    sum += value > 9 ? value - 9 : value;
  }
  return sum;
}
