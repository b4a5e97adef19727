/** Whether what was written holds a phone number or an e-mail address: as core/contacts.py decides. */
const EMAIL = /[^\s@<>(),;:]+@[^\s@<>(),;:]+\.\p{L}{2,}/u;
/** Digits as people group them; a phone number has 7 (a town's own) to 15 (E.164). */
const DIGITS = /\d(?:[ ()./-]{0,2}\d)*/g;

export const isContact = (text: string): boolean => {
  const plain = text.normalize("NFKC");
  if (EMAIL.test(plain)) return true;
  return (plain.match(DIGITS) ?? []).some((run) => {
    const { length } = run.replace(/\D/g, "");
    return length >= 7 && length <= 15;
  });
};
