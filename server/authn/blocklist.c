/* The list stands in the binary as it stands in blocklist.txt; a search halves its bytes, so lines need no index. */
#include "authn/blocklist.h"

/* clang-format off */
static const char list[] =
#include "authn/blocklist.def"
;
/* clang-format on */

struct str authn_blocklist_words(void)
{
  struct str words = {list, sizeof list - 1};
  while (str_starts(words, STR("#")))
    (void)str_cut(&words, '\n');
  return words;
}

static int compare(struct str a, struct str b)
{
  size_t n = a.n < b.n ? a.n : b.n;
  int order = n ? memcmp(a.p, b.p, n) : 0;
  return order ? order : (a.n > b.n) - (a.n < b.n);
}

/* The line that byte `at` is in. */
static struct str line_at(struct str words, size_t at)
{
  size_t start = at;
  while (start > 0 && words.p[start - 1] != '\n')
    start--;
  const char *end = memchr(words.p + start, '\n', words.n - start);
  return (struct str){words.p + start, end ? (size_t)(end - words.p) - start : words.n - start};
}

bool authn_blocklist_has(struct str word)
{
  struct str words = authn_blocklist_words();
  while (words.n > 0) {
    struct str line = line_at(words, words.n / 2);
    int order = compare(word, line);
    if (order == 0)
      return true;
    size_t before = (size_t)(line.p - words.p), through = before + line.n + 1;
    if (order < 0)
      words.n = before;
    else
      words = through < words.n ? (struct str){words.p + through, words.n - through} : STR_NONE;
  }
  return false;
}
