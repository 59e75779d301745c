/* A view of bytes that somebody else owns. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct str {
  const char *p;
  size_t n;
};

#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})
#define STR_NONE ((struct str){NULL, 0})

static inline struct str str_of(const char *text)
{
  return (struct str){text, text ? strlen(text) : 0};
}

static inline bool str_equal(struct str a, struct str b)
{
  return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool str_is(struct str a, const char *text)
{
  return str_equal(a, str_of(text));
}

static inline bool str_starts(struct str a, struct str prefix)
{
  return a.n >= prefix.n && (prefix.n == 0 || memcmp(a.p, prefix.p, prefix.n) == 0);
}

/* ASCII only. */
bool str_equal_fold(struct str a, struct str b);

/* Without spaces and tabs at both ends. */
struct str str_trim(struct str s);

/* Cuts `*rest` at the first `separator`: gives what stands before it and leaves what stands after it.
   Without one, gives all and leaves STR_NONE. */
struct str str_cut(struct str *rest, char separator);

/* A decimal number without sign, all of s; false and *ret_number untouched when it is not one or over `most`. */
bool str_number(struct str s, unsigned long long most, unsigned long long *ret_number);
