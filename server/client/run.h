/* The commands that go over the API, from their words to their exit status. */
#pragma once
#include "client/manual.h"

/* Whether a command of this name is one of them. */
bool client_run_knows(const char *name);

/* Whether it is said where the service is: by --url among the words, by the environment, or by a session. */
bool client_run_has_service(int count, char **words);

/* Words without the program's name. The exit status is one of client/say.h. */
int client_run(int count, char **words, const struct client_program *program);

/* Their lines, for the usage of the program. */
void client_run_print(struct buf *text);
