/* Keeps the tokens of a session. Trusts: nothing of the file, which others may have written, but its owner and mode. */
#define _GNU_SOURCE
#include "client/session.h"
#include "base/buf.h"
#include "base/secret.h"
#include "json/parse.h"
#include "json/write.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>

enum { FILE_MOST = 64 * 1024 };

static void file_close(int *file)
{
  if (*file >= 0)
    close(*file);
}

/* Each folder on the way that is not there is made, for the owner alone. */
static bool make_folder(char *path)
{
  for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    bool made = mkdir(path, 0700) == 0 || errno == EEXIST;
    *slash = '/';
    if (!made)
      return false;
  }
  return true;
}

RESULT client_session_path(const char *name, struct arena *arena, const char **ret_path)
{
  const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
  struct str path;
  if (state && state[0] == '/') /* the specification has relative ones ignored */
    path = arena_print(arena, "%s/bailiwick/%s.json", state, name);
  else if (home && home[0] == '/')
    path = arena_print(arena, "%s/.local/state/bailiwick/%s.json", home, name);
  else
    return R_UNAVAILABLE;
  if (!path.p)
    return R_NO_MEMORY;
  if (!make_folder((char *)(uintptr_t)path.p))
    return R_UNAVAILABLE;
  *ret_path = path.p;
  return R_OK;
}

RESULT client_session_file(const char *path, struct arena *arena, struct str *ret_text)
{
  CLEANUP(file_close) int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  struct stat about;
  if (file < 0)
    return errno == ENOENT ? R_NOT_FOUND : R_FORBIDDEN;
  if (fstat(file, &about) != 0 || about.st_uid != geteuid() || (about.st_mode & 077) || !S_ISREG(about.st_mode))
    return R_FORBIDDEN;
  char *text = arena_alloc(arena, FILE_MOST + 1);
  size_t n = 0;
  if (!text)
    return R_NO_MEMORY;
  for (ssize_t more = 1; more > 0 && n <= FILE_MOST; n += (size_t)more) {
    more = read(file, text + n, FILE_MOST + 1 - n);
    if (more < 0)
      return R_UNAVAILABLE;
  }
  if (n > FILE_MOST)
    return R_TOO_LARGE;
  *ret_text = (struct str){text, n};
  return R_OK;
}

RESULT client_session_read(const char *path, struct arena *arena, struct client_session *ret_session)
{
  struct str text;
  const struct json *json;
  TRY(client_session_file(path, arena, &text));
  TRY(json_parse(text, arena, &json));
  struct client_session session = {.url = json_str(json_member(json, "url")),
                                   .access_token = json_str(json_member(json, "access_token")),
                                   .refresh_token = json_str(json_member(json, "refresh_token"))};
  if (!session.url.p || !session.access_token.p || !json_int(json_member(json, "expires_at"), &session.expires_at))
    return R_MALFORMED;
  *ret_session = session;
  return R_OK;
}

static struct str written(const struct client_session *session, struct arena *arena)
{
  struct buf text = buf_in(arena, FILE_MOST);
  struct json_writer w = json_writer_on(&text);
  json_open(&w, '{');
  json_key(&w, "url");
  json_put_text(&w, session->url);
  json_key(&w, "access_token");
  json_put_text(&w, session->access_token);
  json_key(&w, "refresh_token");
  json_put_text(&w, session->refresh_token);
  json_key(&w, "expires_at");
  json_put_int(&w, session->expires_at);
  json_close(&w, '}');
  return buf_str(&text);
}

static bool write_whole(int file, struct str text)
{
  while (text.n > 0) {
    ssize_t n = write(file, text.p, text.n);
    if (n < 0)
      return false;
    text = (struct str){text.p + n, text.n - (size_t)n};
  }
  return fsync(file) == 0;
}

RESULT client_session_write(const char *path, const struct client_session *session, struct arena *arena)
{
  struct str text = written(session, arena), name = arena_print(arena, "%s.XXXXXX", path);
  if (!text.p || !name.p)
    return R_NO_MEMORY;
  char *temporary = (char *)(uintptr_t)name.p;
  CLEANUP(file_close) int file = mkostemp(temporary, O_CLOEXEC); /* mode 0600 */
  if (file < 0)
    return R_UNAVAILABLE;
  if (write_whole(file, text) && rename(temporary, path) == 0)
    return R_OK;
  unlink(temporary);
  return R_UNAVAILABLE;
}

RESULT client_session_lock(const char *path, struct arena *arena, int *ret_file)
{
  struct str name = arena_print(arena, "%s.lock", path);
  if (!name.p)
    return R_NO_MEMORY;
  int file = open(name.p, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0)
    return R_UNAVAILABLE;
  while (flock(file, LOCK_EX) != 0)
    if (errno != EINTR) {
      close(file);
      return R_UNAVAILABLE;
    }
  *ret_file = file;
  return R_OK;
}

void client_session_remove(const char *path) { unlink(path); }
