/* Starts initdb, postgres and psql, and waits for those that end. */
#define _GNU_SOURCE /* memfd_create, posix_spawn_file_actions_addchdir_np */
#include "db/command.h"
#include "db/failure.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* A descriptor from which `text` can be read, or one that is at its end at once. */
static int input_of(const char *text)
{
  if (!text)
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
  int fd = memfd_create("input", MFD_CLOEXEC);
  size_t n = strlen(text);
  if (fd >= 0 && (write(fd, text, n) != (ssize_t)n || lseek(fd, 0, SEEK_SET) != 0)) {
    close(fd);
    return -1;
  }
  return fd;
}

static int spawn(const struct db_command *command, int input, int output, pid_t *ret_pid)
{
  static char path[] = "PATH=/usr/bin:/bin", locale[] = "LC_ALL=C.UTF-8", zone[] = "TZ=UTC";
  char *environment[] = {path, locale, zone, NULL};
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t files;
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, output, STDERR_FILENO);
  posix_spawn_file_actions_addchdir_np(&files, command->folder);
  /* posix_spawn promises not to write through the words it takes without const. */
  union {
    const char *const *constant;
    char *const *plain;
  } words = {command->words};
  int error = posix_spawn(ret_pid, command->words[0], &files, &attributes, words.plain, environment);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  return error;
}

RESULT db_command_start(const struct db_command *command, pid_t *ret_pid)
{
  int input = input_of(command->input);
  int output = open(command->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  pid_t pid = 0;
  int error = input >= 0 && output >= 0 ? spawn(command, input, output, &pid) : errno;
  if (input >= 0)
    close(input);
  if (output >= 0)
    close(output);
  errno = error;
  if (error)
    return db_failure_say(R_UNAVAILABLE, "%s: %m", command->words[0]);
  *ret_pid = pid;
  return R_OK;
}

RESULT db_command_run(const struct db_command *command)
{
  pid_t pid = 0;
  int status = 0;
  TRY(db_command_start(command, &pid));
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR)
      return db_failure_say(R_INTERNAL, "waitpid: %m");
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return db_failure_say(R_UNAVAILABLE, "%s failed: see %s", command->words[0], command->log);
  return R_OK;
}
