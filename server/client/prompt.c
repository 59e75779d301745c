/* Reads one line at a time and no byte more. Trusts: nothing. */
#define _GNU_SOURCE
#include "client/prompt.h"
#include "base/secret.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <termios.h>

enum { LINE_MOST = 1024 };

/* What the terminal was like, to be so again however this ends. */
struct quiet {
  struct termios before;
  struct sigaction interrupt;
  bool changed;
};

/* Without SA_RESTART: reading ends, and the terminal is set right. */
static void interrupted(int number) { (void)number; }

static struct quiet be_quiet(bool hidden)
{
  struct quiet quiet = {0};
  struct sigaction action = {.sa_handler = interrupted};
  if (!hidden || tcgetattr(STDIN_FILENO, &quiet.before) != 0)
    return quiet;
  struct termios silent = quiet.before;
  silent.c_lflag &= (tcflag_t)~ECHO;
  silent.c_lflag |= ECHONL;
  sigaction(SIGINT, &action, &quiet.interrupt);
  quiet.changed = tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
  return quiet;
}

static void be_as_before(struct quiet *quiet)
{
  if (!quiet->changed)
    return;
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet->before);
  sigaction(SIGINT, &quiet->interrupt, NULL);
}

static RESULT read_line(char line[LINE_MOST], size_t *ret_n)
{
  size_t n = 0;
  ssize_t got = read(STDIN_FILENO, line, 1);
  if (got == 0)
    return R_NOT_FOUND;
  while (got > 0 && line[n] != '\n') {
    if (++n == LINE_MOST)
      return R_TOO_LARGE;
    got = read(STDIN_FILENO, line + n, 1);
  }
  if (got < 0)
    return errno == EINTR ? R_BUSY : R_UNAVAILABLE;
  *ret_n = n;
  return R_OK;
}

RESULT client_prompt_line(const char *question, bool hidden, struct arena *arena, struct str *ret_line)
{
  char line[LINE_MOST];
  size_t n = 0;
  if (isatty(STDIN_FILENO))
    fprintf(stderr, "%s: ", question);
  CLEANUP(be_as_before) struct quiet quiet = be_quiet(hidden && isatty(STDIN_FILENO));
  enum result r = read_line(line, &n);
  while (n > 0 && line[n - 1] == '\r')
    n--;
  struct str copy = r == R_OK ? arena_copy(arena, (struct str){line, n}) : STR_NONE;
  secret_wipe(line, sizeof line);
  TRY(r);
  if (!copy.p)
    return R_NO_MEMORY;
  *ret_line = copy;
  return R_OK;
}
