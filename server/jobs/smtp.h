/* Mails to a server, by SMTP (RFC 5321) through libcurl. Without TLS only on loopback; certificates are verified. */
#pragma once
#include "jobs/courier.h"

struct jobs_smtp;

struct jobs_smtp_config {
  const char *url;     /* smtp://[USER:PASSWORD@]HOST[:PORT], which begins TLS by STARTTLS, or smtps:// */
  const char *ca_file; /* whom to believe, in PEM; "": the system's; given, loopback needs TLS too */
};

/* Whether it is such a URL. */
bool jobs_smtp_is_url(const char *url);

/* R_RULE for another URL, or a ca_file that cannot be read. `arena` lives as long as it does. */
RESULT jobs_smtp_open(const struct jobs_smtp_config *config, struct arena *arena, struct jobs_smtp **ret_smtp);

/* What is under way is broken off, and nothing begins any more. Any thread may call. NULL-safe. */
void jobs_smtp_stop(struct jobs_smtp *smtp);

/* NULL-safe. */
void jobs_smtp_close(struct jobs_smtp **smtp);

/* One mail, within JOBS_COURIER_LEASE; the connection is kept for the next. By one thread at a time. */
jobs_deliver jobs_smtp_deliver;
