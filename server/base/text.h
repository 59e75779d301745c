/* Encodings of bytes as text, and what is well-formed text. Out buffers are the caller's and large enough. */
#pragma once
#include "base/str.h"

/* Length in bytes (1-4) of the well-formed UTF-8 character at the start of s (RFC 3629: no overlong form, no surrogate,
   nothing over U+10FFFF), 0 when there is none. */
size_t text_utf8_next(struct str s);
bool text_utf8_valid(struct str s);
/* Code points of a well-formed s. */
size_t text_utf8_count(struct str s);

/* Lower-case hex: 2 * n characters, no NUL. */
void text_hex_encode(const unsigned char *bytes, size_t n, char *ret_text);
bool text_hex_decode(struct str text, unsigned char *ret_bytes);

/* base64url without padding (RFC 4648 section 5). Decoding refuses padding, foreign characters, non-canonical ends,
   and more than `room` bytes. */
#define TEXT_BASE64URL_LENGTH(n) (((n) * 4 + 2) / 3)
size_t text_base64url_encode(const unsigned char *bytes, size_t n, char *ret_text);
bool text_base64url_decode(struct str text, size_t room, unsigned char *ret_bytes, size_t *ret_n);

/* The same in the standard alphabet (RFC 4648 section 4), as the PHC form of a password hash has it. */
size_t text_base64_encode(const unsigned char *bytes, size_t n, char *ret_text);
bool text_base64_decode(struct str text, size_t room, unsigned char *ret_bytes, size_t *ret_n);

/* base32 without padding (RFC 4648 section 6), upper case. */
#define TEXT_BASE32_LENGTH(n) (((n) * 8 + 4) / 5)
size_t text_base32_encode(const unsigned char *bytes, size_t n, char *ret_text);
