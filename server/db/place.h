/* Where the things of a data folder are: names of files, of the folder in its stead, of its socket. Seen by db alone.
 */
#pragma once
#include "base/result.h"
#include <limits.h>
#include <sys/types.h>

enum { DB_PATH = PATH_MAX };

/* FOLDER/NAME; R_RULE when that is too long. */
RESULT db_place_join(const char *folder, const char *name, char ret_path[DB_PATH]);

/* The absolute path of a folder that need not be there yet; its parent must be. */
RESULT db_place_absolute(const char *path, char ret_path[DB_PATH]);

/* /var/lib/bailiwick/DIGEST: for a data folder that the service's user cannot reach. */
RESULT db_place_instead(const char *absolute, char ret_path[DB_PATH]);

/* A folder that only its owner enters: made, or found just so. R_RULE when it is somebody else's or open to others. */
RESULT db_place_private(const char *path, uid_t owner);

/* Makes the folder of the data folder's socket: under /run/bailiwick where that is ours, else under $TMPDIR or /tmp. */
RESULT db_place_socket(const char *absolute, char ret_path[DB_PATH]);

/* The whole of a small file, with a NUL behind it. R_NOT_FOUND when there is none. */
enum { DB_SMALL_FILE = 4096 };
RESULT db_place_read(const char *path, char ret_text[DB_SMALL_FILE]);

/* Writes a file of mode 0600 so that it is there whole or not at all. */
RESULT db_place_write(const char *path, const char *text);
