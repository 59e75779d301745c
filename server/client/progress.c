/* Draws one line again and again. Trusts: nothing but its numbers. */
#include "client/progress.h"
#include "base/clock.h"
#include <stdio.h>
#include <unistd.h>

enum { ARENA = 64 * 1024, LINE_MOST = 4096 };

static const int64_t pause_time = CLOCK_SECOND / 4;
static int64_t shown_at; /* 0: no line stands there */

/* 12,345 */
static void put_number(int64_t number, struct buf *out)
{
  if (number >= 1000) {
    put_number(number / 1000, out);
    buf_print(out, ",%03d", (int)(number % 1000));
  } else {
    buf_print(out, "%d", (int)number);
  }
}

void client_progress_put(const struct client_progress *progress, struct buf *out)
{
  put_number(progress->done, out);
  buf_print(out, " %s", progress->what);
  if (progress->rate > 0) {
    buf_put(out, STR(", "));
    put_number(progress->rate, out);
    buf_put(out, STR("/s"));
  }
  if (progress->refused > 0) {
    buf_put(out, STR(", "));
    put_number(progress->refused, out);
    buf_put(out, STR(" refused"));
  }
  if (progress->left >= 0)
    buf_print(out, ", %lld:%02d left", (long long)(progress->left / 60), (int)(progress->left % 60));
}

void client_progress_show(const struct client_progress *progress)
{
  int64_t now = clock_monotonic();
  if (!isatty(STDERR_FILENO) || (shown_at && now < shown_at + pause_time))
    return;
  CLEANUP(arena_free) struct arena *arena = arena_new(ARENA);
  struct buf line = buf_in(arena, LINE_MOST);
  client_progress_put(progress, &line);
  struct str text = buf_str(&line);
  fprintf(stderr, "\r\033[K%.*s", (int)text.n, text.p ? text.p : "");
  shown_at = now;
}

void client_progress_end(void)
{
  if (shown_at)
    fputs("\r\033[K", stderr);
  shown_at = 0;
}
