/* The certificate that a listener shows, exchangeable while it listens. */
#pragma once
#include "base/result.h"
#include <stdint.h>

struct http_tls;

/* What is wrong with a pair of files, in words that name the setting. */
enum { HTTP_TLS_FAULT = 512 };

/* Reads PEM files: the certificate with the chain behind it, and its private key, in a file of mode 0600 or stricter.
   R_RULE, and why in ret_fault, when one cannot be read or they do not belong together; R_NO_MEMORY. A certificate that
   has expired is shown all the same: whether that is better than nothing is the operator's to say. */
RESULT http_tls_open(const char *certificate, const char *key, char ret_fault[HTTP_TLS_FAULT], struct http_tls **ret_tls);

/* Reads the same files again: connections from now on are shown what is in them, those that stand go on. After a failure,
   as for http_tls_open, all is as before. One thread at a time; the listener runs on. */
RESULT http_tls_reload(struct http_tls *tls, char ret_fault[HTTP_TLS_FAULT]);

/* Not before the listener has closed. NULL-safe; leaves *tls NULL. */
void http_tls_close(struct http_tls **tls);

/* When the certificate ends: seconds since 1970. */
int64_t http_tls_end(struct http_tls *tls);

/* For server.c: TLS 1.3 and 1.2 with AEAD and ECDHE alone, in GnuTLS's words. */
extern const char http_tls_priorities[];

/* For server.c, before the first byte of a connection: its session shows the present certificate, which lives until
   the hold is given back. NULL, and the handshake fails, when memory is out. */
struct http_tls_hold;
struct http_tls_hold *http_tls_show(struct http_tls *tls, void *session);
void http_tls_let_go(struct http_tls_hold **hold);
