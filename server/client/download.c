/* Passes bytes on. Trusts: the service, of whose bytes none is for this terminal: where standard output is one, they
   are made fit for it. */
#include "client/download.h"
#include "base/buf.h"
#include "client/progress.h"
#include "client/say.h"
#include "client/text.h"
#include <stdio.h>
#include <unistd.h>

enum { LINE_ARENA = 32 << 20, LINE_MOST = 16 << 20 };

struct download {
  bool terminal;
  int64_t rows;
};

/* Line by line, for there is no command in a line. */
static bool show(struct str bytes)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(LINE_ARENA);
  struct buf text = buf_in(arena, LINE_MOST);
  while (bytes.n > 0) {
    bool ended = memchr(bytes.p, '\n', bytes.n);
    struct str line = str_cut(&bytes, '\n');
    line.n -= line.n > 0 && line.p[line.n - 1] == '\r'; /* of CSV (RFC 4180) */
    client_text_put(&text, line);
    buf_put(&text, ended ? STR("\n") : STR(""));
  }
  struct str all = buf_str(&text);
  return all.p && fwrite(all.p, 1, all.n, stdout) == all.n;
}

static bool take(void *owner, struct str bytes)
{
  struct download *download = owner;
  for (size_t i = 0; i < bytes.n; i++)
    download->rows += bytes.p[i] == '\n';
  if (download->terminal)
    return show(bytes);
  client_progress_show(&(struct client_progress){.what = "rows", .done = download->rows, .left = -1});
  return fwrite(bytes.p, 1, bytes.n, stdout) == bytes.n;
}

RESULT client_download_run(struct client_account *account, struct str target, struct arena *arena)
{
  struct download download = {.terminal = isatty(STDOUT_FILENO)};
  struct client_reply reply;
  struct client_request request = {.method = "GET", .target = target, .sink = take, .owner = &download};
  if (!target.p)
    return R_NO_MEMORY;
  enum result r = client_account_call(account, request, arena, &reply);
  client_progress_end();
  TRY(r);
  if (reply.status != 200) {
    client_say_problem("", reply.status, reply.body, reply.request_id);
    return R_FORBIDDEN;
  }
  if (fflush(stdout) != 0) {
    client_say("standard output cannot be written");
    return R_UNAVAILABLE;
  }
  return R_OK;
}
