/* The commands that go over the API, from their words to their exit status. */
#pragma once
#include "client/manual.h"

/* Whether a command of this name is one of them. */
bool client_run_knows(const char *name);

/* Words without the program's name. The exit status is one of client/say.h. */
int client_run(int count, char **words, const struct client_program *program);

/* Their lines, for the usage of the program. */
void client_run_print(struct buf *text);
