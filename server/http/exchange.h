/* What http's own files share: the insides of a request, of its reply, and of the server. Other layers see request.h,
   reply.h and server.h. */
#pragma once
#include "http/connection.h"
#include "http/hold.h"
#include "http/lane.h"
#include "http/matcher.h"
#include "http/pages.h"
#include "http/query.h"
#include "http/registry.h"
#include "http/server.h"
#include "http/stats.h"
#include "http/upload.h"
#include <microhttpd.h>

enum { HTTP_REPLY_HEADERS = 16 };

/* A larger body is not waited for only to be thrown away: the connection is closed under it. */
enum { HTTP_DISCARD_MOST = 16 << 20 };

struct http_header {
  const char *name;
  struct str value;
};

struct http_reply {
  struct http_request *request;
  int status; /* 0: nothing was answered */
  const char *content_type;
  struct str content;
  bool streams; /* the content is the request's stream */
  int64_t slot; /* microseconds, of which it leaves after a whole number; 0: at once */
  struct http_header headers[HTTP_REPLY_HEADERS];
  size_t count;
  bool broken; /* a header was refused */
  struct http_header members[HTTP_REPLY_MEMBERS]; /* of a problem, beside those that all have */
  size_t member_count;
};

enum http_stage {
  HTTP_STAGE_HEADERS, /* not looked at yet */
  HTTP_STAGE_BODY,    /* being read, or thrown away when the reply is known */
  HTTP_STAGE_LANE,    /* suspended, a lane has it */
  HTTP_STAGE_ASKED,   /* the same, before its body is asked for */
  HTTP_STAGE_UPLOAD,  /* its body goes into the handler's sink */
  HTTP_STAGE_REPLY    /* queued */
};

struct http_request {
  struct http_server *server;
  struct http_connection *connection;
  struct MHD_Connection *mhd;
  struct http_request *next; /* in the lane's queue */
  struct arena *arena;
  enum http_stage stage;
  enum http_method method;
  int route;    /* of the table; -1 when none was found */
  bool close;   /* the framing is not to be trusted any further */
  bool cors;    /* the origin is one of the settings' */
  bool counted; /* for `address`, which a trusted proxy stated */
  bool suspended;
  unsigned worker;
  int64_t started, deadline;
  int64_t begun; /* when a worker took it */
  struct http_held held;
  struct str id, target;
  struct http_path path;
  struct http_parameters parameters;
  struct http_address address;
  struct str address_text;
  struct str body;
  size_t body_room;
  struct http_reply reply;
  struct http_stream *stream; /* NULL: none was begun */
  unsigned long long length;  /* of the body, as it was said */
  bool expects;               /* 100-continue: sends no body before it is asked for */
  struct http_sink sink;      /* of a body that is stored as it comes; .take NULL: none */
  struct http_place place;    /* among those */
  int64_t end;                /* clock_monotonic() at which all of that must have come */
  bool received;              /* all of it has */
  size_t passed;              /* bytes that came behind a problem */
};

struct http_server {
  struct http_config config;
  struct http_matcher *matcher;
  struct http_range *trusted;
  struct http_registry registry;
  struct http_lane_pool lanes[HTTP__LANES];
  struct http_stats stats;
  struct http_share streams, uploads;
  struct http_hold hold;
  _Atomic uint64_t late; /* replies whose making outlasted the first slot */
  struct MHD_Daemon *daemon;
  struct MHD_Response *spare; /* what is said when memory is out */
  uint16_t port;
  pthread_t sweeper;
  pthread_mutex_t lock; /* holds stops */
  pthread_cond_t wake;
  bool stops, sweeping;
  _Atomic bool draining, closing;
  _Atomic unsigned active;    /* requests from their line to the last byte of the reply */
  _Atomic unsigned suspended; /* connections: MHD_stop_daemon aborts while there are any */
  _Atomic unsigned event_threads;
  _Atomic size_t bodies; /* bytes held for bodies */
};

/* The lane is done with the request: its reply is sent by the event thread. The request is gone afterwards. */
void http_exchange_resume(struct http_request *request);

/* The same of one whose handler has run: it may have to wait for its time. */
void http_exchange_leave(struct http_request *request);

/* For the hold: its time has come. */
void http_exchange_let_go(struct http_held *held);

/* The lane does not get to it: a problem is answered, or a stream broken off. */
void http_exchange_refuse(struct http_request *request);

/* Whether a connection may be suspended, which it then must be; counted until it is back. */
bool http_exchange_may_suspend(struct http_server *server);

/* Callbacks of libmicrohttpd. */
void *http_exchange_line(void *server, const char *target, struct MHD_Connection *connection);
enum MHD_Result http_exchange_handle(void *server, struct MHD_Connection *connection, const char *url,
                                     const char *method, const char *version, const char *upload, size_t *upload_size,
                                     void **context);
void http_exchange_done(void *server, struct MHD_Connection *connection, void **context,
                        enum MHD_RequestTerminationCode code);

/* Looks at a request whose header section is there: frames, routes, and opens its body. Whatever is wrong is in the
   reply then. */
void http_request_open(struct http_request *request, const char *method, const char *version);

/* Makes room for a body, or for so much of one as is held at a time; given back with the request. R_BUSY: there is as
   much of others' as there may be. */
RESULT http_request_hold(struct http_request *request, size_t size);

/* More of a body for a sink; what is left of *size comes again. And its end. */
enum MHD_Result http_upload_receive(struct http_request *request, const char *bytes, size_t *size);
enum MHD_Result http_upload_finish(struct http_request *request);

/* Stores what has come: while the connection is suspended. */
void http_upload_store(struct http_request *request);

/* Gives its place back, if it has one. */
void http_upload_close(struct http_request *request);

/* Queues the reply. */
enum MHD_Result http_reply_send(struct http_request *request);
