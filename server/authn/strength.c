/* Asks libzxcvbn, which counts in bits. */
#include "authn/strength.h"
#include <zxcvbn.h>

int authn_strength(const char *password, const struct str *words, size_t count)
{
  /* log2 of 10^3, 10^6, 10^8 and 10^10. */
  static const double bits[] = {9.966, 19.932, 26.575, 33.219};
  const char *guessed[AUTHN_STRENGTH_WORDS + 1] = {0};
  size_t n = 0;
  for (size_t i = 0; i < count && n < AUTHN_STRENGTH_WORDS; i++)
    if (words[i].n > 0)
      guessed[n++] = words[i].p;
  double entropy = ZxcvbnMatch(password, guessed, NULL);
  int score = 0;
  while (score < 4 && entropy >= bits[score])
    score++;
  return score;
}
