/* What the service says, made fit for people's terminals: no character of it is a command to one. */
#pragma once
#include "base/buf.h"

/* Each control character, each that turns the direction of writing, and each byte that is no UTF-8 becomes U+FFFD. */
void client_text_put(struct buf *out, struct str text);

/* The same value of JSON on one line: such a character within a string becomes its escape, line ends become spaces. */
void client_text_put_json(struct buf *out, struct str json);

/* How many columns of a terminal client_text_put makes of it. */
size_t client_text_columns(struct str text);

/* From then on characters are as wide as Unicode has them; tells whether the caller's terminal is set to UTF-8. */
bool client_text_open(void);
