/* One connection: whose it is, what it does, how long that may still take. */
#pragma once
#include "http/address.h"
#include <stdatomic.h>
#include <stdint.h>

struct http_registry;
struct http_tls_hold;

enum http_phase {
  HTTP_WAITING, /* for a request's line */
  HTTP_READING, /* the rest of the request */
  HTTP_RUNNING, /* the handler has it: its lane looks after the deadline */
  HTTP_SENDING, /* the reply */
  HTTP_CUT      /* shut by the deadline thread */
};

struct http_connection {
  struct http_connection *next, **link; /* of the registry's list */
  struct http_registry *registry;
  int socket;
  struct http_tls_hold *certificate; /* what its peer is shown; NULL: no TLS */
  bool trusted; /* the peer is a trusted proxy */
  struct http_address peer;
  char peer_text[HTTP_ADDRESS_TEXT];
  _Atomic enum http_phase phase;
  _Atomic int64_t deadline; /* clock_monotonic() at which this phase must be over */
  _Atomic int64_t since;    /* when it began to wait */
  _Atomic bool dribbles;    /* bytes of a request line came, but no whole line */
  int64_t watched;          /* the deadline thread's: the wait that it has looked at ... */
  uint64_t bytes;           /* ... and how many bytes had come by then */
  bool left;                /* the client had closed its side when the deadline thread last looked */
};

/* Takes a connection in, with its phase HTTP_WAITING; NULL when memory is out. */
struct http_connection *http_connection_new(struct http_registry *registry, const struct sockaddr *peer, int socket);
void http_connection_free(struct http_connection *connection);

/* A request's line has come: gives the deadline of its reply. */
int64_t http_connection_begin(struct http_connection *connection, int64_t now);

/* The request has come in full; false when the deadline thread was first and has shut the socket. */
bool http_connection_run(struct http_connection *connection);

/* More of the request is awaited, which again has a request's time to come. */
void http_connection_read(struct http_connection *connection, int64_t now);

/* The reply goes out; its bytes have a request's time to leave. */
void http_connection_send(struct http_connection *connection, int64_t now);

/* The reply waits for more of itself; false when the deadline thread was first. */
bool http_connection_fetch(struct http_connection *connection);

/* Ends it so that the other side cannot take what it has for all: the end of a connection may end a reply, a reset does
   not. Any thread. */
void http_connection_reset(struct http_connection *connection);

/* The reply is out: waits for the next request. */
void http_connection_wait(struct http_connection *connection, int64_t now);
