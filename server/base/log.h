/* The service's own log: one JSON object a line on standard error, safe against what callers put into it. */
#pragma once

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* Lines below this level are dropped; LOG_INFO unless set. */
void log_set_level(enum log_level level);

/* Writes {"time":..., "level":..., "message":...}. Control characters and broken UTF-8 are escaped; a line is at most
   4 KiB, a longer message is cut. Never pass a secret. Any thread may call. */
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
