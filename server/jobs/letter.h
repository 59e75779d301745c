/* A mail as it goes over the wire (RFC 5322): plain text in UTF-8, and nothing in a header that could begin another. */
#pragma once
#include "base/arena.h"
#include "base/clock.h"
#include "base/result.h"

struct jobs_letter {
  struct str from_name; /* ASCII, of the service itself */
  struct str from, to;  /* addresses that jobs_letter_address takes */
  struct str subject;   /* any text: control characters become spaces */
  struct str body;      /* lines that end in LF */
  struct str id;        /* what tells this mail from all others: the same when it is sent again */
  int64_t date;
};

/* With CRLF line ends, quoted-printable (RFC 2045 section 6.7). R_MALFORMED for an address that is none. */
RESULT jobs_letter_write(const struct jobs_letter *letter, struct arena *arena, struct str *ret_message);

/* An address that needs no quotes (RFC 5321 section 4.1.2: dot-string and domain; beyond ASCII RFC 6531 section 3.3):
   nothing else is written to. */
bool jobs_letter_address(struct str address);

/* Beyond ASCII: only a server that says SMTPUTF8 takes it. */
bool jobs_letter_is_international(struct str address);
