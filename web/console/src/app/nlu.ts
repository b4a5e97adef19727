/** Where the bot draws its lines. */

/** Of an intent: below this the bot would rather ask again. */
export const SURE = 0.6;
/** Of the scope: below this a sentence is strange to the bot, whatever it was taken for (bot/nlu/gates.py). */
export const STRANGE = 0.02;
