/* What people are told beside the answer, on standard error, and how a command ends. */
#pragma once
#include "base/result.h"
#include "base/str.h"

/* The exit status of every command of the client. */
enum client_exit {
  CLIENT_DONE = 0,
  CLIENT_REFUSED = 1,      /* by the service, and its code was said */
  CLIENT_SOME_REFUSED = 2, /* of several rows or things, the others were done */
  CLIENT_NOT_STARTED = 3   /* wrong words, no session, or no service */
};

/* "bailiwick: ..." on a line of its own. */
void client_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The problem (RFC 9457) in a reply, or the error of RFC 6749: its code and title, each field that is wrong, and the
   request's id. `about` says of several things which one; "" is none. */
void client_say_problem(const char *about, int status, struct str body, struct str request_id);
