/* The phases of a connection. The deadline thread may step in between any two of them. */
#include "http/connection.h"
#include "base/clock.h"
#include "http/registry.h"
#include "http/tls.h"
#include <stdlib.h>
#include <sys/socket.h>

void http_connection_wait(struct http_connection *c, int64_t now)
{
  c->since = now;
  c->deadline = now + c->registry->idle_time;
  c->dribbles = false;
  if (c->phase != HTTP_CUT)
    c->phase = HTTP_WAITING;
}

struct http_connection *http_connection_new(struct http_registry *registry, const struct sockaddr *peer, int socket)
{
  struct http_connection *c = calloc(1, sizeof *c);
  if (!c)
    return NULL;
  c->registry = registry;
  c->socket = socket;
  if (http_address_of(peer, &c->peer))
    c->trusted = http_address_within(&c->peer, registry->trusted, registry->trusted_count);
  http_address_format(&c->peer, c->peer_text);
  http_connection_wait(c, clock_monotonic());
  c->watched = c->since; /* of a new one every byte is known: it has had none */
  http_registry_add(registry, c);
  return c;
}

void http_connection_free(struct http_connection *c)
{
  if (!c)
    return;
  http_registry_remove(c->registry, c);
  http_tls_let_go(&c->certificate);
  free(c);
}

int64_t http_connection_begin(struct http_connection *c, int64_t now)
{
  int64_t deadline = now + c->registry->request_time;
  int64_t waited = c->deadline;
  if (c->dribbles && waited < deadline)
    deadline = waited;
  c->dribbles = false;
  c->deadline = deadline;
  enum http_phase expected = HTTP_WAITING;
  atomic_compare_exchange_strong(&c->phase, &expected, HTTP_READING);
  return deadline;
}

bool http_connection_run(struct http_connection *c)
{
  enum http_phase expected = HTTP_READING;
  return atomic_compare_exchange_strong(&c->phase, &expected, HTTP_RUNNING);
}

bool http_connection_fetch(struct http_connection *c)
{
  enum http_phase expected = HTTP_SENDING;
  return atomic_compare_exchange_strong(&c->phase, &expected, HTTP_RUNNING);
}

void http_connection_reset(struct http_connection *c)
{
  if (connect(c->socket, &(struct sockaddr){.sa_family = AF_UNSPEC}, sizeof(struct sockaddr)) != 0)
    (void)shutdown(c->socket, SHUT_RDWR);
}

void http_connection_read(struct http_connection *c, int64_t now)
{
  c->deadline = now + c->registry->request_time;
  c->phase = HTTP_READING;
}

void http_connection_send(struct http_connection *c, int64_t now)
{
  c->deadline = now + c->registry->request_time;
  c->phase = HTTP_SENDING;
}
