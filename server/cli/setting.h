/* The settings of the process: from flags and the environment, by one table; anything unknown is a refusal to start. */
#pragma once
#include "base/buf.h"
#include "base/result.h"
#include <stdint.h>

typedef const char *setting_TEXT;
typedef const char *setting_SECRET;
typedef const char *setting_URL; /* "" or scheme, authority and path */
typedef const char *const *setting_LIST; /* NULL-terminated; NULL when empty */
typedef int64_t setting_NUMBER;
typedef int64_t setting_SECONDS;         /* microseconds */
typedef enum log_level setting_LEVEL;

struct settings {
#define SETTING(member, kind, ...) setting_##kind member;
#include "cli/setting.def"
#undef SETTING
};

/* Reads `--name value` and `--name=value` from arguments[0 .. count), then BAILIWICK_NAME and BAILIWICK_NAME_FILE from the
   environment, then defaults. R_MALFORMED with every unknown, duplicate or malformed one named in ret_wrong, a line each.
   Values live in the arena. `environment` is NULL-terminated "NAME=value" texts. */
RESULT cli_settings_read(int count, char **arguments, char **environment, struct arena *arena, struct settings *ret_settings,
                         struct str *ret_wrong);

/* A secret from a file, without line ends behind it. R_UNAVAILABLE when it cannot be read, R_TOO_LARGE over 4 KiB. */
RESULT cli_setting_file(const char *path, struct arena *arena, struct str *ret_text);

/* "address:port" or "[address]:port"; false when it is not that. */
bool cli_setting_address(const char *text, struct arena *arena, const char **ret_address, uint16_t *ret_port);

/* The table for people: name, variable, default, help. */
void cli_settings_print(struct buf *text);
