/* Counts who is at what goes on for long, in a list: those are few. */
#include "http/share.h"
#include "base/metric.h"
#include <stdio.h>

RESULT http_share_init(struct http_share *share, unsigned most, unsigned owner_most)
{
  *share = (struct http_share){.most = most, .owner_most = owner_most};
  return pthread_mutex_init(&share->lock, NULL) == 0 ? R_OK : R_NO_MEMORY;
}

RESULT http_share_enter(struct http_share *share, struct http_place *place)
{
  unsigned own = 0;
  pthread_mutex_lock(&share->lock);
  for (const struct http_place *other = share->first; other; other = other->next)
    own += str_equal(other->owner, place->owner);
  bool room = share->open < share->most && own < share->owner_most;
  if (room) {
    place->share = share;
    place->next = share->first;
    share->first = place;
    share->open++;
  } else {
    share->refused++;
  }
  pthread_mutex_unlock(&share->lock);
  return room ? R_OK : R_BUSY;
}

void http_share_leave(struct http_place *place)
{
  struct http_share *share = place->share;
  if (!share)
    return;
  pthread_mutex_lock(&share->lock);
  struct http_place **at = &share->first;
  while (*at != place)
    at = &(*at)->next;
  *at = place->next;
  share->open--;
  pthread_mutex_unlock(&share->lock);
  place->share = NULL;
}

void http_share_print(const struct http_share *share, const char *name, const char *help, struct buf *text)
{
  char refused[64];
  metric_head(text, name, "gauge", help);
  buf_print(text, "%s %u\n", name, share->open);
  snprintf(refused, sizeof refused, "%s_refused_total", name);
  metric_head(text, refused, "counter", "Of those, beyond the limit of them in all or of one owner.");
  buf_print(text, "%s %llu\n", refused, (unsigned long long)share->refused);
}
